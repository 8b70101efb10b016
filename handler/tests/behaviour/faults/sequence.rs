//! The visits of one seed.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::{SystemTime, UNIX_EPOCH};

use fastrand::Rng;
use futures_util::FutureExt;
use serde_json::json;
use visitor_counter_testkit::Table;

use super::expected::End;
use super::figures::Figures;
use super::plan::Plan;
use super::proxy::Proxy;
use super::records::Records;
use super::visit::{ORIGIN, Visit, names};
use crate::support::lambda::Lambda;

/// A function's start and its visits.
#[derive(Debug)]
pub(super) struct Sequence {
    seed: u64,
    /// The number that is stored before the first visit, or none if there is no item.
    stored: Option<u64>,
    start_count: u64,
    /// For the request that opens the connection.
    warm_up: Plan,
    visits: Vec<Visit>,
}

/// Stored for today and for tomorrow, which may begin meanwhile. So no visit is the first of its day,
/// after which there are other requests than its own.
pub(super) const VISITS_OF_A_DAY: u64 = 1_000;

/// Attribute of today, or of a day after it.
fn day(after: u64) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    format!("d{}", since.as_secs() / (24 * 60 * 60) + after)
}

/// What a failed sequence has left behind.
#[derive(Default)]
struct Traces {
    lambda: Option<Lambda>,
    /// Its latest visit.
    visit: String,
}

impl Sequence {
    /// Derives everything from the seed.
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let views = names(&mut random);
        let visits = 0..random.usize(4..=12);
        Self {
            visits: visits.map(|_| Visit::random(&mut random, &views)).collect(),
            seed,
            stored: random.bool().then(|| random.u64(..1_000_000)),
            start_count: random.u64(..1_000),
            warm_up: Plan::warm_up(&mut random),
        }
    }

    /// Runs it, and panics if the books don't balance.
    pub(super) async fn run(self) -> Figures {
        let mut traces = Traces::default();
        let visits = AssertUnwindSafe(self.visit_all(&mut traces));
        let panic = match visits.catch_unwind().await {
            Ok(figures) => return figures,
            Err(panic) => panic,
        };
        let log = match traces.lambda {
            Some(lambda) => lambda.end().await.stdout,
            None => String::new(),
        };
        println!(
            "\nThe sequence fails, see above. Run it again: make faults SEED={}\n{self:#?}\n{}\n{log}",
            self.seed, traces.visit
        );
        resume_unwind(panic)
    }

    async fn visit_all(&self, traces: &mut Traces) -> Figures {
        let table = Table::start().await;
        if let Some(stored) = self.stored {
            table.store(&json!({ "N": stored.to_string() }));
            table.update(json!({
                "UpdateExpression": "SET #today = :visits, #tomorrow = :visits",
                "ExpressionAttributeNames": { "#today": day(0), "#tomorrow": day(1) },
                "ExpressionAttributeValues": { ":visits": { "N": VISITS_OF_A_DAY.to_string() } },
            }));
        }
        let mut proxy = Proxy::start(table.url());
        proxy.plan(0, &self.warm_up).await;
        let start_count = self.start_count.to_string();
        let settings = [
            ("ALLOWED_ORIGINS", ORIGIN),
            (
                "HISTORY_DAYS",
                if self.stored.is_some() { "30" } else { "0" },
            ),
            ("START_COUNT", &start_count),
        ];
        let lambda = Lambda::start(&proxy.url(), &settings).await;
        let lambda = &*traces.lambda.insert(lambda);
        let seen = proxy.end_visit().await;
        assert!(seen.deliveries.is_empty(), "the warm-up writes: {seen:?}");
        if seen.attempts.is_empty() {
            proxy.hang_up().await;
        }

        let mut records = Records::new(self.stored, self.start_count);
        for (number, visit) in (1..).zip(&self.visits) {
            proxy.plan(number, &visit.plan).await;
            let (reply, took) = visit.send(lambda, &mut proxy).await;
            lambda.is_idle().await;

            let seen = proxy.end_visit().await;
            traces.visit = format!("Visit {number}: {reply:?} after {took:?}\n{seen}");
            assert_eq!(reply.header("access-control-allow-origin"), Some(ORIGIN));
            let is_known = records.enter(number, visit, &seen, End::read(&reply), took);
            records.check_item(&table.item());
            if !is_known {
                // A request that was given up unseen would be taken for one of the next visit.
                proxy.hang_up().await;
            }
        }
        let seen = proxy.end_all().await;
        traces.visit = format!("After the last visit:\n{seen}");
        records.enter_deliveries(self.visits.len() + 1, &seen);
        records.check_item(&table.item());
        records.close()
    }
}
