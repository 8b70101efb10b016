//! All that is known after the visits so far, and whether it fits together.

use std::time::Duration;

use serde_json::Value;

use super::books::Books;
use super::expected::{End, Told};
use super::fault::{Answer, Fault};
use super::figures::{Event, Figures};
use super::ledger::Ledger;
use super::limits::Limits;
use super::proxy::Seen;
use super::sequence::VISITS_OF_A_DAY;
use super::tokens::{self, Tokens};
use super::visit::Visit;
use super::write::Outcome;

/// The records of one sequence.
pub(super) struct Records {
    start: u64,
    ledger: Ledger,
    books: Books,
    tokens: Tokens,
    figures: Figures,
    /// Connections were closed after the last visit.
    was_gone: bool,
}

impl Records {
    pub(super) fn new(stored: Option<u64>, start_count: u64) -> Self {
        Self {
            start: stored.unwrap_or(start_count),
            ledger: Ledger::new(stored, start_count),
            books: Books::default(),
            tokens: Tokens::default(),
            figures: Figures::of_one(),
            was_gone: false,
        }
    }

    /// Enters a visit that ended that way, and checks that it should. Returns whether it is known
    /// what its requests were told.
    pub(super) fn enter(
        &mut self,
        number: usize,
        visit: &Visit,
        seen: &Seen,
        end: End,
        took: Duration,
    ) -> bool {
        let name = visit.view.as_deref();
        let told = told(seen, name.is_some());
        let was_sent = name.is_some_and(|name| self.tokens.has_name(name));
        let view = self.tokens.enter(name, &seen.attempts);
        let was_counted = view.as_ref().is_some_and(|view| self.books.has_view(view));
        self.books.enter_visit(number, view.as_deref(), end);
        self.enter_deliveries(number, seen);
        self.figures
            .enter_visit(seen.attempts.iter().map(|attempt| attempt.fault));

        let limits = Limits::of(&told, seen);
        limits.check(took);
        if limits.may_have_lost_an_answer(took) {
            // Only the books can tell then whether all went well.
            self.figures.enter(Event::SlowMachine);
            self.was_gone = true;
            return false;
        }
        tokens::check_times(&seen.attempts, &told);
        let may_be_lost = visit.loses_connections() || self.was_gone;
        let lost = unseen_told(seen, name.is_some());
        let is_lost = may_be_lost && !is_right(&told, name, end) && is_right(&lost, name, end);
        assert!(
            is_lost || is_right(&told, name, end),
            "the end is {end:?}, though its requests were told {told:?}"
        );
        self.was_gone = seen.is_gone;
        self.figures.enter_if(Event::LostUnseen, is_lost);

        let is_resent = was_sent && matches!(end, End::Counted(_));
        let is_own = !self.books.own(number).is_empty();
        self.enter_events(visit, seen, &told, end);
        self.figures.enter_if(
            match (is_own, was_counted) {
                (false, _) => Event::ResentWithItsNumber,
                (true, false) => Event::ResentAndCounted,
                (true, true) => Event::ResentAndCountedAgain,
            },
            is_resent,
        );
        true
    }

    fn enter_events(&mut self, visit: &Visit, seen: &Seen, told: &[Told], end: End) {
        let figures = &mut self.figures;
        let requests = seen.attempts.len();
        figures.enter_if(Event::SlotTaken, told.contains(&Told::Taken));
        figures.enter_if(Event::ThreeRequests, requests == 3);
        let is_lost_meanwhile = (1..told.len()).contains(&requests);
        figures.enter_if(Event::UnreachableMeanwhile, is_lost_meanwhile);
        for attempt in &seen.attempts {
            let has_failed = matches!(attempt.outcome, Some(Outcome::Refused { .. }));
            let is_told = attempt.fault.answer == Answer::Forwarded;
            figures.enter_if(Event::ConditionFailedUntold, has_failed && !is_told);
        }
        let first = seen.attempts.first().map(|attempt| attempt.fault);
        let was_silent = visit.loses_silently() && first == Some(Fault::DEAD);
        let is_counted = matches!(end, End::Counted(_));
        figures.enter_if(Event::CountedAfterSilence, was_silent && is_counted);
    }

    /// Enters the writes that DynamoDB got until a visit was over, and checks the books, and then
    /// each of its answers.
    pub(super) fn enter_deliveries(&mut self, until: usize, seen: &Seen) {
        for (write, outcome) in &seen.deliveries {
            self.books.enter_write(write, outcome);
        }
        self.books.check();
        for (write, outcome) in &seen.deliveries {
            assert_eq!(
                *outcome,
                self.ledger.deliver(write),
                "done, and expected of {write:?}"
            );
            let is_applied = matches!(outcome, Outcome::Stored(_));
            let is_late = write.visit.is_some_and(|visit| visit < until);
            self.figures
                .enter_if(Event::LateAndApplied, is_late && is_applied);
            self.figures
                .enter_if(Event::LateAndRefused, is_late && !is_applied);
            self.figures
                .enter_if(Event::RivalCounted, write.visit.is_none() && is_applied);
        }
    }

    /// Checks the stored item.
    pub(super) fn check_item(&self, item: &Value) {
        let visits = item["visits"]["N"]
            .as_str()
            .map(|number| number.parse().unwrap());
        assert_eq!(
            visits.unwrap_or(self.start),
            self.start + self.books.applied(),
            "visits"
        );
        let days = item.as_object().into_iter().flatten();
        let days: Vec<u64> = days
            .filter(|(name, _)| name.starts_with('d'))
            .map(|(_, visits)| visits["N"].as_str().unwrap().parse().unwrap())
            .collect();
        if !days.is_empty() {
            let before = days.len() as u64 * VISITS_OF_A_DAY;
            assert_eq!(
                days.iter().sum::<u64>(),
                before + self.books.applied(),
                "visits of days"
            );
        }
        self.ledger.check(item);
    }

    /// The figures, after all that was late has arrived.
    pub(super) fn close(mut self) -> Figures {
        for (end, is_counted) in self.books.ends() {
            self.figures.enter(Event::of(end, is_counted));
        }
        self.figures
    }
}

/// What each request of a visit was told, also those for which it got no connection.
fn told(seen: &Seen, is_named: bool) -> Vec<Told> {
    complete(Vec::new(), seen, is_named)
}

/// The same, if its first request was lost on a connection of which the program didn't know yet that
/// it was closed.
fn unseen_told(seen: &Seen, is_named: bool) -> Vec<Told> {
    complete(vec![Told::Nothing], seen, is_named)
}

fn complete(mut told: Vec<Told>, seen: &Seen, is_named: bool) -> Vec<Told> {
    told.extend(seen.attempts.iter().map(Told::of));
    while seen.is_gone && End::of(&told, is_named).is_none() {
        told.push(Told::NotApplied);
    }
    told
}

/// Whether a visit must end that way after the last of its requests, and go on after the others.
fn is_right(told: &[Told], name: Option<&str>, end: End) -> bool {
    let end_after = |requests| End::of(&told[..requests], name.is_some());
    (1..told.len()).all(|requests| end_after(requests).is_none())
        && end_after(told.len()) == Some(end)
}
