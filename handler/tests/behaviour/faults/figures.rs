//! How much was tried, and how it ended.

use std::collections::BTreeMap;
use std::fmt;

use super::expected::End;
use super::fault::{Answer, Delivery, Fault};

/// The figures of one or more sequences.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) sequences: u64,
    pub(super) visits: u64,
    requests: u64,
    answers: BTreeMap<Answer, u64>,
    deliveries: BTreeMap<Delivery, u64>,
    events: BTreeMap<Event, u64>,
}

/// What may happen in a visit.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Event {
    Counted,
    Busy,
    UnconfirmedAndCounted,
    UnconfirmedAndNotCounted,
    Refused,
    /// A visit that was told so, of another visit in its slot.
    SlotTaken,
    ThreeRequests,
    /// DynamoDB refused a connection after it had answered a request of the visit.
    UnreachableMeanwhile,
    /// A view that was sent before got the number of then.
    ResentWithItsNumber,
    /// It was counted for the first time.
    ResentAndCounted,
    /// It was counted again, since another view had taken its slot.
    ResentAndCountedAgain,
    /// The condition failed, and nobody was told.
    ConditionFailedUntold,
    /// A request of an earlier visit, delivered during this one or after all.
    LateAndApplied,
    LateAndRefused,
    /// A frozen program's connection was dead, and its visit was counted nevertheless.
    CountedAfterSilence,
    /// Another instance's visit, in the same slot.
    RivalCounted,
    /// A visit that took so long that only its books were checked.
    SlowMachine,
    /// A visit whose first request was lost on a connection that had just been closed.
    LostUnseen,
}

impl Event {
    /// What must happen now and then, or the tests don't test it.
    const NEEDED: [Self; 16] = [
        Self::Counted,
        Self::Busy,
        Self::UnconfirmedAndCounted,
        Self::UnconfirmedAndNotCounted,
        Self::Refused,
        Self::SlotTaken,
        Self::ThreeRequests,
        Self::UnreachableMeanwhile,
        Self::ResentWithItsNumber,
        Self::ResentAndCounted,
        Self::ResentAndCountedAgain,
        Self::ConditionFailedUntold,
        Self::LateAndApplied,
        Self::LateAndRefused,
        Self::CountedAfterSilence,
        Self::RivalCounted,
    ];

    pub(super) fn of(end: End, is_counted: bool) -> Self {
        match end {
            End::Counted(_) => Self::Counted,
            End::Busy => Self::Busy,
            End::Unconfirmed if is_counted => Self::UnconfirmedAndCounted,
            End::Unconfirmed => Self::UnconfirmedAndNotCounted,
            End::Refused => Self::Refused,
        }
    }
}

impl Figures {
    /// The figures of one sequence, before its first visit.
    pub(super) fn of_one() -> Self {
        Self {
            sequences: 1,
            ..Self::default()
        }
    }

    pub(super) fn enter(&mut self, event: Event) {
        *self.events.entry(event).or_default() += 1;
    }

    pub(super) fn enter_if(&mut self, event: Event, happened: bool) {
        if happened {
            self.enter(event);
        }
    }

    pub(super) fn enter_visit(&mut self, faults: impl IntoIterator<Item = Fault>) {
        self.visits += 1;
        for Fault { delivery, answer } in faults {
            self.requests += 1;
            *self.answers.entry(answer).or_default() += 1;
            *self.deliveries.entry(delivery).or_default() += 1;
        }
    }

    pub(super) fn add(&mut self, more: &Self) {
        self.sequences += more.sequences;
        self.visits += more.visits;
        self.requests += more.requests;
        add(&mut self.answers, &more.answers);
        add(&mut self.deliveries, &more.deliveries);
        add(&mut self.events, &more.events);
    }

    /// Checks that only few visits could not be judged by all that was planned.
    pub(super) fn check_exceptions(&self) {
        for (event, one_in) in [(Event::SlowMachine, 10), (Event::LostUnseen, 100)] {
            let times = self.events.get(&event).copied().unwrap_or_default();
            let most = self.visits / one_in + 1;
            assert!(
                times <= most,
                "{times} of {} visits: {event:?}",
                self.visits
            );
        }
    }

    /// What never happened, though it should.
    pub(super) fn missing(&self) -> Vec<String> {
        let answers = Answer::kinds().into_iter().flatten();
        missing(&self.answers, answers)
            .chain(missing(&self.deliveries, Delivery::all()))
            .chain(missing(&self.events, Event::NEEDED))
            .collect()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, &self.answers)?;
        show(f, &self.deliveries)?;
        show(f, &self.events)?;
        write!(
            f,
            "{} sequences, {} visits, {} requests: each visit counted at most once, and exactly once \
             where it was told so",
            self.sequences, self.visits, self.requests
        )
    }
}

fn add<K: Copy + Ord>(times: &mut BTreeMap<K, u64>, more: &BTreeMap<K, u64>) {
    for (what, more) in more {
        *times.entry(*what).or_default() += more;
    }
}

fn missing<K: fmt::Debug + Ord>(
    times: &BTreeMap<K, u64>,
    all: impl IntoIterator<Item = K>,
) -> impl Iterator<Item = String> {
    let never = all.into_iter().filter(|what| !times.contains_key(what));
    never.map(|what| format!("{what:?}"))
}

fn show<K: fmt::Debug>(f: &mut fmt::Formatter<'_>, times: &BTreeMap<K, u64>) -> fmt::Result {
    for (what, times) in times {
        writeln!(f, "{times:6}  {what:?}")?;
    }
    Ok(())
}
