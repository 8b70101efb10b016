//! The visits of each day.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::FutureExt;
use serde_json::{Value, json};
use visitor_counter_testkit::Table;
use wiremock::{Request, ResponseTemplate};

use crate::support::canned::{Canned, answer, error};
use crate::support::environment::handler;
use crate::support::event;

/// Days since 1970. A test that begins on one day may end on the next.
fn today() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_secs() / (24 * 60 * 60)
}

/// Runs a test again if a day ended meanwhile.
async fn within_a_day(test: impl AsyncFn(u64)) {
    loop {
        let day = today();
        match AssertUnwindSafe(test(day)).catch_unwind().await {
            Ok(()) => return,
            Err(_) if today() != day => {}
            Err(panic) => resume_unwind(panic),
        }
    }
}

/// The attributes of days in an item.
fn days(item: &Value) -> Vec<(String, Value)> {
    let item = item.as_object().into_iter().flatten();
    let days = item.filter(|(name, _)| name.starts_with('d'));
    days.map(|(name, value)| (name.clone(), value["N"].clone()))
        .collect()
}

async fn history(table: &Table, settings: &[(&str, &str)]) -> Vec<(String, u64)> {
    let event = event::get("/visitorcount/history", &[]);
    let reply = event::send(&handler(table.url(), settings), &event).await;
    let json = reply.read("public, max-age=60");
    let days = json["days"].as_array().unwrap().iter();
    days.map(|day| {
        let text = day["day"].as_str().unwrap().to_owned();
        (text, day["count"].as_u64().unwrap())
    })
    .collect()
}

#[tokio::test]
async fn a_visit_counts_for_its_day_in_the_same_write() {
    within_a_day(async |today| {
        let table = Table::start().await;
        let handler = handler(table.url(), &[]);
        for visits in 1..=3 {
            event::send(&handler, &event::visit()).await.count();
            let day = (format!("d{today}"), json!(visits.to_string()));
            assert_eq!(days(&table.item()), [day]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_view_that_is_sent_again_counts_once_for_its_day() {
    within_a_day(async |today| {
        let table = Table::start().await;
        let handler = handler(table.url(), &[]);
        for _ in 0..3 {
            event::send(&handler, &event::visit_of("0123456789abcdef"))
                .await
                .count();
        }
        assert_eq!(days(&table.item()), [(format!("d{today}"), json!("1"))]);
    })
    .await;
}

#[tokio::test]
async fn without_days_none_are_kept_and_the_history_is_empty() {
    let table = Table::start().await;
    let settings = [("HISTORY_DAYS", "0")];
    event::send(&handler(table.url(), &settings), &event::visit())
        .await
        .count();
    assert_eq!(days(&table.item()), []);
    assert_eq!(history(&table, &settings).await, []);
}

#[tokio::test]
async fn the_history_has_each_day_to_today_and_a_zero_where_nobody_came() {
    within_a_day(async |today| {
        let table = Table::start().await;
        table.put(&json!({
            "id": { "S": "site" },
            "visits": { "N": "100" },
            format!("d{today}"): { "N": "3" },
            format!("d{}", today - 2): { "N": "5" },
            format!("d{}", today - 30): { "N": "7" },
            format!("d{}", today + 1): { "N": "9" },
        }));
        let history = history(&table, &[]).await;
        assert_eq!(history.len(), 30);
        let counts: Vec<_> = history.iter().rev().map(|(_, count)| *count).collect();
        assert_eq!(counts[..4], [3, 0, 5, 0]);
        assert_eq!(counts.iter().sum::<u64>(), 8);
        assert!(
            history.is_sorted_by(|one, next| one.0 < next.0),
            "{history:?}"
        );
        let (last, _) = &history[29];
        assert_eq!((last.len(), last.matches('-').count()), (10, 2), "{last}");
    })
    .await;
    let table = Table::start().await;
    assert_eq!(history(&table, &[("HISTORY_DAYS", "7")]).await.len(), 7);
}

#[tokio::test]
async fn the_first_visit_of_a_day_removes_the_days_outside_of_the_window() {
    within_a_day(async |today| {
        let table = Table::start().await;
        let mut item = json!({ "id": { "S": "site" }, "visits": { "N": "100" } });
        for day in (today - 80..=today + 5).filter(|day| *day != today) {
            item[format!("d{day}")] = json!({ "N": "2" });
        }
        table.put(&item);
        let handler = handler(table.url(), &[]);
        assert_eq!(event::send(&handler, &event::visit()).await.count(), 101);
        let left: Vec<_> = days(&table.item())
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        let kept: Vec<_> = (today - 29..=today).map(|day| format!("d{day}")).collect();
        assert_eq!(left, kept);
    })
    .await;
}

/// The answer to the first write of a day.
fn first_of_day(request: &Request) -> ResponseTemplate {
    let body: Value = request.body_json().unwrap();
    let update = body["UpdateExpression"].as_str().unwrap();
    let mut attributes = json!({ "visits": { "N": "7" } });
    for part in update.trim_start_matches("SET ").split(", ") {
        let (name, _) = part.split_once(" = ").unwrap_or_default();
        if name.starts_with('c') || name.starts_with('d') {
            let number = if name.starts_with('c') { "7" } else { "1" };
            attributes[name] = json!({ "N": number });
        }
    }
    answer(200, &json!({ "Attributes": attributes }).to_string())
}

#[tokio::test]
async fn old_days_that_can_not_be_read_or_removed_fail_no_visit() {
    let old = answer(200, r#"{"Item":{"id":{"S":"site"},"d1":{"N":"1"}}}"#);
    let dynamodb = Canned::start([first_of_day]).await;
    dynamodb.reads([error(500, "InternalServerError")]).await;
    let reply = event::send(&handler(&dynamodb.url(), &[]), &event::visit()).await;
    assert_eq!(reply.count(), 7);
    let reads = dynamodb.requests().await.len() - 1;
    assert_eq!(reads, 3);

    let dynamodb = Canned::start([first_of_day]).await;
    dynamodb.reads([old]).await;
    dynamodb.removes(error(500, "InternalServerError")).await;
    let reply = event::send(&handler(&dynamodb.url(), &[]), &event::visit()).await;
    assert_eq!(reply.count(), 7);
    let [_, _, remove] = &dynamodb.requests().await[..] else {
        panic!("a write, a read and a write");
    };
    let update = json!({
        "TableName": "visitor-counter-test",
        "Key": { "id": { "S": "site" } },
        "UpdateExpression": "REMOVE d1",
        "ConditionExpression": "attribute_exists(id)",
    });
    assert_eq!(*remove, update);
}
