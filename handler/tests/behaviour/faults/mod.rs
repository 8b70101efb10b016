//! Each visit is counted exactly once, whatever fails: random sequences of visits, each under its own
//! seed.
//!
//! The built program runs in a fake of Lambda, with an embedded DynamoDB behind a proxy. After each
//! visit the books must balance: the caller's reply, what DynamoDB applied, and what is stored.
//!
//! * `sequence`: the visits of one seed; `visit`: one of them, and what happens around it.
//! * `plan`: what happens to its requests; `fault`: what may go wrong with one; `rival`: another
//!   instance's visit in its slot.
//! * `proxy`: is DynamoDB for the program; `wire`: does as planned, and records it; `write`: what it
//!   reads there; `answer`: what it answers.
//! * `records`: all that is known, checked: `books`: what was applied, and who was told;
//!   `ledger`: what the table must do; `tokens`: what the writes must say; `expected`: how a visit
//!   must end; `limits`: how long it may take; `figures`: how much was tried.

#![expect(
    clippy::print_stdout,
    reason = "it takes minutes, and shows its progress and what fails"
)]

mod answer;
mod books;
mod expected;
mod fault;
mod figures;
mod ledger;
mod limits;
mod plan;
mod proxy;
mod records;
mod rival;
mod sequence;
mod tokens;
mod visit;
mod wire;
mod write;

use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::{StreamExt, stream};
use tokio::spawn;
use visitor_counter_testkit::process::number;

use self::figures::Figures;
use self::sequence::Sequence;

/// Sequences that run at the same time. Most of them wait for a time limit.
const AT_ONCE: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_visit_is_counted_twice_whatever_fails() {
    let missing = run(1..=120, false).await.missing();
    assert!(missing.is_empty(), "never happened: {missing:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes minutes: make faults"]
async fn no_visit_is_counted_twice_in_thousands_of_sequences() {
    if let Some(seed) = number("SEED") {
        run(seed..=seed, true).await;
        return;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let first = now.as_secs() * 10_000;
    let figures = run(first..first + number("SEQUENCES").unwrap_or(3_000), true).await;
    println!("{figures}");
}

/// Runs the sequences of these seeds and adds up their figures.
async fn run(seeds: impl Iterator<Item = u64>, shows_progress: bool) -> Figures {
    let mut figures = Figures::default();
    let mut sequences = stream::iter(seeds)
        .map(|seed| spawn(Sequence::new(seed).run()))
        .buffer_unordered(AT_ONCE);
    while let Some(more) = sequences.next().await {
        figures.add(&more.unwrap());
        if shows_progress && figures.sequences.is_multiple_of(100) {
            println!("{} sequences, {} visits", figures.sequences, figures.visits);
        }
    }
    figures.check_exceptions();
    figures
}
