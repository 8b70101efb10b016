//! Which requests may be sent again: only those that certainly weren't applied.
//!
//! An atomic counter update isn't idempotent: a retry after a lost acknowledgement counts a visit
//! twice. The SDK's own rules retry every 5xx, timeout and reset. These don't.

use std::error::Error;
use std::iter::successors;

use aws_sdk_dynamodb::error::{ConnectorError, ProvideErrorMetadata};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use hyper_util::client::legacy;

/// Allows the SDK a retry if the attempt was throttled or never sent, and forbids every other.
#[derive(Debug)]
pub(crate) struct AtMostOnce;

impl ClassifyRetry for AtMostOnce {
    fn classify_retry(&self, attempt: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = attempt.output_or_error() else {
            return RetryAction::NoActionIndicated;
        };
        let status = attempt
            .response()
            .map(|response| response.status().as_u16());
        let code = error
            .as_operation_error()
            .and_then(|error| error.downcast_ref::<UpdateItemError>())
            .and_then(ProvideErrorMetadata::code);
        if status.is_some_and(|status| is_throttled(status, code)) {
            RetryAction::throttling_error()
        } else if error.as_connector_error().is_some_and(was_never_sent) {
            RetryAction::transient_error()
        } else {
            RetryAction::RetryForbidden
        }
    }

    fn name(&self) -> &'static str {
        "at most once"
    }

    /// The last one, so that it overrules the SDK's own classifiers.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// Whether DynamoDB throttled the request, and so didn't apply it.
///
/// The [codes] mean that only in a 4xx. A 500 stays ambiguous, whatever its body says.
///
/// [codes]: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
pub(crate) fn is_throttled(status: u16, code: Option<&str>) -> bool {
    const THROTTLING_CODES: [&str; 4] = [
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
    ];
    (400..500).contains(&status) && code.is_some_and(|code| THROTTLING_CODES.contains(&code))
}

/// Whether the request failed before its first byte was sent: in name resolution, the TCP
/// connection or the TLS handshake.
pub(crate) fn was_never_sent(error: &ConnectorError) -> bool {
    successors(error.source(), |&error| error.source())
        .filter_map(|error| error.downcast_ref::<legacy::Error>())
        .any(legacy::Error::is_connect)
}
