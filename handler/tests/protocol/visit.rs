//! The handler's part: what one request does with each answer of DynamoDB.
//!
//! This is the table of `docs/decisions/0016-exactly-once.md`, row by row. The rows of a broken item
//! and of a request that DynamoDB can't read are left out: they end a visit at once, like any
//! other answer that the handler doesn't know.

use crate::item::{Answer, Slot, Token};
use crate::rule::Rule;

/// Attempts of a visit, if each before was certainly not applied.
pub(crate) const ATTEMPTS: usize = 3;

/// What a request knows of itself while it waits for an answer.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Visit {
    pub(crate) token: Token,
    /// Whether the page gave a `view`, so that another request may have the same id.
    has_view: bool,
    /// From 0.
    pub(crate) attempt: usize,
    was_unclear: bool,
    met_a_later_one: bool,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    Answered(Answer),
    /// Throttled, or never sent.
    Throttled,
    /// 5xx, timeout, reset or unreadable.
    Unclear,
}

/// What the visitor is told.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Reply {
    /// 200 with this number.
    Counted(u8),
    /// 503 with `Retry-After`.
    NotCounted { met_a_later_one: bool },
    /// 503 without.
    PerhapsCounted,
}

/// What follows from an outcome.
#[derive(Debug)]
pub(crate) enum Next {
    Again(Visit),
    Reply(Reply),
}

/// How a protocol under check decides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) broken: Option<Rule>,
    /// Attempts of a visit of which one was unclear.
    pub(crate) attempts_after_unclear: usize,
}

impl Policy {
    fn lacks(self, rule: Rule) -> bool {
        self.broken == Some(rule)
    }
}

impl Visit {
    pub(crate) fn new(token: Token, has_view: bool) -> Self {
        Self {
            token,
            has_view,
            attempt: 0,
            was_unclear: false,
            met_a_later_one: false,
        }
    }

    /// What the request does, if its clock shows this time.
    pub(crate) fn judge(mut self, outcome: Outcome, now: u8, policy: Policy) -> Next {
        match outcome {
            Outcome::Answered(Answer::Written(number)) => Next::Reply(Reply::Counted(number)),
            Outcome::Answered(Answer::Refused(slot)) => self.judge_refusal(slot, now, policy),
            Outcome::Throttled => self.again(policy),
            Outcome::Unclear => {
                self.was_unclear = true;
                if policy.lacks(Rule::SameTokenAfterUnclear) {
                    self.token.time += 1;
                }
                self.again(policy)
            }
        }
    }

    fn judge_refusal(mut self, slot: Slot, now: u8, policy: Policy) -> Next {
        if slot.token.id == self.token.id || policy.lacks(Rule::AnotherIdIsAnotherVisit) {
            return Next::Reply(Reply::Counted(slot.number));
        }
        let is_later = slot.token.time >= self.token.time;
        // An older visit of another id is no reason for the condition to fail.
        let is_unclear = self.was_unclear && !policy.lacks(Rule::LaterIsUnclearAfterUnclear);
        if !is_later || is_unclear {
            return Next::Reply(Reply::PerhapsCounted);
        }
        self.met_a_later_one = true;
        self.token.time = if policy.lacks(Rule::NewTokenIsLater) {
            now
        } else {
            now.max(slot.token.time + 1)
        };
        self.again(policy)
    }

    fn again(mut self, policy: Policy) -> Next {
        let attempts = if self.was_unclear {
            policy.attempts_after_unclear
        } else {
            ATTEMPTS
        };
        if self.attempt + 1 < attempts {
            self.attempt += 1;
            return Next::Again(self);
        }
        let hides_a_write = self.was_unclear && !policy.lacks(Rule::NoRetryAfterAfterUnclear);
        let hides_an_earlier_request = self.has_view
            && self.met_a_later_one
            && !policy.lacks(Rule::NoRetryAfterForAViewThatMetALaterOne);
        Next::Reply(if hides_a_write || hides_an_earlier_request {
            Reply::PerhapsCounted
        } else {
            Reply::NotCounted {
                met_a_later_one: self.met_a_later_one,
            }
        })
    }
}
