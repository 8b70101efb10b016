//! What happens to the requests of one visit.

use std::array;

use fastrand::Rng;

use super::fault::{Answer, Delivery, Fault};
use super::rival::Rival;

/// The plan for a visit, of which it may need only a part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) requests: [Planned; 9],
    /// After so many requests, the proxy refuses connections.
    pub(super) reachable_for: Option<usize>,
}

/// The plan for one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    /// Another instance's visit, which DynamoDB gets just before.
    pub(super) rival: Option<Rival>,
    pub(super) fault: Fault,
}

impl Plan {
    /// Nothing goes wrong before the first visit.
    pub(super) fn random(random: &mut Rng) -> Self {
        let mut request = |likely| Planned {
            rival: match random.u8(..16) {
                0 => Some(Rival::AtOnce),
                1 => Some(Rival::Ahead),
                _ => None,
            },
            fault: Fault::random(random, likely),
        };
        Self {
            requests: array::from_fn(|at| request(if at == 0 { 0.6 } else { 0.5 })),
            reachable_for: (random.u8(..12) == 0).then(|| random.usize(..3)),
        }
    }

    /// The plan for the request that opens the connection.
    pub(super) fn warm_up(random: &mut Rng) -> Self {
        let request = Planned {
            rival: None,
            fault: Fault::random(random, 0.3),
        };
        Self {
            requests: [request; 9],
            reachable_for: (random.u8(..12) == 0).then_some(0),
        }
    }
}

impl Fault {
    /// One fault is as likely as another of its kind, and one kind as another.
    fn random(random: &mut Rng, likely: f32) -> Self {
        if random.f32() >= likely {
            return Self::NONE;
        }
        let kind = random.choice(Answer::kinds()).unwrap();
        let answer = random.choice(kind).unwrap();
        let deliveries = Delivery::all().into_iter();
        let allowed = deliveries.filter(|delivery| answer.allows(*delivery));
        let delivery = random.choice(allowed.collect::<Vec<_>>()).unwrap();
        Self { delivery, answer }
    }
}
