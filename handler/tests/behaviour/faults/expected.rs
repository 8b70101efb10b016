//! What a visit must come to.

use super::fault::{Fault, Outcome};
use super::quota::Quota;

/// What a visit must come to, given the faults that wait for its requests.
pub(super) struct Expected {
    /// What its requests meet.
    pub(super) faults: Vec<Fault>,
    pub(super) outcome: Outcome,
    pub(super) is_applied: bool,
}

impl Expected {
    pub(super) fn of([first, second]: [Fault; 2], quota: &mut Quota) -> Self {
        let mut faults = vec![first];
        if quota.allows_another(first.outcome()) {
            // What can't be reached at first can't be reached later; and what was, can.
            faults.push(match (first, second) {
                (Fault::Unreachable, _) => first,
                (_, Fault::Unreachable) => Fault::None,
                _ => second,
            });
        }
        let last = faults[faults.len() - 1];
        if last.is_success() {
            quota.refill();
        }
        Self {
            outcome: last.outcome(),
            is_applied: last.is_applied(),
            faults,
        }
    }
}
