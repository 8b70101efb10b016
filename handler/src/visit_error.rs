//! Why a visit failed, and whether it may have been counted.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use thiserror::Error;

use crate::retry;

/// A visit that failed.
#[derive(Debug, Error)]
#[error("{kind}")]
pub(crate) struct VisitError {
    pub(crate) kind: VisitErrorKind,
    /// DynamoDB's error code, or our own name for what failed on the way.
    pub(crate) code: Cow<'static, str>,
    source: Box<dyn Error + Send + Sync>,
}

/// Whether a failed visit was counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum VisitErrorKind {
    /// Certainly not counted. Another attempt may succeed in a moment.
    NotCounted,
    /// Perhaps counted: the request was sent, and no usable answer came back.
    Unconfirmed,
    /// Refused, as every visit will be until the cause is repaired. Not counted, with one
    /// exception: the write increments a stored fraction, and only the answer shows that it is one.
    Refused,
}

impl fmt::Display for VisitErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotCounted => "not counted, DynamoDB is busy or unreachable",
            Self::Unconfirmed => "perhaps counted, DynamoDB gave no usable answer",
            Self::Refused => "refused, the counter or its table is broken or misconfigured",
        })
    }
}

const UNREADABLE: &str = "UnreadableAnswer";

#[derive(Debug, Error)]
#[error("the stored number {0:?} is not a count")]
struct NotACount(String);

#[derive(Debug, Error)]
#[error("the answer has no number of visits")]
struct NoCount;

impl VisitError {
    /// The answer has no number of visits.
    pub(crate) fn no_count() -> Self {
        Self {
            kind: VisitErrorKind::Unconfirmed,
            code: UNREADABLE.into(),
            source: Box::new(NoCount),
        }
    }

    /// The answer has a number that is no count.
    pub(crate) fn not_a_count(number: &str) -> Self {
        Self {
            kind: VisitErrorKind::Refused,
            code: "NotACount".into(),
            source: Box::new(NotACount(number.to_owned())),
        }
    }
}

impl From<SdkError<UpdateItemError>> for VisitError {
    fn from(error: SdkError<UpdateItemError>) -> Self {
        let (kind, code) = classify(&error);
        Self {
            kind,
            code,
            source: Box::new(error),
        }
    }
}

/// Decides by the last attempt's failure. An earlier attempt certainly wasn't applied, or there
/// would have been no second one.
fn classify(error: &SdkError<UpdateItemError>) -> (VisitErrorKind, Cow<'static, str>) {
    match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let code = answer.err().code();
            let name = code
                .map_or_else(|| format!("Http{status}"), str::to_owned)
                .into();
            if retry::is_throttled(status, code) {
                return (VisitErrorKind::NotCounted, name);
            }
            match status {
                200..300 => (VisitErrorKind::Unconfirmed, UNREADABLE.into()),
                400..500 => (VisitErrorKind::Refused, name),
                _ => (VisitErrorKind::Unconfirmed, name),
            }
        }
        SdkError::DispatchFailure(failure) => {
            if failure
                .as_connector_error()
                .is_some_and(retry::was_never_sent)
            {
                (VisitErrorKind::NotCounted, "Unreachable".into())
            } else {
                (VisitErrorKind::Unconfirmed, "ConnectionLost".into())
            }
        }
        SdkError::TimeoutError(_) => (VisitErrorKind::Unconfirmed, "Timeout".into()),
        SdkError::ConstructionFailure(_) => (VisitErrorKind::Refused, "RequestNotBuilt".into()),
        _ => (VisitErrorKind::Unconfirmed, UNREADABLE.into()),
    }
}
