//! What may happen to one request to DynamoDB, and to its answer.

use std::fmt;

/// What the proxy does with a request.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) struct Fault {
    pub(super) delivery: Delivery,
    pub(super) answer: Answer,
}

/// When DynamoDB gets the request.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Delivery {
    Never,
    Once,
    /// Two times in a row, with nothing between. The second answer counts.
    Twice,
    Later(Until),
    /// At once, and a copy later.
    OnceAndLater(Until),
}

/// Until when the proxy holds a request back.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Until {
    /// The caller has given up, but not tried again.
    GivenUp,
    /// The next request of the visit was answered.
    Retried,
    /// The visit was answered.
    Answered,
    /// A request of a later visit has arrived, but DynamoDB doesn't have it yet.
    NextArrives,
    /// A request of a later visit was delivered, or lost.
    NextDelivered,
}

/// What the caller gets.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Answer {
    /// DynamoDB's answer.
    Forwarded,
    /// This status and error code.
    Error { status: u16, code: &'static str },
    /// Nothing before the attempt's time limit.
    Silence,
    /// A connection that is closed or reset.
    Cut { at: Cut, reset: bool },
    /// Bytes that aren't HTTP, or aren't JSON.
    Garbage(&'static str),
    /// DynamoDB's format, but without a number of visits.
    Numberless(&'static str),
}

/// When a connection is cut.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Cut {
    /// The request has arrived, but isn't read.
    Unread,
    BeforeAnswer,
    InHead,
    InBody,
}

const SERVER_ERRORS: [u16; 4] = [500, 502, 503, 504];

const SERVER_ERROR_CODES: [&str; 2] = ["InternalServerError", "ThrottlingException"];

pub(super) const THROTTLING_CODES: [&str; 4] = [
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

/// When a copy of an answered request may arrive.
const COPIES: [Until; 3] = [Until::Answered, Until::NextArrives, Until::NextDelivered];

impl Fault {
    /// Nothing goes wrong.
    pub(super) const NONE: Self = Self {
        delivery: Delivery::Once,
        answer: Answer::Forwarded,
    };

    /// The connection is dead, and nobody noticed.
    pub(super) const DEAD: Self = Self {
        delivery: Delivery::Never,
        answer: Answer::Silence,
    };
}

impl fmt::Debug for Fault {
    /// One line, even in the alternate form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} and {:?}", self.delivery, self.answer)
    }
}

impl Delivery {
    /// All of them, of which each answer allows some.
    pub(super) fn all() -> Vec<Self> {
        let later = [Until::GivenUp, Until::Retried].into_iter().chain(COPIES);
        [Self::Never, Self::Once, Self::Twice]
            .into_iter()
            .chain(later.map(Self::Later))
            .chain(COPIES.map(Self::OnceAndLater))
            .collect()
    }

    /// Whether DynamoDB's answer is there when the caller is answered.
    pub(super) fn is_at_once(self) -> bool {
        matches!(self, Self::Once | Self::Twice | Self::OnceAndLater(_))
    }
}

impl Answer {
    /// All of them, by their kind.
    pub(super) fn kinds() -> Vec<Vec<Self>> {
        let error = |status| move |code| Self::Error { status, code };
        let server_error = |status| SERVER_ERROR_CODES.map(error(status));
        let cut = |at| [true, false].map(|reset| Self::Cut { at, reset });
        let cuts = [Cut::Unread, Cut::BeforeAnswer, Cut::InHead, Cut::InBody];
        vec![
            vec![Self::Forwarded],
            SERVER_ERRORS.into_iter().flat_map(server_error).collect(),
            THROTTLING_CODES.map(error(400)).into(),
            REFUSALS.map(error(400)).into(),
            vec![Self::Silence],
            cuts.into_iter().flat_map(cut).collect(),
            GARBAGE.map(Self::Garbage).into(),
            NUMBERLESS.map(Self::Numberless).into(),
        ]
    }

    /// Whether a request that gets this answer may be delivered that way.
    pub(super) fn allows(self, delivery: Delivery) -> bool {
        match self {
            Self::Forwarded
            | Self::Cut {
                at: Cut::InHead | Cut::InBody,
                ..
            } => delivery.is_at_once(),
            // DynamoDB has refused it: no copy of it is on its way.
            Self::Error { status: 400, .. }
            | Self::Cut {
                at: Cut::Unread, ..
            } => delivery == Delivery::Never,
            Self::Silence => true,
            Self::Error { .. } | Self::Cut { .. } | Self::Garbage(_) | Self::Numberless(_) => {
                delivery != Delivery::Later(Until::GivenUp)
            }
        }
    }
}
