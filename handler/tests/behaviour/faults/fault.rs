//! The faults of one request to DynamoDB, and how the request must end.

use std::iter::once;

use crate::support::reply::Reply;

/// What the proxy does with a request.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Fault {
    /// Forwards it, and the answer.
    None,
    /// Answers with this status and error code.
    Error {
        status: u16,
        code: &'static str,
        applied: bool,
    },
    /// Doesn't answer before the attempt's time limit.
    Late(Applied),
    /// Closes or resets the connection.
    Cut { at: Cut, reset: bool },
    /// Answers with bytes that aren't HTTP, or aren't JSON.
    Garbage { text: &'static str, applied: bool },
    /// Answers in DynamoDB's format, but without a number of visits.
    Numberless { text: &'static str, applied: bool },
    /// Refuses connections, and has closed the existing ones.
    Unreachable,
}

/// When a request is applied whose answer comes too late.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Applied {
    AtOnce,
    /// After the caller has given up.
    Late,
    Never,
}

/// When a connection is cut.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Cut {
    /// The request has arrived, but isn't read.
    Unread,
    /// The request was read, but not applied.
    Unapplied,
    /// The request was applied.
    BeforeAnswer,
    InHead,
    InBody,
}

/// How a request must end, and so the visit whose last request it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Completion {
    Counted,
    /// Certainly not counted: SDK and caller may send it again.
    Throttled,
    /// The same, since no byte of it was sent.
    NeverSent,
    /// Perhaps counted: nobody may send it again.
    Unconfirmed,
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

/// The SDK reads an empty body as an empty object.
const NUMBERLESS: [&str; 3] = [
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 39\r\n\r\n{\"Attributes\":{\"visits\":{\"S\":\"seven\"}}}",
];

impl Fault {
    /// All faults.
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

    /// Whether DynamoDB gets the request, now or later.
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

    /// Whether the SDK takes it for a success, even if the counter doesn't.
    pub(super) fn is_success(self) -> bool {
        matches!(self, Self::None | Self::Numberless { .. })
    }

    pub(super) fn completion(self) -> Completion {
        match self {
            Self::None => Completion::Counted,
            Self::Error {
                status: 400, code, ..
            } if THROTTLING_CODES.contains(&code) => Completion::Throttled,
            Self::Error { status: 400, .. } => Completion::Refused,
            Self::Error { .. }
            | Self::Late(_)
            | Self::Cut { .. }
            | Self::Garbage { .. }
            | Self::Numberless { .. } => Completion::Unconfirmed,
            Self::Unreachable => Completion::NeverSent,
        }
    }
}

impl Completion {
    /// Checks that the reply says this, and returns its count if it has one.
    pub(super) fn check(self, reply: &Reply) -> Option<u64> {
        match self {
            Self::Counted => return Some(reply.count()),
            Self::Throttled | Self::NeverSent => reply.assert_busy(),
            Self::Unconfirmed => reply.assert_unconfirmed(),
            Self::Refused => reply.assert_problem(500),
        }
        None
    }
}
