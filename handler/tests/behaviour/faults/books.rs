//! The books: how many visits ended in which way.

use std::collections::BTreeMap;
use std::fmt;

use super::expected::Expected;
use super::fault::{Completion, Fault};

/// The books of one or more sequences.
#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) sequences: u64,
    pub(super) visits: u64,
    requests: usize,
    freezes: u64,
    counted: u64,
    /// Unconfirmed, but counted.
    unconfirmed_applied: u64,
    /// Unconfirmed, and not counted.
    unconfirmed_lost: u64,
    /// How many requests met each fault.
    pub(super) faults: BTreeMap<Fault, u64>,
}

impl Books {
    /// The empty books of one sequence.
    pub(super) fn of_one() -> Self {
        Self {
            sequences: 1,
            ..Self::default()
        }
    }

    pub(super) fn enter(&mut self, is_frozen: bool, expected: &Expected) {
        self.visits += 1;
        self.requests += expected.faults.len();
        self.freezes += u64::from(is_frozen);
        match expected.completion {
            Completion::Counted => self.counted += 1,
            Completion::Unconfirmed if expected.is_applied => self.unconfirmed_applied += 1,
            Completion::Unconfirmed => self.unconfirmed_lost += 1,
            Completion::Throttled | Completion::NeverSent | Completion::Refused => {}
        }
        for fault in &expected.faults {
            *self.faults.entry(*fault).or_default() += 1;
        }
    }

    pub(super) fn add(&mut self, more: &Self) {
        self.sequences += more.sequences;
        self.visits += more.visits;
        self.requests += more.requests;
        self.freezes += more.freezes;
        self.counted += more.counted;
        self.unconfirmed_applied += more.unconfirmed_applied;
        self.unconfirmed_lost += more.unconfirmed_lost;
        for (fault, times) in &more.faults {
            *self.faults.entry(*fault).or_default() += times;
        }
    }
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (fault, times) in &self.faults {
            writeln!(f, "{times:6}  {fault:?}")?;
        }
        write!(
            f,
            "{} sequences, {} visits, {} freezes, {} requests\n\
             {} visits confirmed, {} unconfirmed and counted, {} unconfirmed and not counted, none \
             counted twice",
            self.sequences,
            self.visits,
            self.freezes,
            self.requests,
            self.counted,
            self.unconfirmed_applied,
            self.unconfirmed_lost
        )
    }
}
