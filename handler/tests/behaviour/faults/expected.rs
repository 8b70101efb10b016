//! How a visit must go on and end, given what its requests were told.

use super::fault::{Answer, THROTTLING_CODES};
use super::proxy::Attempt;
use super::write::{Outcome, view};
use crate::support::reply::Reply;

/// What the caller learns from one request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Told {
    /// The number that the view got.
    Number(u64),
    /// Not applied: another view has the slot.
    Taken,
    /// Not applied, or not even sent.
    NotApplied,
    /// Nothing that says whether it was applied.
    Nothing,
    Refusal,
}

/// How a visit ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    Counted(u64),
    /// Certainly not counted: its caller may send it again.
    Busy,
    /// Perhaps counted.
    Unconfirmed,
    Refused,
}

impl Told {
    pub(super) fn of(attempt: &Attempt) -> Self {
        match attempt.fault.answer {
            Answer::Forwarded => match (&attempt.write, &attempt.outcome) {
                (_, Some(Outcome::Stored(number))) => Self::Number(*number),
                (Some(write), Some(Outcome::Refused { holder, number }))
                    if view(holder) == write.view() =>
                {
                    Self::Number(*number)
                }
                (_, Some(Outcome::Refused { .. })) => Self::Taken,
                _ => panic!("no answer to forward: {attempt:?}"),
            },
            Answer::Error { status: 400, code } if THROTTLING_CODES.contains(&code) => {
                Self::NotApplied
            }
            Answer::Error { status: 400, .. } => Self::Refusal,
            Answer::Error { .. }
            | Answer::Silence
            | Answer::Cut { .. }
            | Answer::Garbage(_)
            | Answer::Numberless(_) => Self::Nothing,
        }
    }
}

impl End {
    /// The end of a visit, or none if it must send another request.
    pub(super) fn of(told: &[Told], is_named: bool) -> Option<Self> {
        match told.last()? {
            Told::Number(number) => return Some(Self::Counted(*number)),
            Told::Refusal => return Some(Self::Refused),
            Told::Taken | Told::NotApplied | Told::Nothing => {}
        }
        let is_unclear = told.contains(&Told::Nothing);
        let most = if is_unclear { 2 } else { 9 };
        let failures = told.iter().filter(|told| **told == Told::NotApplied);
        let is_last = told.len() >= most || failures.count() >= 3;
        // Of a view that was sent before, the slot may have held the number.
        let may_be_counted = is_unclear || is_named && told.contains(&Told::Taken);
        is_last.then_some(if may_be_counted {
            Self::Unconfirmed
        } else {
            Self::Busy
        })
    }

    /// The end that a reply stands for. Checks that it has all that belongs to it.
    pub(super) fn read(reply: &Reply) -> Self {
        match (reply.status, reply.header("retry-after")) {
            (200, _) => Self::Counted(reply.count()),
            (503, Some(_)) => {
                reply.assert_busy();
                Self::Busy
            }
            (503, None) => {
                reply.assert_unconfirmed();
                Self::Unconfirmed
            }
            _ => {
                reply.assert_problem(500);
                Self::Refused
            }
        }
    }
}
