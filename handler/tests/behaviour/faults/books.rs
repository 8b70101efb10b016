//! Sequences in numbers.

use std::collections::BTreeMap;
use std::fmt;

use super::expected::Expected;
use super::fault::{Fault, Outcome};

/// What came of one or more sequences, in numbers.
#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) sequences: u64,
    pub(super) visits: u64,
    requests: usize,
    freezes: u64,
    counted: u64,
    /// Unconfirmed, and counted.
    unknown_applied: u64,
    /// Unconfirmed, and not counted.
    unknown_lost: u64,
    /// How often each fault was met.
    pub(super) faults: BTreeMap<Fault, u64>,
}

impl Books {
    /// Those of one sequence, still empty.
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
        match expected.outcome {
            Outcome::Counted => self.counted += 1,
            Outcome::Unknown if expected.is_applied => self.unknown_applied += 1,
            Outcome::Unknown => self.unknown_lost += 1,
            Outcome::Throttled | Outcome::NeverSent | Outcome::Refused => {}
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
        self.unknown_applied += more.unknown_applied;
        self.unknown_lost += more.unknown_lost;
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
            self.unknown_applied,
            self.unknown_lost
        )
    }
}
