//! The environment of a function, and the handler that reads it.

use std::ffi::OsString;

use visitor_counter::{Config, ConfigError, Handler};
use visitor_counter_testkit::TABLE;

/// The environment of a function whose DynamoDB is at `endpoint`.
pub(crate) fn environment(endpoint: &str) -> Vec<(&'static str, String)> {
    vec![
        ("TABLE_NAME", TABLE.to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoint.to_owned()),
    ]
}

/// Parses that environment with some variables replaced, or removed if there is no value.
pub(crate) fn config(
    endpoint: &str,
    replaced: &[(&str, Option<OsString>)],
) -> Result<Config, ConfigError> {
    let environment = environment(endpoint);
    Config::from_vars(|variable| {
        let is_meant = |name: &str| name == variable;
        let replacement = replaced.iter().find(|(name, _)| is_meant(name));
        let given = environment.iter().find(|(name, _)| is_meant(name));
        replacement.map_or_else(
            || given.map(|(_, value)| value.into()),
            |(_, value)| value.clone(),
        )
    })
}

/// The handler in this process, with variables added to its environment.
pub(crate) fn handler(endpoint: &str, more: &[(&str, &str)]) -> Handler {
    let more: Vec<_> = more
        .iter()
        .map(|(name, value)| (*name, Some(value.into())))
        .collect();
    Handler::new(&config(endpoint, &more).unwrap())
}
