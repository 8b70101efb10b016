//! The visits of one seed.

use std::fmt;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::{Duration, Instant};

use fastrand::Rng;
use futures_util::FutureExt;
use serde_json::{Value, json};
use tokio::time::sleep;
use visitor_counter::OPERATION_LIMIT;

use super::books::Books;
use super::expected::Expected;
use super::fault::{Completion, Fault};
use super::proxy::Proxy;
use super::quota::Quota;
use visitor_counter_testkit::Table;

use crate::support::event;
use crate::support::lambda::Lambda;
use crate::support::reply::Reply;

const ORIGIN: &str = "https://example.com";

/// One seed in so many makes a sequence that spends the retry quota, which takes a minute.
const SPENDS_QUOTA: u64 = 500;

/// A function's start and its visits.
#[derive(Debug)]
pub(super) struct Sequence {
    seed: u64,
    /// The number that is stored before the first visit, or none if there is no item.
    stored: Option<u64>,
    start_count: u64,
    /// The fault of the request that opens the connection.
    warm_up: Fault,
    visits: Vec<Visit>,
}

/// One visit, and what happens around it.
struct Visit {
    /// What happens to the process before it.
    before: Before,
    /// The faults of its first and its second request.
    faults: [Fault; 2],
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Before {
    Nothing,
    /// The idle connection is closed.
    HangUp,
    /// The process is frozen, the idle connection is closed, and the process is thawed before or
    /// after the event is sent.
    Freeze {
        thaws_first: bool,
    },
}

impl Sequence {
    /// Derives everything from the seed.
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let all = Fault::all();
        let any = |random: &mut Rng, likely: f32| {
            if random.f32() < likely {
                random.choice(all.iter().copied()).unwrap_or(Fault::None)
            } else {
                Fault::None
            }
        };
        let spends_quota = seed.is_multiple_of(SPENDS_QUOTA);
        let throttled = Fault::Error {
            status: 400,
            code: "ThrottlingException",
            applied: false,
        };
        let length = if spends_quota {
            120
        } else {
            random.usize(4..=12)
        };
        let visits = (0..length).map(|_| Visit {
            before: match random.u8(..8) {
                0 => Before::HangUp,
                1 => Before::Freeze { thaws_first: false },
                2 => Before::Freeze { thaws_first: true },
                _ => Before::Nothing,
            },
            faults: if spends_quota && random.f32() < 0.95 {
                [throttled, throttled]
            } else {
                [any(&mut random, 0.6), any(&mut random, 0.5)]
            },
        });
        Self {
            visits: visits.collect(),
            seed,
            stored: random.bool().then(|| random.u64(..1_000_000)),
            start_count: random.u64(..1_000),
            warm_up: any(&mut random, 0.3),
        }
    }

    /// Runs it, and panics if the books don't balance.
    pub(super) async fn run(self) -> Books {
        let mut at = 0;
        let result = AssertUnwindSafe(self.visit_all(&mut at))
            .catch_unwind()
            .await;
        result.unwrap_or_else(|panic| {
            println!(
                "\nThe sequence fails at visit {at}, see above. Run it again: make faults SEED={}\n{self:#?}",
                self.seed
            );
            resume_unwind(panic)
        })
    }

    async fn visit_all(&self, at: &mut usize) -> Books {
        let table = Table::start().await;
        if let Some(stored) = self.stored {
            table.store(&json!({ "N": stored.to_string() }));
        }
        let mut proxy = Proxy::start(table.url());
        proxy.plan([self.warm_up]);
        if self.warm_up == Fault::Unreachable {
            proxy.shut().await;
        }
        let start_count = self.start_count.to_string();
        let settings = [("ALLOWED_ORIGINS", ORIGIN), ("START_COUNT", &start_count)];
        let lambda = Lambda::start(&proxy.url(), &settings).await;
        proxy.open();
        assert!(
            proxy.seen().await.stored.is_empty(),
            "the warm-up counts nothing"
        );

        let mut quota = Quota::full();
        let mut balance = self.stored.unwrap_or(self.start_count);
        let mut books = Books::of_one();
        for visit in &self.visits {
            *at += 1;
            let expected = Expected::of(visit.faults, &mut quota);
            proxy.plan(expected.faults.iter().copied());
            if expected.completion == Completion::NeverSent {
                proxy.shut().await;
            }
            let begin = Instant::now();
            let reply = visit.send(&lambda, &mut proxy).await;
            let took = begin.elapsed();
            proxy.open();
            lambda.is_idle().await;

            let seen = proxy.seen().await;
            balance += u64::from(expected.is_applied);
            let context = format!("{reply:?} after {took:?}; {seen:?}");
            assert!(took < OPERATION_LIMIT, "too late: {context}");
            let requests = if expected.completion == Completion::NeverSent {
                0
            } else {
                expected.faults.len()
            };
            assert_eq!(seen.requests, requests, "requests: {context}");
            let stored = if expected.is_applied {
                vec![balance]
            } else {
                vec![]
            };
            assert_eq!(seen.stored, stored, "increments: {context}");
            let count = expected.completion.check(&reply);
            assert!(
                count.is_none_or(|count| count == balance),
                "{context}, {balance} stored"
            );
            assert_eq!(reply.header("access-control-allow-origin"), Some(ORIGIN));
            assert_eq!(
                stored_number(&table).unwrap_or(self.start_count),
                balance,
                "{context}"
            );
            books.enter(matches!(visit.before, Before::Freeze { .. }), &expected);
        }
        books
    }
}

fn stored_number(table: &Table) -> Option<u64> {
    match &table.stored()["N"] {
        Value::String(number) => Some(number.parse().unwrap()),
        _ => None,
    }
}

impl Visit {
    async fn send(&self, lambda: &Lambda, proxy: &mut Proxy) -> Reply {
        let event = event::visit_with_header("Origin", ORIGIN);
        if self.before == Before::Nothing {
            return lambda.request(&event).await;
        }
        if self.before == Before::HangUp {
            proxy.hang_up().await;
            return lambda.request(&event).await;
        }
        lambda.freeze();
        proxy.hang_up().await;
        if self.before == (Before::Freeze { thaws_first: true }) {
            lambda.thaw();
            return lambda.request(&event).await;
        }
        let thaw = async {
            // Long enough for the event to reach the process's socket, which nothing reports.
            sleep(Duration::from_millis(5)).await;
            lambda.thaw();
        };
        tokio::join!(lambda.request(&event), thaw).0
    }
}

impl fmt::Debug for Visit {
    /// One line, even in the alternate form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?}: {:?}, {:?}",
            self.before, self.faults[0], self.faults[1]
        )
    }
}
