//! The DynamoDB client: its endpoint, time limits and trusted certificates.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Region, StalledStreamProtectionConfig};
use rustls::RootCertStore;

use crate::config::Config;
use crate::http_client::{CONNECT_LIMIT, Http1};
use crate::unused_interceptors::DisableUnusedInterceptors;

/// Longest time for one write and its answer, including the connection. DynamoDB takes milliseconds;
/// a write that was lost can be sent again.
pub const ATTEMPT_LIMIT: Duration = Duration::from_millis(600);

/// Longest wait before another attempt.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_millis(400);

/// Attempts of a visit or of a read that failed and were certainly not applied.
pub(crate) const MOST_FAILURES: u32 = 3;

/// For how long a visit is sent again because a later visit has its slot. DynamoDB answers that in
/// milliseconds.
pub(crate) const SLOT_LIMIT: Duration = Duration::from_millis(1500);

/// Longest time for a visit: all attempts, and the waits between them. The function's own timeout is
/// longer, so that the handler always answers.
pub const OPERATION_LIMIT: Duration = Duration::from_secs(5);

const _: () = assert!(
    CONNECT_LIMIT.as_millis() < ATTEMPT_LIMIT.as_millis()
        && OPERATION_LIMIT.as_millis()
            > SLOT_LIMIT.as_millis()
                + (ATTEMPT_LIMIT.as_millis() + LONGEST_WAIT.as_millis()) * MOST_FAILURES as u128,
    "time limits nest",
);

pub(crate) fn client(config: &Config) -> Client {
    let mut builder = Builder::new()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(config.region.to_string()))
        .credentials_provider(config.credentials.clone())
        .http_client(Http1::new(trusted_roots(config)))
        .timeout_config(
            TimeoutConfig::builder()
                .operation_attempt_timeout(ATTEMPT_LIMIT)
                .build(),
        )
        // The counter decides what is sent again: the SDK doesn't know that a write may be.
        .retry_config(RetryConfig::disabled())
        .interceptor(DisableUnusedInterceptors)
        // Answers have a few hundred bytes, and the attempt's limit bounds them. Watching their
        // throughput would only cost instructions.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(endpoint) = &config.endpoint {
        builder = builder.endpoint_url(endpoint.to_string());
    }
    Client::from_conf(builder.build())
}

fn trusted_roots(config: &Config) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    match (&config.root_certificates, &config.endpoint) {
        (Some(certificates), _) => certificates.store().clone(),
        // Reading the system's certificates takes milliseconds: skip it where nothing is encrypted.
        (None, Some(endpoint)) if !endpoint.is_tls() => roots,
        (None, _) => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            roots
        }
    }
}
