//! What the tests stand on: the handler with its surroundings faked, never the handler itself.

pub(crate) mod dynamodb;
pub(crate) mod event;
pub(crate) mod lambda;
pub(crate) mod reply;
pub(crate) mod tls;

use std::ffi::OsString;

use visitor_counter::{Config, Handler};

/// The environment of a function whose DynamoDB is at `endpoint`.
pub(crate) fn environment(endpoint: &str) -> Vec<(&'static str, String)> {
    vec![
        ("TABLE_NAME", dynamodb::TABLE.to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoint.to_owned()),
    ]
}

/// The handler in this process, with variables added to or replaced in its environment.
pub(crate) fn handler(endpoint: &str, more: &[(&str, &str)]) -> Handler {
    let environment = environment(endpoint);
    let get = |variable: &str| -> Option<OsString> {
        let replaced = more.iter().find(|(name, _)| *name == variable);
        let given = environment.iter().find(|(name, _)| *name == variable);
        replaced
            .map(|(_, value)| value.into())
            .or(given.map(|(_, value)| value.into()))
    };
    Handler::new(&Config::from_vars(get).unwrap())
}
