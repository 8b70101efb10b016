//! The environment: which values are allowed, and what the errors say.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use proptest::prelude::*;
use visitor_counter::{
    AllowedOrigins, Config, ConfigError, Count, Endpoint, Format, Level, Origin, RegionName,
    StartCount, TableName,
};
use visitor_counter_testkit::TlsTerminator;

use crate::support::environment::config;

fn parse(replaced: &[(&str, Option<&str>)]) -> Result<Config, ConfigError> {
    let replaced: Vec<_> = replaced
        .iter()
        .map(|(name, value)| (*name, value.map(OsString::from)))
        .collect();
    config("http://127.0.0.1:8000", &replaced)
}

fn refusal(variable: &str, value: impl Into<OsString>) -> String {
    let replaced = [(variable, Some(value.into()))];
    config("http://127.0.0.1:8000", &replaced)
        .unwrap_err()
        .to_string()
}

#[test]
fn only_variables_that_lambda_and_the_stack_always_set_are_required() {
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
        ("START_COUNT", "+1"),
        ("START_COUNT", "1.0"),
        ("START_COUNT", "9007199254740991"),
        ("AWS_REGION", ""),
        ("AWS_REGION", "Frankfurt am Main"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "127.0.0.1:8000"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "ftp://127.0.0.1"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1/?query"),
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
        ("ALLOWED_ORIGINS", "https://a%2eexample"),
        ("ALLOWED_ORIGINS", "https://1"),
        ("ALLOWED_ORIGINS", "https:a.example"),
        ("ALLOWED_ORIGINS", "https://a.\texample"),
        ("ALLOWED_ORIGINS", "https://a.example:99999"),
        ("ALLOWED_ORIGINS", "https://"),
    ] {
        let message = refusal(variable, value);
        let start = format!("{variable} is {value:?}. It must hold ");
        assert!(message.starts_with(&start), "{message}");
    }
}

#[test]
fn all_wrong_variables_are_reported_together() {
    let error = parse(&[
        ("TABLE_NAME", None),
        ("ALLOWED_ORIGINS", Some("a.example")),
        ("START_COUNT", Some("-1")),
        ("AWS_REGION", Some("")),
        ("AWS_ENDPOINT_URL_DYNAMODB", Some("nowhere")),
        ("SSL_CERT_FILE", Some("/does/not/exist")),
        ("AWS_ACCESS_KEY_ID", None),
        ("AWS_SECRET_ACCESS_KEY", None),
        ("AWS_LAMBDA_LOG_LEVEL", Some("LOUD")),
        ("AWS_LAMBDA_LOG_FORMAT", Some("xml")),
    ])
    .unwrap_err();
    let starts = [
        "TABLE_NAME is not set. It must hold ",
        "ALLOWED_ORIGINS is \"a.example\". It must hold ",
        "START_COUNT is \"-1\". It must hold ",
        "AWS_REGION is \"\". It must hold ",
        "AWS_ENDPOINT_URL_DYNAMODB is \"nowhere\". It must hold ",
        "SSL_CERT_FILE is \"/does/not/exist\". It must hold ",
        "AWS_ACCESS_KEY_ID is not set. It must hold ",
        "AWS_SECRET_ACCESS_KEY is not set. It must hold ",
        "AWS_LAMBDA_LOG_LEVEL is \"LOUD\". It must hold ",
        "AWS_LAMBDA_LOG_FORMAT is \"xml\". It must hold ",
    ];
    let sentences: Vec<_> = error.errors().iter().map(ToString::to_string).collect();
    assert_eq!(sentences.len(), starts.len(), "{error}");
    for (sentence, start) in sentences.iter().zip(starts) {
        assert!(sentence.starts_with(start), "{sentence}");
    }
    assert_eq!(error.to_string(), sentences.join(" "));
}

#[test]
fn an_endpoint_that_is_not_used_may_be_wrong() {
    parse(&[("AWS_ENDPOINT_URL", Some("nowhere"))]).unwrap();
    let error = parse(&[
        ("AWS_ENDPOINT_URL_DYNAMODB", Some("nowhere")),
        ("AWS_ENDPOINT_URL", Some("nowhere")),
    ]);
    assert_eq!(error.unwrap_err().errors().len(), 1);
}

#[test]
fn a_value_that_is_not_text_is_refused() {
    let message = refusal("TABLE_NAME", OsString::from_vec(vec![b't', 0xff]));
    assert!(
        message.starts_with("TABLE_NAME is not valid UTF-8."),
        "{message}"
    );
}

#[test]
fn empty_credentials_are_missing_credentials() {
    for variable in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        let message = refusal(variable, "");
        assert!(
            message.starts_with(&format!("{variable} is not set.")),
            "{message}"
        );
    }
    parse(&[("AWS_SESSION_TOKEN", Some(""))]).unwrap();
}

#[test]
fn a_secret_is_never_shown() {
    for variable in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ] {
        let message = refusal(variable, OsString::from_vec(b"hunter2\xff".to_vec()));
        assert!(
            message.starts_with(&format!("{variable} is not valid UTF-8.")),
            "{message}"
        );
    }
    let message = refusal("AWS_ENDPOINT_URL_DYNAMODB", "http://me:hunter2@127.0.0.1");
    assert!(
        message.starts_with("AWS_ENDPOINT_URL_DYNAMODB is \"…@127.0.0.1\"."),
        "{message}"
    );
    let config = parse(&[("AWS_SECRET_ACCESS_KEY", Some("hunter2"))]).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[tokio::test]
async fn certificates_must_all_be_usable() {
    let tls = TlsTerminator::start("http://127.0.0.1:1").await;
    let good = std::fs::read_to_string(tls.certificate()).unwrap();
    let junk = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    parse(&[("SSL_CERT_FILE", Some(tls.certificate()))]).unwrap();
    for bad in [junk.to_owned(), good + junk, "no certificate".to_owned()] {
        std::fs::write(tls.certificate(), bad).unwrap();
        let message = refusal("SSL_CERT_FILE", tls.certificate());
        assert!(message.starts_with("SSL_CERT_FILE is "), "{message}");
    }
}

#[test]
fn the_endpoint_for_dynamodb_goes_before_the_one_for_all_services() {
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

const VARIABLES: [&str; 12] = [
    "ALLOWED_ORIGINS",
    "AWS_ACCESS_KEY_ID",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_LAMBDA_LOG_FORMAT",
    "AWS_LAMBDA_LOG_LEVEL",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "SSL_CERT_FILE",
    "START_COUNT",
    "TABLE_NAME",
];

/// An `Origin` that browsers could send, except for its case and a default port.
const ORIGIN: &str =
    "(http|HTTPS)://[A-Za-z]([A-Za-z0-9]|-[a-z]){0,10}(\\.[a-z]{2,5}){0,2}(:[1-9][0-9]{0,3})?";

proptest! {
    #[test]
    fn no_value_of_any_variable_makes_parsing_panic(
        variable in prop::sample::select(&VARIABLES[..]),
        value in ".*",
    ) {
        if let Err(error) = parse(&[(variable, Some(&value))]) {
            prop_assert!(error.to_string().starts_with(variable), "{}", error);
        }
    }

    #[test]
    fn every_text_is_refused_or_is_an_origin_that_survives_being_written_and_read(
        text in "(https?|ftp)://[\\PC/@:?#\\[\\]]{0,20}(:[0-9]{0,6})?/?",
    ) {
        if let Ok(origin) = text.parse::<Origin>() {
            prop_assert_eq!(origin.to_string().parse(), Ok(origin));
        }
    }

    #[test]
    fn lists_of_origins_survive_being_written_and_read(
        list in prop::collection::vec(ORIGIN, 1..5),
    ) {
        let origins: AllowedOrigins = list.join(", ").parse().unwrap();
        prop_assert_eq!(origins.to_string().parse(), Ok(origins));
    }

    #[test]
    fn names_and_addresses_survive_being_written_and_read(
        table in "[A-Za-z0-9_.-]{3,255}",
        region in "[a-z]{2}-[a-z]{4,9}-[1-9]",
        endpoint in "https?://[a-z]{1,10}(:[1-9][0-9]{0,3})?(/[a-z]{0,5})?",
    ) {
        let table: TableName = table.parse().unwrap();
        prop_assert_eq!(table.to_string().parse(), Ok(table));
        let region: RegionName = region.parse().unwrap();
        prop_assert_eq!(region.to_string().parse(), Ok(region));
        let endpoint: Endpoint = endpoint.parse().unwrap();
        prop_assert_eq!(endpoint.to_string().parse(), Ok(endpoint));
    }

    #[test]
    fn counts_survive_being_written_and_read(number in 1..=9_007_199_254_740_991_u64) {
        let count: Count = number.to_string().parse().unwrap();
        prop_assert_eq!(count.get(), number);
        prop_assert_eq!(serde_json::to_string(&count).unwrap(), number.to_string());
        let start: StartCount = (number - 1).to_string().parse().unwrap();
        prop_assert_eq!(start.to_string().parse(), Ok(start));
    }

    #[test]
    fn numbers_out_of_range_are_no_counts(number in 9_007_199_254_740_992_u64..) {
        prop_assert!(number.to_string().parse::<Count>().is_err());
        prop_assert!(number.to_string().parse::<StartCount>().is_err());
    }
}
