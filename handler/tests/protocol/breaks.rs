//! The check can fail: for each rule of the protocol, it finds what breaks without that rule.

use stateright::{Checker, HasDiscoveries, Model};

use crate::promises;
use crate::rule::Rule;
use crate::world::{Network, REQUESTS, World};

const STRANGERS: [u8; REQUESTS] = [0, 1, 2];
const RESENT: [u8; REQUESTS] = [0, 0, 1];

#[test]
fn a_condition_without_its_older_half_counts_twice() {
    let world = World::new(STRANGERS, Network::Lossy).without(Rule::OlderThanTheToken);
    breaks(world.clone(), promises::NO_REQUEST_TWICE);
    breaks(world, promises::NO_TOKEN_TWICE);
}

#[test]
fn a_condition_without_its_other_half_counts_a_resent_view_again() {
    let world = World::new(RESENT, Network::Lossy).without(Rule::AnotherIdThanTheSlots);
    breaks(world, promises::NO_VIEW_TWICE_IN_A_ROW);
}

#[test]
fn tokens_that_are_compared_by_id_only_turn_visits_away() {
    let world = World::new(STRANGERS, Network::Calm).without(Rule::TimeBeforeId);
    breaks(world, promises::ALL_COUNTED);
}

#[test]
fn a_refusal_that_counts_as_a_resend_whatever_its_id_gives_two_views_one_number() {
    let world = World::new(STRANGERS, Network::Calm).without(Rule::AnotherIdIsAnotherVisit);
    breaks(world.clone(), promises::ONE_NUMBER_A_VIEW);
    breaks(world, promises::OWN_NUMBER);
}

#[test]
fn a_fresh_token_after_an_unclear_attempt_counts_twice() {
    let world = World::new(STRANGERS, Network::Lossy).without(Rule::SameTokenAfterUnclear);
    breaks(world, promises::NO_REQUEST_TWICE);
}

/// If the attempt after an unclear one is the last, it has no new token that could do harm.
#[test]
fn a_later_visit_that_excuses_an_unclear_attempt_counts_twice() {
    let world = World::new(STRANGERS, Network::Lossy).without(Rule::LaterIsUnclearAfterUnclear);
    breaks(
        world.with_attempts_after_unclear(3),
        promises::NO_REQUEST_TWICE,
    );
}

#[test]
fn a_new_token_by_the_clock_alone_turns_visits_away() {
    let world = World::new(STRANGERS, Network::Calm).without(Rule::NewTokenIsLater);
    breaks(world, promises::ALL_COUNTED);
}

#[test]
fn retry_after_is_untrue_after_an_unclear_attempt() {
    let world = World::new(STRANGERS, Network::Lossy).without(Rule::NoRetryAfterAfterUnclear);
    breaks(world, promises::RETRY_AFTER_IS_TRUE);
}

#[test]
fn retry_after_is_untrue_of_a_view_that_met_a_later_one() {
    let rule = Rule::NoRetryAfterForAViewThatMetALaterOne;
    let world = World::new(RESENT, Network::Lossy).without(rule);
    breaks(world, promises::RETRY_AFTER_OF_A_VIEW);
}

/// No rule of the protocol covers this. It relies on HTTP, where a request has one answer: it would
/// take the refusal of a copy for that of the write.
#[test]
fn an_answer_to_a_copy_of_a_write_counts_twice() {
    let world = World::new(STRANGERS, Network::AnswersCopies);
    breaks(world, promises::NO_REQUEST_TWICE);
}

/// Lets the checker find a way to break this promise.
fn breaks(world: World, promise: &'static str) {
    let checker = world
        .checker()
        .finish_when(HasDiscoveries::AnyOf([promise].into()))
        .spawn_bfs()
        .join();
    checker.assert_any_discovery(promise);
}
