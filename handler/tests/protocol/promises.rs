//! What must always hold, and what must be possible, or the rest would mean nothing.

use stateright::Property;

use crate::visit::Reply;
use crate::world::{Network, Phase, REQUESTS, State, World};

pub(crate) const NO_REQUEST_TWICE: &str = "no request counts twice";
pub(crate) const NO_TOKEN_TWICE: &str = "no token is written twice";
pub(crate) const NO_VIEW_TWICE_IN_A_ROW: &str =
    "a view counts again only after another took its slot";
pub(crate) const ONE_NUMBER_A_VIEW: &str = "no two views are told one number";
pub(crate) const OWN_NUMBER: &str = "the number told is that of a write of this view";
pub(crate) const RETRY_AFTER_IS_TRUE: &str =
    "a request that is told to be not counted never counts";
pub(crate) const RETRY_AFTER_OF_A_VIEW: &str =
    "a view that met a later one is not told to be not counted where another request counts it";
pub(crate) const ALL_COUNTED: &str = "on a calm network, each request is told its number";

/// The properties of a model.
pub(crate) fn of(world: &World) -> Vec<Property<World>> {
    let is_lossy = world.network != Network::Calm;
    let is_resent = world.ids[0] == world.ids[1];
    let has_strangers = world.ids[1] != world.ids[2];
    let mut properties = vec![
        Property::always(NO_REQUEST_TWICE, no_request_twice),
        Property::always(NO_TOKEN_TWICE, no_token_twice),
        Property::always(NO_VIEW_TWICE_IN_A_ROW, no_view_twice_in_a_row),
        Property::always(ONE_NUMBER_A_VIEW, one_number_a_view),
        Property::always(OWN_NUMBER, own_number),
        Property::always(RETRY_AFTER_IS_TRUE, retry_after_is_true),
        Property::always(RETRY_AFTER_OF_A_VIEW, retry_after_of_a_view),
        Property::sometimes("each request is told a number", all_are_told),
    ];
    if is_lossy {
        properties.extend([
            Property::sometimes("no request counts", all_are_turned_away),
            Property::sometimes("a request counts, and nobody hears of it", one_is_unheard),
        ]);
    } else {
        properties.push(Property::always(ALL_COUNTED, nobody_is_turned_away));
    }
    if has_strangers {
        properties.push(Property::sometimes(
            "a request counts under a new token",
            one_has_a_new_token,
        ));
    }
    if is_resent {
        properties.push(Property::sometimes(
            "a resent view is told the number of the first request",
            resent_view_has_one_number,
        ));
    }
    // What the protocol can't promise.
    if is_resent && is_lossy {
        properties.push(Property::sometimes(
            "a request is told to be not counted, and another of its view counts",
            retry_after_hides_another_request,
        ));
    }
    if is_resent && has_strangers {
        properties.push(Property::sometimes(
            "a resent view counts again, because another took its slot",
            all_count,
        ));
    }
    properties
}

fn no_request_twice(_: &World, state: &State) -> bool {
    (0..REQUESTS).all(|request| state.times_counted(request) <= 1)
}

fn no_token_twice(_: &World, state: &State) -> bool {
    state.writes.iter().enumerate().all(|(made, write)| {
        let before = &state.writes[..made];
        before.iter().all(|other| other.token != write.token)
    })
}

fn no_view_twice_in_a_row(_: &World, state: &State) -> bool {
    let mut pairs = state.writes.windows(2);
    pairs.all(|pair| pair[0].token.id != pair[1].token.id)
}

fn one_number_a_view(world: &World, state: &State) -> bool {
    state.told().all(|(request, number)| {
        state.told().all(|(other, others_number)| {
            world.ids[request] == world.ids[other] || number != others_number
        })
    })
}

fn own_number(world: &World, state: &State) -> bool {
    state.told().all(|(request, number)| {
        let write = state.writes.get(usize::from(number) - 1);
        write.is_some_and(|write| write.token.id == world.ids[request])
    })
}

fn retry_after_is_true(_: &World, state: &State) -> bool {
    (0..REQUESTS).all(|request| {
        !matches!(state.reply(request), Some(Reply::NotCounted { .. }))
            || state.times_counted(request) == 0
    })
}

fn retry_after_of_a_view(world: &World, state: &State) -> bool {
    (0..REQUESTS).all(|request| {
        state.reply(request)
            != Some(Reply::NotCounted {
                met_a_later_one: true,
            })
            || !state.counted(world.ids[request])
    })
}

fn nobody_is_turned_away(_: &World, state: &State) -> bool {
    let mut replies = state.replies();
    replies.all(|reply| matches!(reply, Reply::Counted(_)))
}

fn all_are_told(_: &World, state: &State) -> bool {
    state.told().count() == REQUESTS
}

fn all_count(_: &World, state: &State) -> bool {
    (0..REQUESTS).all(|request| state.times_counted(request) == 1)
}

fn all_are_turned_away(_: &World, state: &State) -> bool {
    let not_counted = state
        .replies()
        .filter(|reply| matches!(reply, Reply::NotCounted { .. }));
    not_counted.count() == REQUESTS
}

fn one_is_unheard(_: &World, state: &State) -> bool {
    (0..REQUESTS).any(|request| {
        state.reply(request) == Some(Reply::PerhapsCounted) && state.times_counted(request) == 1
    })
}

fn one_has_a_new_token(world: &World, state: &State) -> bool {
    let mut writes = state.writes.iter();
    writes.any(|write| write.token.time >= world.times)
}

fn resent_view_has_one_number(_: &World, state: &State) -> bool {
    let number = |request| match state.reply(request) {
        Some(Reply::Counted(number)) => Some(number),
        _ => None,
    };
    number(0).is_some() && number(0) == number(1)
}

fn retry_after_hides_another_request(world: &World, state: &State) -> bool {
    (0..REQUESTS).any(|request| {
        matches!(state.reply(request), Some(Reply::NotCounted { .. }))
            && state.counted(world.ids[request])
    })
}

impl State {
    fn times_counted(&self, request: usize) -> usize {
        let writes = self.writes.iter();
        writes.filter(|write| write.request == request).count()
    }

    /// Whether any request of this view counted.
    fn counted(&self, id: u8) -> bool {
        self.writes.iter().any(|write| write.token.id == id)
    }

    fn reply(&self, request: usize) -> Option<Reply> {
        match self.requests[request].phase {
            Phase::Ended(reply) => Some(reply),
            Phase::Waits { .. } => None,
        }
    }

    fn replies(&self) -> impl Iterator<Item = Reply> {
        (0..REQUESTS).filter_map(|request| self.reply(request))
    }

    /// The requests that were told a number, and that number.
    fn told(&self) -> impl Iterator<Item = (usize, u8)> {
        (0..REQUESTS).filter_map(|request| match self.reply(request) {
            Some(Reply::Counted(number)) => Some((request, number)),
            _ => None,
        })
    }
}
