//! What may go wrong with one request to DynamoDB, and what it must come to.

use std::iter::once;

use crate::support::reply::Reply;

/// What the proxy does with a request.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Fault {
    /// Hands it on, and the answer back.
    None,
    /// Answers with this status and error code.
    Error {
        status: u16,
        code: &'static str,
        applied: bool,
    },
    /// Lets the attempt's time limit pass.
    Late(Applied),
    /// Cuts the connection.
    Cut { at: Cut, reset: bool },
    /// Answers with what isn't HTTP, or isn't JSON.
    Garbage { text: &'static str, applied: bool },
    /// Answers as DynamoDB does, but without a number of visits.
    Numberless { text: &'static str, applied: bool },
    /// Isn't there: nothing listens, and no connection is left.
    Unreachable,
}

/// When a request is applied that is answered too late, or never.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Applied {
    AtOnce,
    /// After the caller has given up.
    Late,
    Never,
}

/// Where a connection is cut.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Cut {
    /// The request has arrived, and nobody reads it.
    Unread,
    /// It was read, and not applied.
    Unapplied,
    /// It was applied.
    BeforeAnswer,
    InHead,
    InBody,
}

/// What a request, and so the visit that it was the last request of, must come to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    Counted,
    /// Certainly not counted: may be sent again, by the SDK and by the caller.
    Throttled,
    /// The same; no byte of it was sent.
    NeverSent,
    /// Perhaps counted: must not be sent again.
    Unknown,
    Refused,
}

const SERVER_ERRORS: [u16; 4] = [500, 502, 503, 504];

const THROTTLING_CODES: [&str; 4] = [
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
];

const REFUSALS: [&str; 3] = [
    "AccessDeniedException",
    "ResourceNotFoundException",
    "ValidationException",
];

const GARBAGE: [&str; 2] = [
    "\u{1}\u{2}garbage\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n<html></htm",
];

/// The SDK takes an empty body for an empty object.
const NUMBERLESS: [&str; 3] = [
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 39\r\n\r\n{\"Attributes\":{\"visits\":{\"S\":\"seven\"}}}",
];

impl Fault {
    /// Every one.
    pub(super) fn all() -> Vec<Self> {
        let either = [true, false];
        let error = |status, code, applied| Self::Error {
            status,
            code,
            applied,
        };
        let server_errors = SERVER_ERRORS.into_iter().flat_map(|status| {
            let codes = ["InternalServerError", "ThrottlingException"];
            codes
                .into_iter()
                .flat_map(move |code| either.map(|applied| error(status, code, applied)))
        });
        let refusals = THROTTLING_CODES
            .into_iter()
            .chain(REFUSALS)
            .map(|code| error(400, code, false));
        let late = [Applied::AtOnce, Applied::Late, Applied::Never].map(Self::Late);
        let cuts = [
            Cut::Unread,
            Cut::Unapplied,
            Cut::BeforeAnswer,
            Cut::InHead,
            Cut::InBody,
        ];
        let cuts = cuts
            .into_iter()
            .flat_map(|at| either.map(|reset| Self::Cut { at, reset }));
        let garbage = GARBAGE
            .into_iter()
            .flat_map(|text| either.map(|applied| Self::Garbage { text, applied }));
        let numberless = NUMBERLESS
            .into_iter()
            .flat_map(|text| either.map(|applied| Self::Numberless { text, applied }));
        once(Self::None)
            .chain(server_errors)
            .chain(refusals)
            .chain(late)
            .chain(cuts)
            .chain(garbage)
            .chain(numberless)
            .chain(once(Self::Unreachable))
            .collect()
    }

    /// Whether the engine gets the request, now or later.
    pub(super) fn is_applied(self) -> bool {
        match self {
            Self::None => true,
            Self::Error { applied, .. }
            | Self::Garbage { applied, .. }
            | Self::Numberless { applied, .. } => applied,
            Self::Late(applied) => applied != Applied::Never,
            Self::Cut { at, .. } => !matches!(at, Cut::Unread | Cut::Unapplied),
            Self::Unreachable => false,
        }
    }

    /// Whether the SDK sees a success, whatever the counter makes of it.
    pub(super) fn is_success(self) -> bool {
        matches!(self, Self::None | Self::Numberless { .. })
    }

    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::None => Outcome::Counted,
            Self::Error {
                status: 400, code, ..
            } if THROTTLING_CODES.contains(&code) => Outcome::Throttled,
            Self::Error { status: 400, .. } => Outcome::Refused,
            Self::Error { .. }
            | Self::Late(_)
            | Self::Cut { .. }
            | Self::Garbage { .. }
            | Self::Numberless { .. } => Outcome::Unknown,
            Self::Unreachable => Outcome::NeverSent,
        }
    }
}

impl Outcome {
    /// Checks that the caller is told this, and returns the count if there is one.
    pub(super) fn check(self, reply: &Reply) -> Option<u64> {
        match self {
            Self::Counted => return Some(reply.count()),
            Self::Throttled | Self::NeverSent => reply.assert_busy(),
            Self::Unknown => reply.assert_unconfirmed(),
            Self::Refused => reply.assert_problem(500),
        }
        None
    }
}
