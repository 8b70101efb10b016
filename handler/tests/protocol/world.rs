//! Three requests, one item, and a network between them that does what it wants.
//!
//! A write that was sent may arrive at any time and any number of times, also after its retry and
//! after its requester gave up, or never; and its answer may get lost. So the model has lost, late
//! and doubled messages, and errors before and after the item changed.
//!
//! Three shortcuts keep the states few, and leave no outcome out:
//!
//! * All requests start at once. One that starts later is one whose write takes longer.
//! * An answer gets back at once or never. A requester whose answer takes longer only waits, and its
//!   next write may take as long.
//! * If a write changes nothing and nobody hears of it, nothing happened: it may still arrive.

use stateright::{Model, Property};

use crate::item::{Answer, Item, Token};
use crate::promises;
use crate::rule::Rule;
use crate::visit::{ATTEMPTS, Next, Outcome, Policy, Reply, Visit};

/// Requests. With only two, no other visit could take a slot between two requests of one view.
pub(crate) const REQUESTS: usize = 3;

/// A model to check.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// The id of each request's view. Two equal ones are a view that is sent again.
    pub(crate) ids: [u8; REQUESTS],
    /// How many times a clock may show, from 0. A request's may be behind that of an earlier one.
    pub(crate) times: u8,
    pub(crate) network: Network,
    pub(crate) policy: Policy,
}

/// What the network may do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Network {
    /// Brings each write once, and its answer. Its delays still differ.
    Calm,
    /// Loses, delays and doubles writes, and loses answers. It brings the answer to a write's first
    /// arrival only.
    Lossy,
    /// The same, but it may bring the answer to a later arrival instead.
    AnswersCopies,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct State {
    item: Item,
    pub(crate) requests: [Request; REQUESTS],
    /// All writes that were applied, in order. Only the promises look at them.
    pub(crate) writes: Vec<Write>,
}

/// A write that was applied.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Write {
    pub(crate) request: usize,
    pub(crate) token: Token,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Request {
    pub(crate) phase: Phase,
    /// The token of each attempt's write, if it may still arrive.
    in_flight: [Option<Token>; ATTEMPTS],
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Phase {
    Waits {
        visit: Visit,
        /// This attempt's write was applied, and the answer is lost.
        is_unheard: bool,
    },
    Ended(Reply),
}

/// What happens next, and to which request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// The attempt's write arrives. The requester gets the answer, and its clock shows this time.
    Answered { request: usize, now: u8 },
    /// The write of this or an earlier attempt arrives, and nobody hears of it.
    Unheard { request: usize, attempt: usize },
    /// DynamoDB throttles the write, or it is never sent.
    Throttled { request: usize },
    /// The requester gets an error, or no longer waits for this attempt.
    Unclear { request: usize },
    /// The requester gets an answer that it doesn't understand, or is out of time.
    GivesUp { request: usize },
}

impl Model for World {
    type State = State;
    type Action = Step;

    /// All combinations of the three clocks.
    fn init_states(&self) -> Vec<State> {
        let clocks = 0..self.times.pow(3);
        clocks
            .map(|clock| {
                let times = [0, 1, 2].map(|request| clock / self.times.pow(request) % self.times);
                State {
                    item: Item::default(),
                    requests: std::array::from_fn(|request| self.request(request, times[request])),
                    writes: Vec::new(),
                }
            })
            .collect()
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        let is_calm = self.network == Network::Calm;
        for (request, Request { phase, in_flight }) in state.requests.iter().enumerate() {
            if let Phase::Waits { is_unheard, .. } = phase {
                if !is_unheard || self.network == Network::AnswersCopies {
                    steps.extend((0..self.times).map(|now| Step::Answered { request, now }));
                }
                if !is_unheard && !is_calm {
                    steps.push(Step::Throttled { request });
                }
                if !is_calm {
                    steps.extend([Step::Unclear { request }, Step::GivesUp { request }]);
                }
            }
            if !is_calm {
                let sent = (0..ATTEMPTS).filter(|&attempt| in_flight[attempt].is_some());
                steps.extend(sent.map(|attempt| Step::Unheard { request, attempt }));
            }
        }
    }

    /// None where nothing changes.
    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut next = state.clone();
        match step {
            Step::Answered { request, now } => {
                let Phase::Waits { visit, .. } = &state.requests[request].phase else {
                    return None;
                };
                let answer = next.write(request, visit.token, self.policy);
                next.requests[request].judge(Outcome::Answered(answer), now, self.policy);
            }
            Step::Unheard { request, attempt } => {
                let token = state.requests[request].in_flight[attempt]?;
                if let Answer::Refused(_) = next.write(request, token, self.policy) {
                    return None;
                }
                if let Phase::Waits { visit, is_unheard } = &mut next.requests[request].phase {
                    *is_unheard |= visit.attempt == attempt;
                }
            }
            Step::Throttled { request } => {
                next.requests[request].take_back();
                next.requests[request].judge(Outcome::Throttled, 0, self.policy);
            }
            Step::Unclear { request } => {
                next.requests[request].judge(Outcome::Unclear, 0, self.policy);
            }
            Step::GivesUp { request } => next.requests[request].end(Reply::PerhapsCounted),
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::of(self)
    }
}

impl World {
    /// The protocol under clocks that show two times.
    pub(crate) fn new(ids: [u8; REQUESTS], network: Network) -> Self {
        Self {
            ids,
            times: 2,
            network,
            policy: Policy {
                broken: None,
                attempts_after_unclear: 2,
            },
        }
    }

    pub(crate) fn with_times(mut self, times: u8) -> Self {
        self.times = times;
        self
    }

    pub(crate) fn with_attempts_after_unclear(mut self, attempts: usize) -> Self {
        self.policy.attempts_after_unclear = attempts;
        self
    }

    /// The protocol without one of its rules.
    pub(crate) fn without(mut self, rule: Rule) -> Self {
        self.policy.broken = Some(rule);
        self
    }

    fn request(&self, request: usize, time: u8) -> Request {
        let id = self.ids[request];
        let same = self.ids.iter().filter(|&&other| other == id);
        let mut request = Request {
            phase: Phase::Waits {
                visit: Visit::new(Token { time, id }, same.count() > 1),
                is_unheard: false,
            },
            in_flight: [None; ATTEMPTS],
        };
        request.send();
        request
    }
}

impl State {
    fn write(&mut self, request: usize, token: Token, policy: Policy) -> Answer {
        let answer = self.item.write(token, policy.broken);
        if let Answer::Written(_) = answer {
            self.writes.push(Write { request, token });
        }
        answer
    }
}

impl Request {
    fn judge(&mut self, outcome: Outcome, now: u8, policy: Policy) {
        let Phase::Waits { visit, is_unheard } = &mut self.phase else {
            return;
        };
        match visit.clone().judge(outcome, now, policy) {
            Next::Reply(reply) => self.end(reply),
            Next::Again(again) => {
                *visit = again;
                *is_unheard = false;
                self.send();
            }
        }
    }

    fn send(&mut self) {
        if let Phase::Waits { visit, .. } = &self.phase {
            self.in_flight[visit.attempt] = Some(visit.token);
        }
    }

    /// This attempt's write won't arrive. Those of earlier ones still may.
    fn take_back(&mut self) {
        if let Phase::Waits { visit, .. } = &self.phase {
            self.in_flight[visit.attempt] = None;
        }
    }

    /// From now on, the attempts don't differ: only their tokens may still arrive.
    fn end(&mut self, reply: Reply) {
        self.phase = Phase::Ended(reply);
        for attempt in 1..ATTEMPTS {
            if self.in_flight[..attempt].contains(&self.in_flight[attempt]) {
                self.in_flight[attempt] = None;
            }
        }
        self.in_flight.sort_unstable();
    }
}
