//! The events that API Gateway sends the program, and the responses that it reads.

use serde_json::{Value, json};
use visitor_counter_testkit::Table;

use crate::support::event;
use crate::support::lambda::Lambda;
use crate::support::reply::Reply;

/// Sends one event to the program with a new counter, which allows one origin.
async fn reply(event: &Value) -> Reply {
    let table = Table::start().await;
    let lambda = Lambda::start(table.url(), &[("ALLOWED_ORIGINS", "https://a.example")]).await;
    lambda.request(event).await
}

#[tokio::test]
async fn the_event_in_the_aws_documentation_counts() {
    assert_eq!(reply(&event::visit()).await.count(), 1);
}

#[tokio::test]
async fn the_stage_in_the_path_makes_no_difference() {
    for stage in ["prod", "staging", "$default", "visitorcount"] {
        let path = format!("/{stage}/visitorcount");
        let event =
            event::visit_with(&json!({ "requestContext": { "stage": stage, "path": path } }));
        assert_eq!(reply(&event).await.count(), 1, "{stage}");
    }
}

#[tokio::test]
async fn a_slash_at_the_end_of_the_path_makes_no_difference() {
    // The gateway leaves it out of the resource's path alone.
    let slash = json!({
        "path": "/visitorcount/", "requestContext": { "path": "/prod/visitorcount/" },
    });
    assert_eq!(reply(&event::visit_with(&slash)).await.count(), 1);
}

#[tokio::test]
async fn the_base_path_of_a_custom_domain_makes_no_difference() {
    let domain = json!({
        "path": "/api/visitorcount",
        "headers": { "Host": "counter.example.com" },
        "multiValueHeaders": { "Host": ["counter.example.com"] },
        "requestContext": { "path": "/api/visitorcount", "domainName": "counter.example.com" },
    });
    assert_eq!(reply(&event::visit_with(&domain)).await.count(), 1);
}

#[tokio::test]
async fn an_event_without_any_headers_counts() {
    for none in [json!(null), json!({})] {
        let mut event = event::visit();
        event["headers"] = none.clone();
        event["multiValueHeaders"] = none;
        assert_eq!(reply(&event).await.count(), 1);
    }
}

#[tokio::test]
async fn headers_with_several_values_are_understood() {
    let several = json!({
        "headers": { "Accept": "text/html", "Cookie": "b=2" },
        "multiValueHeaders": { "Accept": ["application/json", "text/html"], "Cookie": ["a=1", "b=2"] },
    });
    assert_eq!(reply(&event::visit_with(&several)).await.count(), 1);
}

#[tokio::test]
async fn a_query_of_any_script_makes_no_difference() {
    let query = json!({
        "queryStringParameters": { "s\u{fc}\u{df}": "\u{2603} \u{1f600}", "a": "2", "": "&=%" },
        "multiValueQueryStringParameters": {
            "s\u{fc}\u{df}": ["\u{2603} \u{1f600}"], "a": ["1", "2"], "": ["&=%"],
        },
    });
    assert_eq!(reply(&event::visit_with(&query)).await.count(), 1);
}

#[tokio::test]
async fn of_several_origins_the_last_decides() {
    let origins = |first: &str, last: &str| {
        event::visit_with(&json!({
            "headers": { "Origin": last }, "multiValueHeaders": { "Origin": [first, last] },
        }))
    };
    reply(&origins("https://a.example", "https://b.example"))
        .await
        .assert_problem(403);
    assert_eq!(
        reply(&origins("https://b.example", "https://a.example"))
            .await
            .count(),
        1
    );
}

#[tokio::test]
async fn a_body_makes_no_difference() {
    let body = json!({ "body": "eyJhIjoxfQ==", "isBase64Encoded": true });
    assert_eq!(reply(&event::visit_with(&body)).await.count(), 1);
}

#[tokio::test]
async fn a_preflight_has_no_body_for_the_gateway_to_encode() {
    let reply = reply(&event::request("OPTIONS", "/visitorcount")).await;
    assert_eq!((reply.status, reply.body.as_str()), (204, ""));
}

#[tokio::test]
async fn errors_reach_the_gateway_as_problems() {
    reply(&event::visit_with_header("Origin", "https://b.example"))
        .await
        .assert_problem(403);
    reply(&event::request("GET", "/elsewhere"))
        .await
        .assert_problem(404);
}

#[tokio::test]
async fn what_else_clients_send_makes_no_difference() {
    let long = "x".repeat(70_000);
    for event in [
        event::visit_with_header("X-Forwarded-Proto", "https, http"),
        event::visit_with_header("Host", "not a host"),
        event::visit_with_header("bad header", "\u{1}"),
        event::visit_with(&json!({ "multiValueQueryStringParameters": { "q": [long] } })),
    ] {
        assert_eq!(reply(&event).await.count(), 1, "{event}");
    }
    reply(&event::visit_with(&json!({ "httpMethod": "NOT A METHOD" })))
        .await
        .assert_problem(404);
}

#[tokio::test]
async fn parts_that_the_counter_does_not_read_have_any_type_and_reach_no_log() {
    let table = Table::start().await;
    let lambda = Lambda::start(table.url(), &[("AWS_LAMBDA_LOG_LEVEL", "TRACE")]).await;
    for part in [
        "pathParameters",
        "stageVariables",
        "resource",
        "path",
        "body",
        "isBase64Encoded",
    ] {
        for value in [
            json!(event::MARKER),
            json!([event::MARKER]),
            json!({ event::MARKER: 1 }),
        ] {
            let mut event = event::visit();
            event[part] = value;
            lambda.request(&event).await.count();
        }
    }
    let log = lambda.end().await.stdout;
    assert!(!log.contains(event::MARKER), "{log}");
}

#[tokio::test]
async fn the_name_of_a_header_has_any_case() {
    for name in ["origin", "Origin", "ORIGIN"] {
        reply(&event::visit_with_header(name, "https://b.example"))
            .await
            .assert_problem(403);
    }
}

#[tokio::test]
async fn an_origin_in_either_list_of_headers_is_seen() {
    for headers in [
        json!({ "headers": { "Origin": "https://b.example" } }),
        json!({ "multiValueHeaders": { "Origin": ["https://b.example"] } }),
    ] {
        reply(&event::visit_with(&headers))
            .await
            .assert_problem(403);
    }
}
