//! The paths that read a number and count nothing.

use serde_json::{Value, json};
use visitor_counter_testkit::{ClosedPort, Table};

use crate::support::canned::{Canned, answer, error};
use crate::support::environment::handler;
use crate::support::event;
use crate::support::reply::Reply;

const CURRENT: &str = "/visitorcount/current";
const BADGE: &str = "/visitorcount/badge.svg";
const SHIELDS: &str = "/visitorcount/badge.json";
const PATHS: [&str; 4] = [CURRENT, "/visitorcount/history", BADGE, SHIELDS];

/// Sends a request to a counter that stands at 1234.
async fn get(path: &str, query: &[(&str, &str)]) -> Reply {
    let table = Table::start().await;
    table.store(&json!({ "N": "1234" }));
    let reply = event::send(&handler(table.url(), &[]), &event::get(path, query)).await;
    assert_eq!(table.stored(), json!({ "N": "1234" }));
    reply
}

async fn badge(query: &[(&str, &str)]) -> String {
    let reply = get(BADGE, query).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("image/svg+xml"));
    reply.assert_read("no-cache");
    reply.body
}

#[tokio::test]
async fn the_number_can_be_read_without_counting() {
    let reply = get(CURRENT, &[]).await;
    assert_eq!(reply.read("public, max-age=10"), json!({ "count": 1_234 }));
}

#[tokio::test]
async fn before_the_first_visit_it_is_the_one_to_count_up_from() {
    for (start, number) in [("0", 0), ("1000", 1_000)] {
        let table = Table::start().await;
        let handler = handler(table.url(), &[("START_COUNT", start)]);
        let reply = event::send(&handler, &event::get(CURRENT, &[])).await;
        assert_eq!(reply.read("public, max-age=10"), json!({ "count": number }));
        assert_eq!(table.item(), Value::Null);
    }
}

#[tokio::test]
async fn a_read_is_one_request_for_one_item_that_may_be_a_moment_old() {
    let dynamodb = Canned::reading([answer(200, r#"{"Item":{"visits":{"N":"7"}}}"#)]).await;
    let reply = event::send(&handler(&dynamodb.url(), &[]), &event::get(CURRENT, &[])).await;
    assert_eq!(reply.read("public, max-age=10"), json!({ "count": 7 }));
    let read = json!({ "TableName": "visitor-counter-test", "Key": { "id": { "S": "site" } } });
    assert_eq!(dynamodb.requests().await, [read]);
}

#[tokio::test]
async fn every_page_may_read_and_nobody_is_counted() {
    for path in PATHS {
        let mut event = event::get(path, &[]);
        event["multiValueHeaders"] = json!({
            "Origin": ["https://elsewhere.example"],
            "Sec-Fetch-Site": ["cross-site"],
            "User-Agent": ["Googlebot/2.1"],
        });
        let table = Table::start().await;
        let handler = handler(table.url(), &[("ALLOWED_ORIGINS", "https://a.example")]);
        let reply = event::send(&handler, &event).await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
        assert_eq!(table.item(), Value::Null);
    }
}

#[tokio::test]
async fn a_read_that_fails_is_tried_again_since_it_changes_nothing() {
    let number = || answer(200, r#"{"Item":{"visits":{"N":"7"}}}"#);
    for failure in [
        error(500, "InternalServerError"),
        error(400, "ThrottlingException"),
        answer(200, "{"),
    ] {
        let dynamodb = Canned::reading([failure, number()]).await;
        let reply = event::send(&handler(&dynamodb.url(), &[]), &event::get(CURRENT, &[])).await;
        assert_eq!(reply.read("public, max-age=10"), json!({ "count": 7 }));
        assert_eq!(dynamodb.requests().await.len(), 2);
    }
    let dynamodb = Canned::reading([error(500, "InternalServerError")]).await;
    let reply = event::send(&handler(&dynamodb.url(), &[]), &event::get(CURRENT, &[])).await;
    reply.assert_busy();
    assert_eq!(dynamodb.requests().await.len(), 3);
}

#[tokio::test]
async fn a_number_that_is_refused_or_broken_is_an_internal_error() {
    for broken in [
        error(400, "AccessDeniedException"),
        answer(200, r#"{"Item":{"visits":{"N":"-1"}}}"#),
        answer(200, r#"{"Item":{"visits":{"S":"7"}}}"#),
    ] {
        let dynamodb = Canned::reading([broken]).await;
        let reply = event::send(&handler(&dynamodb.url(), &[]), &event::get(CURRENT, &[])).await;
        reply.assert_problem(500);
        assert_eq!(dynamodb.requests().await.len(), 1);
    }
}

#[tokio::test]
async fn an_unreachable_table_is_a_problem_on_each_path_and_a_badge_where_an_image_is_expected() {
    let nowhere = ClosedPort::reserve();
    let handler = handler(&nowhere.url(), &[]);
    for path in PATHS {
        let reply = event::send(&handler, &event::get(path, &[])).await;
        if path == BADGE {
            assert_eq!(
                (reply.status, reply.header("retry-after")),
                (503, Some("1"))
            );
            assert_error_badge(&reply, "can&#39;t be read");
        } else {
            reply.assert_busy();
        }
    }
}

#[track_caller]
fn assert_error_badge(reply: &Reply, text: &str) {
    assert_eq!(reply.header("content-type"), Some("image/svg+xml"));
    reply.assert_read("no-store");
    assert!(reply.body.contains(text), "{}", reply.body);
}

#[tokio::test]
async fn a_badge_shows_the_number_to_eyes_and_to_screen_readers() {
    let svg = badge(&[]).await;
    for part in [
        "role=\"img\"",
        "aria-label=\"visits: 1234\"",
        "<title>visits: 1234</title>",
        ">visits</text>",
        ">1234</text>",
    ] {
        assert!(svg.contains(part), "{part} in {svg}");
    }
}

#[tokio::test]
async fn a_badge_has_the_label_the_color_the_style_and_the_length_that_are_asked_for() {
    let svg = badge(&[
        ("label", "readers & \"friends\""),
        ("color", "f0a"),
        ("style", "flat-square"),
        ("compact", ""),
    ])
    .await;
    for part in [
        ">readers &amp; &quot;friends&quot;</text>",
        "fill=\"#ff00aa\"",
        "rx=\"0\"",
        ">1.2k</text>",
    ] {
        assert!(svg.contains(part), "{part} in {svg}");
    }
    assert!(badge(&[("style", "flat")]).await.contains("rx=\"3\""));
    assert!(
        badge(&[("compact", "false")])
            .await
            .contains(">1234</text>")
    );
}

#[tokio::test]
async fn shields_io_gets_its_own_keys_and_no_others() {
    let reply = get(SHIELDS, &[("label", "readers"), ("compact", "true")]).await;
    let badge = json!({
        "schemaVersion": 1,
        "label": "readers",
        "message": "1.2k",
        "color": "007ec6",
        "style": "flat",
    });
    assert_eq!(reply.read("public, max-age=300"), badge);
}

#[tokio::test]
async fn a_malformed_parameter_of_a_badge_is_refused_by_name() {
    let longest = "x".repeat(40);
    get(BADGE, &[("label", &longest)])
        .await
        .assert_read("no-cache");
    for (name, value) in [
        ("label", ""),
        ("label", "a\nb"),
        ("label", &format!("{longest}x")),
        ("color", ""),
        ("color", "nocolor"),
        ("color", "\"/><script>"),
        ("style", "plastic"),
        ("compact", "1"),
    ] {
        let reply = get(SHIELDS, &[(name, value)]).await;
        reply.assert_problem(400);
        let detail = reply.json()["detail"].to_string();
        assert!(detail.contains(name), "{name}: {detail}");
        let image = get(BADGE, &[(name, value)]).await;
        assert_eq!(image.status, 400);
        assert_error_badge(&image, name);
    }
    let twice = [("color", "red"), ("color", "blue")];
    get(SHIELDS, &twice).await.assert_problem(400);
}

#[tokio::test]
async fn parameters_of_other_paths_make_no_difference() {
    let query = [
        ("view", ""),
        ("label", ""),
        ("page", ""),
        ("utm_source", "x"),
    ];
    let reply = get(CURRENT, &query).await;
    assert_eq!(reply.read("public, max-age=10"), json!({ "count": 1_234 }));
}
