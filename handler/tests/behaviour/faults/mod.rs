//! No visit is counted twice, whatever fails: random sequences of visits, each under its own seed.
//!
//! The built program runs in a fake of Lambda, with an embedded DynamoDB behind a proxy. After each
//! visit the books must balance: the caller's reply, what the proxy applied, and what is stored.
//!
//! * `sequence`: the visits of one seed; `books`: how many ended in which way.
//! * `fault`: what may go wrong with a request; `proxy`: does it, and records what it applied.
//! * `expected`: how a visit must end; `quota`: how often the SDK may send again.

#![expect(
    clippy::print_stdout,
    reason = "it takes minutes, and shows its progress and what fails"
)]

mod books;
mod expected;
mod fault;
mod proxy;
mod quota;
mod sequence;

use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::{StreamExt, stream};
use visitor_counter_testkit::process::number;

use self::books::Books;
use self::fault::Fault;
use self::sequence::Sequence;

/// Sequences that run at the same time. Most of them wait for a time limit.
const AT_ONCE: usize = 24;

#[tokio::test]
async fn no_visit_is_counted_twice_whatever_fails() {
    let books = run(1..=120, false).await;
    let missing: Vec<_> = Fault::all()
        .into_iter()
        .filter(|fault| !books.faults.contains_key(fault))
        .collect();
    assert!(missing.is_empty(), "never met: {missing:?}");
}

#[tokio::test]
#[ignore = "takes minutes: make faults"]
async fn no_visit_is_counted_twice_in_thousands_of_sequences() {
    if let Some(seed) = number("SEED") {
        run(seed..=seed, true).await;
        return;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let first = now.as_secs() * 10_000;
    let books = run(first..first + number("SEQUENCES").unwrap_or(3_000), true).await;
    println!("{books}");
}

/// Runs the sequences of these seeds and adds up their books.
async fn run(seeds: impl Iterator<Item = u64>, shows_progress: bool) -> Books {
    let mut books = Books::default();
    let mut sequences = stream::iter(seeds)
        .map(|seed| Sequence::new(seed).run())
        .buffer_unordered(AT_ONCE);
    while let Some(more) = sequences.next().await {
        books.add(&more);
        if shows_progress && books.sequences.is_multiple_of(100) {
            println!("{} sequences, {} visits", books.sequences, books.visits);
        }
    }
    books
}
