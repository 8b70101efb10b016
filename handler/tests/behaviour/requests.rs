//! Routing, origins and headers: which requests count, and the headers of every answer.

use serde_json::{Value, json};
use visitor_counter_testkit::{ClosedPort, Table};

use crate::support::environment::handler;
use crate::support::event;
use crate::support::reply::Reply;

const ORIGINS: &str = "https://Example.COM:443, http://localhost:8080";

/// Sends one request to a new counter. Returns the reply, and whether it counted.
async fn send(allowed_origins: &str, event: &Value) -> (Reply, bool) {
    let table = Table::start().await;
    let handler = handler(table.url(), &[("ALLOWED_ORIGINS", allowed_origins)]);
    let reply = event::send(&handler, event).await;
    (reply, !table.stored().is_null())
}

#[tokio::test]
async fn only_get_counts_and_every_other_method_is_not_found() {
    for method in [
        "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "get",
    ] {
        let (reply, counted) = send("*", &event::request(method, "/visitorcount")).await;
        reply.assert_problem(404);
        assert!(!counted, "{method}");
    }
}

#[tokio::test]
async fn unknown_paths_are_not_found_and_never_count() {
    for path in [
        "/",
        "/visitorcounts",
        "/visitorcount/",
        "/VisitorCount",
        "/visitorcount/{proxy+}",
        "/visitorcount/badge",
        "/current",
    ] {
        let (reply, counted) = send(ORIGINS, &event::request("GET", path)).await;
        reply.assert_problem(404);
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
        assert!(!counted, "{path}");
    }
}

#[tokio::test]
async fn a_preflight_is_answered_and_never_counts() {
    for path in ["", "/current", "/history", "/badge.svg", "/badge.json"] {
        let preflight = event::request("OPTIONS", &format!("/visitorcount{path}"));
        assert_preflight(&send("*", &preflight).await);
    }
}

#[track_caller]
fn assert_preflight((reply, counted): &(Reply, bool)) {
    assert_eq!((reply.status, reply.body.as_str()), (204, ""));
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    assert_eq!(
        reply.header("access-control-allow-methods"),
        Some("GET, OPTIONS")
    );
    assert_eq!(reply.header("access-control-allow-headers"), Some("*"));
    assert_eq!(reply.header("access-control-max-age"), Some("86400"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert!(!counted);
}

#[tokio::test]
async fn every_origin_may_count_where_all_are_allowed() {
    for origin in [
        "https://example.com",
        "null",
        "chrome-extension://abc",
        "\u{fc}",
        "",
    ] {
        let (reply, _) = send("*", &event::visit_with_header("Origin", origin)).await;
        assert_eq!(reply.count(), 1);
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    }
}

#[tokio::test]
async fn an_allowed_origin_counts_and_is_named_in_the_answer() {
    for origin in ["https://example.com", "http://localhost:8080"] {
        let (reply, _) = send(ORIGINS, &event::visit_with_header("Origin", origin)).await;
        assert_eq!(reply.count(), 1);
        assert_eq!(reply.header("access-control-allow-origin"), Some(origin));
    }
}

#[tokio::test]
async fn a_foreign_origin_is_refused_readably_and_never_counts() {
    for origin in [
        "https://example.org",
        "http://example.com",
        "https://example.com:8443",
        "https://example.com.evil.example",
        "https://www.example.com",
        "https://example.com/",
        "https://Example.com",
        "https://example.com, http://localhost:8080",
        "http://localhost",
        "null",
        "*",
        "",
        "\u{fc}",
    ] {
        let (reply, counted) = send(ORIGINS, &event::visit_with_header("Origin", origin)).await;
        reply.assert_problem(403);
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
        assert!(!counted, "{origin}");

        let mut preflight = event::visit_with_header("Origin", origin);
        preflight["httpMethod"] = "OPTIONS".into();
        send(ORIGINS, &preflight).await.0.assert_problem(403);
    }
}

#[tokio::test]
async fn a_request_without_an_origin_counts() {
    let (reply, _) = send(ORIGINS, &event::visit()).await;
    assert_eq!(reply.count(), 1);
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
}

#[tokio::test]
async fn an_image_or_a_script_of_a_foreign_page_is_refused_and_never_counts() {
    for site in ["cross-site", "same-site"] {
        let visit = event::visit_with_header("Sec-Fetch-Site", site);
        let (reply, counted) = send(ORIGINS, &visit).await;
        reply.assert_problem(403);
        assert!(!counted, "{site}");
        // Where every origin may count, all its ways may.
        assert_eq!(send("*", &visit).await.0.count(), 1);
    }
    for site in ["same-origin", "none"] {
        let visit = event::visit_with_header("Sec-Fetch-Site", site);
        assert_eq!(send(ORIGINS, &visit).await.0.count(), 1, "{site}");
    }
    let headers = json!({ "Origin": "https://example.com", "Sec-Fetch-Site": "cross-site" });
    let allowed = event::visit_with(&json!({ "headers": headers, "multiValueHeaders": null }));
    assert_eq!(send(ORIGINS, &allowed).await.0.count(), 1);
}

#[tokio::test]
async fn a_pattern_allows_one_label_below_a_domain_over_https() {
    const PATTERNS: &str = "https://*.Example.dev, https://*.pages.test:8443";
    for origin in [
        "https://pr-7.example.dev",
        "https://a_b.example.dev",
        "https://x.pages.test:8443",
    ] {
        let (reply, _) = send(PATTERNS, &event::visit_with_header("Origin", origin)).await;
        assert_eq!(reply.count(), 1);
        assert_eq!(reply.header("access-control-allow-origin"), Some(origin));
    }
    for origin in [
        "https://example.dev",
        "https://.example.dev",
        "https://a.b.example.dev",
        "http://a.example.dev",
        "https://a.example.dev:8443",
        "https://a.example.dev.evil.test",
        "https://evil.test/.example.dev",
        "https://evil.test#.example.dev",
        "https://A.example.dev",
        "https://aexample.dev",
        "https://x.pages.test",
        "null",
    ] {
        let (reply, counted) = send(PATTERNS, &event::visit_with_header("Origin", origin)).await;
        reply.assert_problem(403);
        assert!(!counted, "{origin}");
    }
}

#[tokio::test]
async fn an_error_names_the_allowed_origin_so_that_its_page_can_read_it() {
    let nowhere = ClosedPort::reserve();
    let handler = handler(&nowhere.url(), &[("ALLOWED_ORIGINS", ORIGINS)]);
    let visit = event::visit_with_header("Origin", "http://localhost:8080");
    let reply = event::send(&handler, &visit).await;
    reply.assert_busy();
    assert_eq!(
        reply.header("access-control-allow-origin"),
        Some("http://localhost:8080")
    );
}

#[tokio::test]
async fn a_problem_carries_the_request_id_of_the_gateway() {
    let (reply, _) = send("*", &event::request("GET", "/elsewhere")).await;
    assert_eq!(
        reply.json()["requestId"],
        "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    );
    let no_id =
        json!({ "resource": "/", "requestContext": { "resourcePath": "/", "requestId": null } });
    let (reply, _) = send("*", &event::visit_with(&no_id)).await;
    assert_eq!(reply.json()["requestId"], "unknown");
}

/// The visit with these values of the parameter `view`.
fn visit_of_views(views: &[&str]) -> Value {
    event::visit_with(&json!({
        "queryStringParameters": { "view": views.last() },
        "multiValueQueryStringParameters": { "view": views },
    }))
}

#[tokio::test]
async fn a_view_that_is_malformed_empty_or_given_twice_is_refused_and_never_counts() {
    const VIEW: &str = "0123456789abcdef";
    for views in [
        &[""][..],
        &["0123456789abcde"],
        &["0123456789abcd\u{e9}"],
        &["0123456789 abcdef"],
        &[VIEW, VIEW],
        &["", VIEW],
    ] {
        let (reply, counted) = send("*", &visit_of_views(views)).await;
        reply.assert_problem(400);
        assert_eq!(
            (reply.header("retry-after"), counted),
            (None, false),
            "{views:?}"
        );
    }
    let single = event::visit_with(&json!({
        "queryStringParameters": { "view": "" },
        "multiValueQueryStringParameters": null,
    }));
    let (reply, counted) = send("*", &single).await;
    reply.assert_problem(400);
    assert!(!counted);
}

#[tokio::test]
async fn a_refused_view_can_be_read_by_an_allowed_page_and_comes_after_the_origin() {
    let refused = |origin: &str| {
        let mut event = visit_of_views(&[""]);
        event["headers"] = json!({ "Origin": origin });
        event["multiValueHeaders"] = json!({ "Origin": [origin] });
        event
    };
    let (reply, _) = send(ORIGINS, &refused("https://example.com")).await;
    reply.assert_problem(400);
    assert_eq!(
        reply.header("access-control-allow-origin"),
        Some("https://example.com")
    );
    let (reply, _) = send(ORIGINS, &refused("https://foreign.example")).await;
    reply.assert_problem(403);
}

#[tokio::test]
async fn other_parameters_make_no_difference() {
    let event = event::visit_with(&json!({
        "queryStringParameters": { "View": "x", "page": "", "utm": null },
        "multiValueQueryStringParameters": { "View": ["x", "y"], "page": [""], "utm": null },
    }));
    let (reply, counted) = send("*", &event).await;
    assert_eq!((reply.count(), counted), (1, true));
}
