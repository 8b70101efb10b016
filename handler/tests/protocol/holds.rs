//! What the protocol promises holds in each state of the model.

use stateright::{Checker, Model};

use crate::world::{Network, World};

/// Cores of the smallest machine that runs the tests.
const THREADS: usize = 2;

#[test]
fn no_request_counts_twice_and_none_is_wrongly_said_to_be_not_counted() {
    check(World::new([0, 1, 2], Network::Lossy).with_times(3));
}

/// Ids decide between equal clocks, so the resent view has the lower id, then the higher one.
#[test]
fn a_resent_view_counts_again_only_after_another_took_its_slot() {
    for ids in [[0, 0, 1], [1, 1, 0]] {
        check(World::new(ids, Network::Lossy).with_times(3));
    }
}

#[test]
fn a_view_that_is_resent_twice_counts_once() {
    check(World::new([0, 0, 0], Network::Lossy).with_times(3));
}

/// The promises don't depend on the number of attempts.
#[test]
fn a_third_attempt_after_an_unclear_one_breaks_no_promise() {
    for ids in [[0, 1, 2], [0, 0, 1], [1, 1, 0]] {
        check(World::new(ids, Network::Lossy).with_attempts_after_unclear(3));
    }
}

#[test]
fn each_visit_is_counted_where_nothing_is_lost() {
    for ids in [[0, 1, 2], [0, 0, 1], [1, 1, 0], [0, 0, 0]] {
        check(World::new(ids, Network::Calm).with_times(4));
    }
}

/// Checks all states, and prints their number: `cargo test --test protocol -- --show-output`.
#[expect(clippy::print_stdout, reason = "the decision quotes it")]
fn check(world: World) {
    let description = format!("{world:?}");
    let checker = world.checker().threads(THREADS).spawn_dfs().join();
    let (states, steps) = (checker.unique_state_count(), checker.state_count());
    println!("{states} states, {steps} steps: {description}");
    checker.assert_properties();
}
