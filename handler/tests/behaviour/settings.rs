//! The environment: what is allowed, what is refused, and what the refusal says.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use proptest::prelude::*;
use visitor_counter::{
    AllowedOrigins, Config, ConfigError, Count, Format, Level, Origin, StartCount,
};

use crate::support::environment;

/// Parses an environment in which these variables are replaced, or missing where there is no value.
fn parse(replaced: &[(&str, Option<&str>)]) -> Result<Config, ConfigError> {
    let environment = environment("http://127.0.0.1:8000");
    Config::from_vars(|variable| {
        let given = environment.iter().find(|(name, _)| *name == variable);
        match replaced.iter().find(|(name, _)| *name == variable) {
            Some((_, value)) => value.map(OsString::from),
            None => given.map(|(_, value)| value.into()),
        }
    })
}

fn refusal(variable: &str, value: &str) -> String {
    parse(&[(variable, Some(value))]).unwrap_err().to_string()
}

#[test]
fn only_what_lambda_and_the_stack_always_set_is_required() {
    let config = parse(&[("AWS_ENDPOINT_URL_DYNAMODB", None)]).unwrap();
    assert_eq!(config.allowed_origins, AllowedOrigins::Any);
    assert_eq!(config.start_count, StartCount::default());
    assert_eq!(config.endpoint, None);
    assert_eq!(
        (config.log.level, config.log.format),
        (Level::Info, Format::Json)
    );
}

#[test]
fn a_missing_variable_is_named_with_what_it_must_hold() {
    for variable in [
        "TABLE_NAME",
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    ] {
        let message = parse(&[(variable, None)]).unwrap_err().to_string();
        let start = format!("{variable} is not set. It must hold ");
        assert!(message.starts_with(&start), "{message}");
    }
}

#[test]
fn a_wrong_value_is_shown_with_its_variable_and_what_is_allowed() {
    assert_eq!(
        refusal("START_COUNT", "-1"),
        "START_COUNT is \"-1\". It must hold a whole number from 0 to 9007199254740990 (2^53 - 2)."
    );
    for (variable, value) in [
        ("TABLE_NAME", ""),
        ("TABLE_NAME", "no spaces"),
        ("TABLE_NAME", "ab"),
        ("START_COUNT", ""),
        ("START_COUNT", " 1"),
        ("START_COUNT", "1.0"),
        ("START_COUNT", "9007199254740991"),
        ("AWS_REGION", ""),
        ("AWS_REGION", "Frankfurt am Main"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "127.0.0.1:8000"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "ftp://127.0.0.1"),
        ("AWS_LAMBDA_LOG_LEVEL", "LOUD"),
        ("AWS_LAMBDA_LOG_FORMAT", "xml"),
        ("SSL_CERT_FILE", "/does/not/exist"),
        ("SSL_CERT_FILE", "/dev/null"),
        ("ALLOWED_ORIGINS", ""),
        ("ALLOWED_ORIGINS", ","),
        ("ALLOWED_ORIGINS", "https://a.example,"),
        ("ALLOWED_ORIGINS", "*,https://a.example"),
        ("ALLOWED_ORIGINS", "https://*.example"),
        ("ALLOWED_ORIGINS", "null"),
        ("ALLOWED_ORIGINS", "a.example"),
        ("ALLOWED_ORIGINS", "ftp://a.example"),
        ("ALLOWED_ORIGINS", "https://a.example/"),
        ("ALLOWED_ORIGINS", "https://a.example/blog"),
        ("ALLOWED_ORIGINS", "https://a.example?q"),
        ("ALLOWED_ORIGINS", "https://user@a.example"),
        ("ALLOWED_ORIGINS", "https://a.example:99999"),
        ("ALLOWED_ORIGINS", "https://"),
    ] {
        let message = refusal(variable, value);
        let start = format!("{variable} is {value:?}. It must hold ");
        assert!(message.starts_with(&start), "{message}");
    }
}

#[test]
fn a_value_that_is_no_text_is_refused_as_well() {
    let error = Config::from_vars(|variable| match variable {
        "TABLE_NAME" => Some(OsString::from_vec(vec![b't', 0xff])),
        _ => None,
    });
    assert!(
        error
            .unwrap_err()
            .to_string()
            .starts_with("TABLE_NAME is \"t\u{fffd}\".")
    );
}

#[test]
fn a_secret_is_never_shown() {
    let secret = [
        ("AWS_SECRET_ACCESS_KEY", Some("hunter2")),
        ("AWS_REGION", None),
    ];
    assert!(!parse(&secret).unwrap_err().to_string().contains("hunter2"));
    let config = parse(&[("AWS_SECRET_ACCESS_KEY", Some("hunter2"))]).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn the_endpoint_of_dynamodb_goes_before_the_one_of_all_services() {
    let both = parse(&[("AWS_ENDPOINT_URL", Some("http://all.example"))]).unwrap();
    assert_eq!(both.endpoint.unwrap().to_string(), "http://127.0.0.1:8000/");
    let all = [
        ("AWS_ENDPOINT_URL_DYNAMODB", Some("")),
        ("AWS_ENDPOINT_URL", Some("http://all.example")),
    ];
    assert_eq!(
        parse(&all).unwrap().endpoint.unwrap().to_string(),
        "http://all.example/"
    );
}

#[test]
fn origins_are_normalised_as_browsers_do() {
    for (given, normal) in [
        ("HTTPS://Example.COM:443", "https://example.com"),
        ("http://example.com:80", "http://example.com"),
        ("http://example.com:443", "http://example.com:443"),
        (
            "https://b\u{fc}cher.example",
            "https://xn--bcher-kva.example",
        ),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ] {
        assert_eq!(given.parse::<Origin>().unwrap().to_string(), normal);
    }
    let list: AllowedOrigins = " https://a.example ,http://b.example:80".parse().unwrap();
    assert_eq!(list.to_string(), "https://a.example,http://b.example");
}

proptest! {
    #[test]
    fn no_text_makes_parsing_panic(text in ".*", variable in "[A-Z_]+") {
        let _ = text.parse::<Origin>();
        let _ = text.parse::<AllowedOrigins>();
        let _ = text.parse::<Count>();
        let _ = text.parse::<StartCount>();
        let _ = Config::from_vars(|name| (name != variable).then(|| OsString::from(&text)));
    }

    #[test]
    fn what_looks_like_an_origin_does_not_make_parsing_panic(text in "(https?|ftp)://[\\PC/@:?#\\[\\]]{0,20}(:[0-9]{0,6})?/?") {
        if let Ok(origin) = text.parse::<Origin>() {
            prop_assert_eq!(origin.to_string().parse::<Origin>(), Ok(origin));
        }
    }

    #[test]
    fn origins_survive_being_written_and_read(
        list in prop::collection::vec("https?://[A-Za-z][A-Za-z0-9-]{0,20}[a-z](\\.[a-z]{2,5}){0,2}(:[1-9][0-9]{0,3})?", 1..5)
    ) {
        let origins: AllowedOrigins = list.join(", ").parse().unwrap();
        prop_assert_eq!(origins.to_string().parse(), Ok(origins));
    }

    #[test]
    fn counts_survive_being_written_and_read(number in 1..=9_007_199_254_740_991_u64) {
        let count: Count = number.to_string().parse().unwrap();
        prop_assert_eq!(count.get(), number);
        prop_assert_eq!(serde_json::to_string(&count).unwrap(), number.to_string());
    }

    #[test]
    fn numbers_out_of_range_are_no_counts(number in 9_007_199_254_740_992_u64..) {
        prop_assert!(number.to_string().parse::<Count>().is_err());
        prop_assert!(number.to_string().parse::<StartCount>().is_err());
    }
}
