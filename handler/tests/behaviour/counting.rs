//! The count in an embedded DynamoDB.

use futures_util::future::join_all;
use serde_json::{Value, json};
use visitor_counter::Handler;
use visitor_counter_testkit::Table;

use crate::support::environment::handler;
use crate::support::event;
use crate::support::reply::Reply;

async fn visit(handler: &Handler) -> Reply {
    event::send(handler, &event::visit()).await
}

#[tokio::test]
async fn the_first_visit_creates_the_item_and_each_visit_adds_exactly_one() {
    let table = Table::start().await;
    let handler = handler(table.url(), &[]);
    assert_eq!(table.stored(), Value::Null);
    for expected in 1..=5 {
        assert_eq!(visit(&handler).await.count(), expected);
        assert_eq!(table.stored(), json!({ "N": expected.to_string() }));
    }
}

#[tokio::test]
async fn the_start_value_applies_to_the_first_visit_alone() {
    let table = Table::start().await;
    for expected in [1001, 1002] {
        let handler = handler(table.url(), &[("START_COUNT", "1000")]);
        assert_eq!(visit(&handler).await.count(), expected);
    }
    let handler = handler(table.url(), &[("START_COUNT", "5")]);
    assert_eq!(visit(&handler).await.count(), 1003);
}

#[tokio::test]
async fn parallel_visitors_get_distinct_counts_without_a_gap() {
    let table = Table::start().await;
    let visitors = (0..64).map(|_| {
        // A handler each, as each instance of a function has its own.
        let handler = handler(table.url(), &[]);
        tokio::spawn(async move { visit(&handler).await.count() })
    });
    let mut counts: Vec<u64> = join_all(visitors)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=64).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_last_count_that_javascript_reads_exactly_is_reached_and_not_passed() {
    let table = Table::start().await;
    let handler = handler(table.url(), &[]);
    table.store(&json!({ "N": "9007199254740990" }));
    assert_eq!(visit(&handler).await.count(), 9_007_199_254_740_991);
    visit(&handler).await.assert_problem(500);
    assert_eq!(table.stored(), json!({ "N": "9007199254740991" }));
}

#[tokio::test]
async fn a_stored_value_that_is_no_count_is_refused_and_left_untouched() {
    let table = Table::start().await;
    let handler = handler(table.url(), &[]);
    for stored in [
        json!({ "N": "-3" }),
        json!({ "N": "9007199254740992" }),
        json!({ "N": "1000000000000000000000000000000" }),
        json!({ "S": "42" }),
        json!({ "NULL": true }),
        json!({ "L": [{ "N": "1" }] }),
    ] {
        table.store(&stored);
        visit(&handler).await.assert_problem(500);
        assert_eq!(table.stored(), stored);
    }
}

#[tokio::test]
async fn a_stored_fraction_is_never_answered_as_a_count() {
    let table = Table::start().await;
    table.store(&json!({ "N": "1.5" }));
    let handler = handler(table.url(), &[]);
    visit(&handler).await.assert_problem(500);
    // The condition lets fractions pass, so the write incremented it.
    assert_eq!(table.stored(), json!({ "N": "2.5" }));
}

#[tokio::test]
async fn an_item_without_the_attribute_starts_at_the_start_value() {
    let table = Table::start().await;
    table.store(&Value::Null);
    let handler = handler(table.url(), &[("START_COUNT", "9")]);
    assert_eq!(visit(&handler).await.count(), 10);
}

#[tokio::test]
async fn a_view_counts_once_however_often_it_is_sent_and_always_gets_its_number() {
    let table = Table::start().await;
    let handlers = [handler(table.url(), &[]), handler(table.url(), &[])];
    let longest = "v".repeat(64);
    let views = ["0123456789abcdef", "fedcba9876543210", &longest];
    for (view, number) in views.iter().zip(1..) {
        for handler in &handlers {
            let reply = event::send(handler, &event::visit_of(view)).await;
            assert_eq!(reply.count(), number, "{view}");
        }
    }
    assert_eq!(table.stored(), json!({ "N": "3" }));
}

#[tokio::test]
async fn parallel_requests_of_a_view_count_once() {
    let table = Table::start().await;
    let visitors = (0..32).map(|_| {
        let handler = handler(table.url(), &[]);
        tokio::spawn(async move {
            event::send(&handler, &event::visit_of("0123456789abcdef"))
                .await
                .count()
        })
    });
    for count in join_all(visitors).await {
        assert_eq!(count.unwrap(), 1);
    }
    assert_eq!(table.stored(), json!({ "N": "1" }));
}

/// The write of version 0.1.0.
fn earlier_version() -> Value {
    json!({
        "UpdateExpression": "SET visits = if_not_exists(visits, :start) + :one",
        "ConditionExpression": "attribute_not_exists(visits) OR visits BETWEEN :zero AND :max",
        "ExpressionAttributeValues": {
            ":start": { "N": "0" },
            ":one": { "N": "1" },
            ":zero": { "N": "0" },
            ":max": { "N": "9007199254740990" },
        },
    })
}

#[tokio::test]
async fn an_item_of_an_earlier_version_goes_on_and_an_earlier_version_goes_on_with_an_item_of_this()
{
    let table = Table::start().await;
    let handler = handler(table.url(), &[]);
    table.update(earlier_version());
    table.update(earlier_version());
    for expected in 3..=40 {
        assert_eq!(visit(&handler).await.count(), expected);
    }
    table.update(earlier_version());
    assert_eq!(table.stored(), json!({ "N": "41" }));
    assert_eq!(visit(&handler).await.count(), 42);
}
