//! How a visit must end.

use super::fault::{Completion, Fault};
use super::quota::Quota;

/// How a visit must end, given the faults that its requests may meet.
pub(super) struct Expected {
    /// The faults that its requests meet.
    pub(super) faults: Vec<Fault>,
    pub(super) completion: Completion,
    pub(super) is_applied: bool,
}

impl Expected {
    pub(super) fn of([first, second]: [Fault; 2], quota: &mut Quota) -> Self {
        let mut faults = vec![first];
        if quota.allows_another(first.completion()) {
            // The proxy refuses connections during the whole visit, or not at all.
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
            completion: last.completion(),
            is_applied: last.is_applied(),
            faults,
        }
    }
}
