//! Why a visit failed, and whether it may have been counted.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use thiserror::Error;

/// A visit that failed.
#[derive(Debug, Error)]
#[error("{kind}")]
pub(crate) struct VisitError {
    pub(crate) kind: VisitErrorKind,
    pub(crate) code: Cow<'static, str>,
    source: Box<dyn Error + Send + Sync>,
}

/// Whether a failed visit was counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum VisitErrorKind {
    /// Certainly not counted. Another attempt may succeed in a moment.
    NotCounted,
    /// Perhaps counted: a request was sent, and no usable answer came back.
    Unconfirmed,
    /// Refused, as every visit will be until the cause is repaired. Not counted, with one
    /// exception: the write increments a stored fraction, and only the answer shows that it is one.
    Refused,
}

/// What failed.
#[derive(Debug)]
pub(crate) struct Cause {
    /// DynamoDB's error code, or our own name for what failed on the way.
    pub(crate) code: Cow<'static, str>,
    pub(crate) source: Box<dyn Error + Send + Sync>,
}

impl Cause {
    pub(crate) fn new(
        code: impl Into<Cow<'static, str>>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            code: code.into(),
            source: source.into(),
        }
    }
}

impl VisitError {
    pub(crate) fn new(kind: VisitErrorKind, cause: Cause) -> Self {
        Self {
            kind,
            code: cause.code,
            source: cause.source,
        }
    }
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
