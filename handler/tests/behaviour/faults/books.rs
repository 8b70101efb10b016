//! The books: which visits were applied, whatever the table should have done, and what their callers
//! were told.

use std::collections::{BTreeMap, BTreeSet};

use super::expected::End;
use super::write::{Outcome, Write};

/// The books of one sequence.
#[derive(Debug, Default)]
pub(super) struct Books {
    /// The writes that were applied, in their order, with the number that each stored.
    applied: Vec<(Write, u64)>,
    /// The end of each visit, with its view's part of the token if a write of it was seen.
    visits: BTreeMap<usize, (Option<String>, End)>,
}

impl Books {
    pub(super) fn enter_write(&mut self, write: &Write, outcome: &Outcome) {
        if let Outcome::Stored(number) = outcome {
            self.applied.push((write.clone(), *number));
        }
    }

    pub(super) fn enter_visit(&mut self, visit: usize, view: Option<&str>, end: End) {
        self.visits.insert(visit, (view.map(str::to_owned), end));
    }

    /// How many writes were applied.
    pub(super) fn applied(&self) -> u64 {
        self.applied.len() as u64
    }

    /// Whether a write of this view was applied, in any visit.
    pub(super) fn has_view(&self, view: &str) -> bool {
        self.applied.iter().any(|(write, _)| write.view() == view)
    }

    /// The end of each visit, and whether one of its own writes was applied.
    pub(super) fn ends(&self) -> impl Iterator<Item = (End, bool)> {
        let visits = self.visits.iter();
        visits.map(|(visit, (_, end))| (*end, !self.own(*visit).is_empty()))
    }

    /// The numbers that a visit's own writes have stored.
    pub(super) fn own(&self, visit: usize) -> Vec<u64> {
        let own = self.applied.iter();
        own.filter(|(write, _)| write.visit == Some(visit))
            .map(|(_, number)| *number)
            .collect()
    }

    /// Checks that they balance.
    pub(super) fn check(&self) {
        self.check_numbers();
        self.check_views();
        for (visit, (view, end)) in &self.visits {
            self.check_visit(*visit, view.as_deref(), *end);
        }
    }

    /// No two writes get one number.
    fn check_numbers(&self) {
        let numbers: BTreeSet<_> = self.applied.iter().map(|(_, number)| number).collect();
        assert_eq!(
            numbers.len(),
            self.applied.len(),
            "a number twice: {self:?}"
        );
    }

    /// A view counts again only if another took its slot meanwhile.
    fn check_views(&self) {
        let mut slots = BTreeMap::new();
        for (write, number) in &self.applied {
            let before = slots.insert(write.slot, write.view());
            assert_ne!(
                before,
                Some(write.view()),
                "counted twice, at {number}: {self:?}"
            );
        }
    }

    /// A visit's own writes are applied at most once, never if it may be sent again, and if it was
    /// given a number, one write of its view has stored that.
    fn check_visit(&self, visit: usize, view: Option<&str>, end: End) {
        let own = self.own(visit);
        let is_right = match end {
            End::Counted(number) => {
                let stored = self.applied.iter().filter(|(_, stored)| *stored == number);
                let views: Vec<_> = stored.map(|(write, _)| Some(write.view())).collect();
                views == [view] && (own.is_empty() || own == [number])
            }
            End::Busy => own.is_empty(),
            End::Unconfirmed | End::Refused => own.len() <= 1,
        };
        assert!(
            is_right,
            "visit {visit}, {end:?}, has stored {own:?}: {self:?}"
        );
    }
}
