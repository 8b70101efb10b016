//! How long a visit may take.

use std::time::Duration;

use visitor_counter::{ATTEMPT_LIMIT, OPERATION_LIMIT};

use super::expected::Told;
use super::fault::Answer;
use super::proxy::Seen;

/// Longest wait between two requests of a visit.
const BACKOFF: Duration = Duration::from_millis(400);

/// For a busy machine.
const SLACK: Duration = Duration::from_millis(1500);

/// What takes time in a visit.
#[derive(Debug)]
pub(super) struct Limits {
    /// Requests that got no answer.
    silent: u32,
    /// Requests that another one follows after a wait.
    not_applied: u32,
}

impl Limits {
    pub(super) fn of(told: &[Told], seen: &Seen) -> Self {
        let attempts = seen.attempts.iter();
        let silent = attempts.filter(|attempt| attempt.fault.answer == Answer::Silence);
        let not_applied = told.iter().filter(|told| **told == Told::NotApplied);
        Self {
            silent: u32::try_from(silent.count()).unwrap(),
            not_applied: u32::try_from(not_applied.count()).unwrap(),
        }
    }

    /// Checks that a visit took no less than its requests without an answer, and not much more.
    pub(super) fn check(&self, took: Duration) {
        let least = ATTEMPT_LIMIT * self.silent;
        let most = least + BACKOFF * self.not_applied + SLACK;
        let allowed = least..most.min(OPERATION_LIMIT);
        assert!(
            allowed.contains(&took),
            "a visit took {took:?}, of {allowed:?}"
        );
    }

    /// Whether the machine was so busy that the program may have given up a request which was
    /// answered.
    pub(super) fn may_have_lost_an_answer(&self, took: Duration) -> bool {
        took >= ATTEMPT_LIMIT * (self.silent + 1)
    }
}
