//! The DynamoDB client: its endpoint, time limits, retries and trusted certificates.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Builder, Region, SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};

use crate::config::Config;
use crate::retry::AtMostOnce;
use crate::unused_interceptors::DisableUnusedInterceptors;

/// Longest time to connect: name resolution, TCP and TLS.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(1);

/// Longest time for one request and its answer, including the connection.
pub const ATTEMPT_LIMIT: Duration = Duration::from_secs(2);

/// Longest time for a visit, including both attempts and the wait between them. The function's own
/// timeout is longer, so that the handler always answers.
pub const OPERATION_LIMIT: Duration = Duration::from_secs(6);

const MAX_ATTEMPTS: u32 = 2;
const LONGEST_BACKOFF: Duration = Duration::from_secs(1);

const _: () = assert!(
    CONNECT_LIMIT.as_millis() < ATTEMPT_LIMIT.as_millis()
        && ATTEMPT_LIMIT.as_millis() * MAX_ATTEMPTS as u128 + LONGEST_BACKOFF.as_millis()
            < OPERATION_LIMIT.as_millis(),
    "time limits nest",
);

pub(crate) fn client(config: &Config) -> Client {
    let mut builder = Builder::new()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(config.region.to_string()))
        .credentials_provider(config.credentials.clone())
        .http_client(http_client(config))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT_LIMIT)
                .operation_attempt_timeout(ATTEMPT_LIMIT)
                .operation_timeout(OPERATION_LIMIT)
                .build(),
        )
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(MAX_ATTEMPTS)
                .with_max_backoff(LONGEST_BACKOFF),
        )
        .retry_classifier(AtMostOnce)
        .interceptor(DisableUnusedInterceptors)
        // Answers have a few hundred bytes, and the attempt's limit bounds them. Watching their
        // throughput would only cost instructions.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(endpoint) = &config.endpoint {
        builder = builder.endpoint_url(endpoint.to_string());
    }
    Client::from_conf(builder.build())
}

#[expect(
    clippy::expect_used,
    reason = "the builder of a TLS context never fails"
)]
fn http_client(config: &Config) -> SharedHttpClient {
    let roots = match (&config.root_certificates, &config.endpoint) {
        (Some(roots), _) => TrustStore::empty().with_pem_certificate(roots.pem()),
        // Reading the system's certificates takes milliseconds: skip it where nothing is encrypted.
        (None, Some(endpoint)) if !endpoint.is_tls() => TrustStore::empty(),
        (None, _) => TrustStore::default(),
    };
    let tls = TlsContext::builder().with_trust_store(roots).build();
    aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls.expect("a TLS context"))
        .build_https()
}
