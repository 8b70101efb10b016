//! A visit without a count: whether it was counted all the same, and why.

use std::borrow::Cow;
use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use thiserror::Error;

use crate::retry;

/// A visit without a count, and what is known of it.
#[derive(Debug, Error)]
#[error("{certainty}")]
pub(crate) struct VisitError {
    /// Whether the visit was counted.
    pub(crate) certainty: Certainty,
    /// DynamoDB's error code, or a name for what failed on the way to it.
    pub(crate) code: Cow<'static, str>,
    source: Box<dyn Error + Send + Sync>,
}

/// Whether a visit that failed was counted.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(crate) enum Certainty {
    /// Certainly not counted, and worth another try in a moment.
    #[error("not counted, DynamoDB is busy or out of reach")]
    NotCounted,
    /// Perhaps counted: the request left, and no usable answer came back.
    #[error("perhaps counted, DynamoDB gave no usable answer")]
    Unknown,
    /// Refused, and no try will change that until somebody mends the cause. Not counted, but for a
    /// stored fraction, which the write raises before anybody sees it.
    #[error("refused, the counter or its table needs mending")]
    Refused,
}

const UNREADABLE: &str = "UnreadableAnswer";

#[derive(Debug, Error)]
#[error("the stored number {0:?} is not a count")]
struct NotACount(String);

#[derive(Debug, Error)]
#[error("the answer holds no number of visits")]
struct NoCount;

impl VisitError {
    /// The answer was read, and holds no number of visits.
    pub(crate) fn no_count() -> Self {
        Self {
            certainty: Certainty::Unknown,
            code: UNREADABLE.into(),
            source: Box::new(NoCount),
        }
    }

    /// The answer holds a number that is no count.
    pub(crate) fn not_a_count(number: &str) -> Self {
        Self {
            certainty: Certainty::Refused,
            code: "NotACount".into(),
            source: Box::new(NotACount(number.to_owned())),
        }
    }
}

impl From<SdkError<UpdateItemError>> for VisitError {
    fn from(error: SdkError<UpdateItemError>) -> Self {
        let (certainty, code) = judge(&error);
        Self {
            certainty,
            code,
            source: Box::new(error),
        }
    }
}

/// What the last attempt's failure says about the visit. An earlier attempt doesn't matter: it
/// certainly wasn't applied, or there would have been no second one.
fn judge(error: &SdkError<UpdateItemError>) -> (Certainty, Cow<'static, str>) {
    match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let code = answer.err().code();
            let name = code
                .map_or_else(|| format!("Http{status}"), str::to_owned)
                .into();
            match status {
                _ if retry::is_throttled(status, code) => (Certainty::NotCounted, name),
                200..300 => (Certainty::Unknown, UNREADABLE.into()),
                400..500 => (Certainty::Refused, name),
                _ => (Certainty::Unknown, name),
            }
        }
        SdkError::DispatchFailure(failure) => {
            if failure
                .as_connector_error()
                .is_some_and(retry::was_never_sent)
            {
                (Certainty::NotCounted, "Unreachable".into())
            } else {
                (Certainty::Unknown, "ConnectionLost".into())
            }
        }
        SdkError::TimeoutError(_) => (Certainty::Unknown, "Timeout".into()),
        SdkError::ConstructionFailure(_) => (Certainty::Refused, "RequestNotBuilt".into()),
        _ => (Certainty::Unknown, UNREADABLE.into()),
    }
}
