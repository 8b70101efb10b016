//! Many visitors for a long time, and `kill -9` in between.

#![expect(
    clippy::print_stdout,
    reason = "it takes minutes, and shows its progress"
)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::{join_all, select};
use reqwest::RequestBuilder;
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::sleep;
use visitor_counter_testkit::process::number;

use crate::server::Server;

/// How often the server is killed: in the middle and at the end.
const ROUNDS: u64 = 2;

/// How much the server's memory may grow from the first quarter of a round to its end, in kB. Half
/// a million visits reveal a leak of 16 bytes a visit.
const GROWTH: u64 = 8_000;

/// The visits of one or more visitors.
#[derive(Default)]
struct Visits {
    counts: Vec<u64>,
    latencies: Vec<Duration>,
    /// Visits without an answer when the server was killed. They may have been counted.
    unanswered: usize,
}

#[tokio::test]
async fn visitors_get_distinct_counts_without_a_gap_and_kill_9_loses_none() {
    soak(16, 1_000, Duration::from_mins(1)).await;
}

#[tokio::test]
#[ignore = "takes minutes: make soak"]
async fn visitors_get_distinct_counts_without_a_gap_for_a_million_visits() {
    let visits = number("VISITS").unwrap_or(1_000_000);
    let limit = Duration::from_mins(number("MINUTES").unwrap_or(20));
    soak(64, visits, limit).await;
}

/// Sends visits until so many are acknowledged, or the time is over, and checks their counts.
async fn soak(visitors: usize, visits: u64, limit: Duration) {
    let rounds = u32::try_from(ROUNDS).unwrap();
    let folder = TempDir::new().unwrap();
    let mut all = Visits::default();
    let begin = Instant::now();
    for _ in 0..ROUNDS {
        all.extend(round(&folder, visitors, visits / ROUNDS, limit / rounds).await);
    }
    let elapsed = begin.elapsed();

    let stored = Server::start(&folder, &[]).await.visit().await - 1;
    let distinct: BTreeSet<_> = all.counts.iter().copied().collect();
    assert_eq!(
        distinct.len(),
        all.counts.len(),
        "two visits got the same count"
    );
    assert!(
        distinct.last() <= Some(&stored),
        "an acknowledged visit is lost: it got {:?}, and {stored} is stored",
        distinct.last()
    );
    // Only visits that were unanswered when the server was killed may be missing.
    let gaps: Vec<_> = (1..=stored)
        .filter(|count| !distinct.contains(count))
        .collect();
    assert!(gaps.len() <= all.unanswered, "no visit got {gaps:?}");

    all.latencies.sort_unstable();
    let latency = |percent: usize| all.latencies[(all.latencies.len() - 1) * percent / 100];
    println!(
        "{} visits by {visitors} at a time in {:.0} s, {:.0} a second: distinct, gap-free except \
         for {} of {} that were unanswered at a kill -9\n\
         p50 {:.1?}, p99 {:.1?}, slowest {:.1?}",
        all.counts.len(),
        elapsed.as_secs_f64(),
        f64::from(u32::try_from(all.counts.len()).unwrap()) / elapsed.as_secs_f64(),
        gaps.len(),
        all.unanswered,
        latency(50),
        latency(99),
        latency(100),
    );
}

/// One round: from the server's start to `kill -9` while visits are unanswered.
async fn round(folder: &TempDir, visitors: usize, visits: u64, limit: Duration) -> Visits {
    let server = Server::start(folder, &[]).await;
    let acknowledged = Arc::<AtomicU64>::default();
    let visiting = (0..visitors).map(|_| {
        let visit = server.build("GET", "/visitorcount");
        tokio::spawn(visitor(visit, acknowledged.clone()))
    });
    let mut visiting = join_all(visiting);
    let begin = Instant::now();
    let mut memory = Vec::new();
    let enough = async {
        while memory.len() < 4 && begin.elapsed() < limit {
            sleep(Duration::from_millis(20)).await;
            let acknowledged = acknowledged.load(Ordering::Relaxed);
            if acknowledged * 4 >= visits * (memory.len() as u64 + 1) {
                memory.push(server.memory());
                println!("{acknowledged} visits, {} kB of memory", server.memory());
            }
        }
    };
    select(Box::pin(enough), &mut visiting).await;
    if let [first, .., last] = memory[..] {
        assert!(last <= first + GROWTH, "memory grows: {memory:?} kB");
    }
    let ended = server.signal("-KILL").await;
    assert_eq!(ended.stdout, "", "it must log no failure");
    let mut all = Visits::default();
    for visits in visiting.await {
        all.extend(visits.unwrap());
    }
    all
}

/// Sends one visit after the other until the server is killed.
async fn visitor(visit: RequestBuilder, acknowledged: Arc<AtomicU64>) -> Visits {
    let mut visits = Visits::default();
    loop {
        let begin = Instant::now();
        let answer = async {
            let response = visit.try_clone()?.send().await.ok()?;
            let status = response.status();
            Some((status, response.text().await.ok()?))
        };
        let Some((status, body)) = answer.await else {
            visits.unanswered = 1;
            return visits;
        };
        assert_eq!(status, 200, "{body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        visits.counts.push(body["count"].as_u64().unwrap());
        visits.latencies.push(begin.elapsed());
        acknowledged.fetch_add(1, Ordering::Relaxed);
    }
}

impl Visits {
    fn extend(&mut self, more: Self) {
        self.counts.extend(more.counts);
        self.latencies.extend(more.latencies);
        self.unanswered += more.unanswered;
    }
}
