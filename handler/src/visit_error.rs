//! A visit without a count: whether it was counted all the same, and why.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use thiserror::Error;

use crate::retry;

/// A visit without a count, and what is known of it.
#[derive(Debug, Error)]
#[error("{outcome}")]
pub(crate) struct VisitError {
    /// What became of the visit.
    pub(crate) outcome: Outcome,
    /// DynamoDB's error code, or a name for what failed on the way to it.
    pub(crate) code: Cow<'static, str>,
    source: Box<dyn Error + Send + Sync>,
}

/// What became of a visit that failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// Certainly not counted, and worth another try in a moment.
    NotCounted,
    /// Perhaps counted: the request left, and no usable answer came back.
    Unknown,
    /// Refused, and will be again until somebody repairs the cause. Not counted, but for a
    /// stored fraction, which the write raises before anybody sees it.
    Refused,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotCounted => "not counted, DynamoDB is busy or out of reach",
            Self::Unknown => "perhaps counted, DynamoDB gave no usable answer",
            Self::Refused => "refused, the counter or its table is broken or misconfigured",
        })
    }
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
            outcome: Outcome::Unknown,
            code: UNREADABLE.into(),
            source: Box::new(NoCount),
        }
    }

    /// The answer holds a number that is no count.
    pub(crate) fn not_a_count(number: &str) -> Self {
        Self {
            outcome: Outcome::Refused,
            code: "NotACount".into(),
            source: Box::new(NotACount(number.to_owned())),
        }
    }
}

impl From<SdkError<UpdateItemError>> for VisitError {
    fn from(error: SdkError<UpdateItemError>) -> Self {
        let (outcome, code) = judge(&error);
        Self {
            outcome,
            code,
            source: Box::new(error),
        }
    }
}

/// What the last attempt's failure says about the visit. An earlier attempt doesn't matter: it
/// certainly wasn't applied, or there would have been no second one.
fn judge(error: &SdkError<UpdateItemError>) -> (Outcome, Cow<'static, str>) {
    match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let code = answer.err().code();
            let name = code
                .map_or_else(|| format!("Http{status}"), str::to_owned)
                .into();
            if retry::is_throttled(status, code) {
                return (Outcome::NotCounted, name);
            }
            match status {
                200..300 => (Outcome::Unknown, UNREADABLE.into()),
                400..500 => (Outcome::Refused, name),
                _ => (Outcome::Unknown, name),
            }
        }
        SdkError::DispatchFailure(failure) => {
            if failure
                .as_connector_error()
                .is_some_and(retry::was_never_sent)
            {
                (Outcome::NotCounted, "Unreachable".into())
            } else {
                (Outcome::Unknown, "ConnectionLost".into())
            }
        }
        SdkError::TimeoutError(_) => (Outcome::Unknown, "Timeout".into()),
        SdkError::ConstructionFailure(_) => (Outcome::Refused, "RequestNotBuilt".into()),
        _ => (Outcome::Unknown, UNREADABLE.into()),
    }
}
