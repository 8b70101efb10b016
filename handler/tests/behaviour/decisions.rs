//! What the counter does with each answer of DynamoDB: whether it sends again, and what it replies.

use std::time::Instant;

use futures_util::future::join_all;
use serde_json::json;
use visitor_counter::{ATTEMPT_LIMIT, OPERATION_LIMIT};
use wiremock::ResponseTemplate;

use crate::support::canned::{Canned, answer, counted, error};
use crate::support::environment::handler;
use crate::support::event;
use crate::support::reply::Reply;

/// Sends one visit, and returns its reply with the number of requests that DynamoDB received.
async fn visit(answers: impl IntoIterator<Item = ResponseTemplate>) -> (Reply, usize) {
    let dynamodb = Canned::start(answers).await;
    let handler = handler(&dynamodb.url(), &[]);
    let begin = Instant::now();
    let reply = event::send(&handler, &event::visit()).await;
    assert!(begin.elapsed() < OPERATION_LIMIT, "{:?}", begin.elapsed());
    (reply, dynamodb.requests().await.len())
}

#[tokio::test]
async fn a_visit_is_one_update_that_creates_or_increments_and_returns_the_new_value() {
    let dynamodb = Canned::start([counted(42)]).await;
    let handler = handler(&dynamodb.url(), &[("START_COUNT", "41")]);

    let reply = event::send(&handler, &event::visit()).await;

    assert_eq!(reply.count(), 42);
    assert_eq!(reply.body, r#"{"count":42}"#);
    let update = json!({
        "TableName": "visitor-counter-test",
        "Key": { "id": { "S": "site" } },
        "UpdateExpression": "SET visits = if_not_exists(visits, :start) + :one",
        "ConditionExpression": "attribute_not_exists(visits) OR visits BETWEEN :zero AND :max",
        "ExpressionAttributeValues": {
            ":start": { "N": "41" },
            ":one": { "N": "1" },
            ":zero": { "N": "0" },
            ":max": { "N": "9007199254740990" },
        },
        "ReturnValues": "UPDATED_NEW",
    });
    assert_eq!(dynamodb.requests().await, [update]);
}

#[tokio::test]
async fn a_request_has_the_headers_that_dynamodb_needs_and_no_others() {
    let dynamodb = Canned::start([counted(42)]).await;
    let handler = handler(&dynamodb.url(), &[("AWS_SESSION_TOKEN", "token")]);

    event::send(&handler, &event::visit()).await.count();

    let names = [
        "authorization",
        "content-length",
        "content-type",
        "host",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-target",
    ];
    assert_eq!(dynamodb.headers().await, [names]);
}

#[tokio::test]
async fn a_visit_that_is_throttled_once_is_sent_again_and_counted() {
    for code in [
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
    ] {
        let (reply, requests) = visit([error(400, code), counted(7)]).await;
        assert_eq!((reply.count(), requests), (7, 2), "{code}");
    }
}

#[tokio::test]
async fn a_visit_that_is_throttled_twice_is_not_counted_and_may_be_tried_again() {
    let (reply, requests) = visit([error(400, "ThrottlingException")]).await;
    reply.assert_busy();
    assert_eq!(requests, 2);
}

#[tokio::test]
async fn a_throttled_visit_does_not_wait_as_long_as_dynamodb_asks() {
    let slow_down = error(400, "ThrottlingException").insert_header("x-amz-retry-after", "60000");
    let (reply, requests) = visit([slow_down, counted(7)]).await;
    assert_eq!((reply.count(), requests), (7, 2));
}

#[tokio::test]
async fn the_slowest_failure_is_answered_within_the_limit_of_the_operation() {
    let almost = ATTEMPT_LIMIT.mul_f32(0.75);
    let (reply, requests) = visit([
        error(400, "ThrottlingException").set_delay(almost),
        counted(7).set_delay(OPERATION_LIMIT),
    ])
    .await;
    reply.assert_unconfirmed();
    assert_eq!(requests, 2);
}

#[tokio::test]
async fn throttled_visits_are_no_longer_sent_twice_once_the_retry_quota_is_spent() {
    let dynamodb = Canned::start([error(400, "ThrottlingException")]).await;
    // The SDK keeps one quota per region for the whole process; this one is no other test's.
    let handler = handler(&dynamodb.url(), &[("AWS_REGION", "af-south-1")]);
    let event = event::visit();

    for _ in 0..6 {
        let visits = (0..25).map(|_| event::send(&handler, &event));
        for reply in join_all(visits).await {
            reply.assert_busy();
        }
    }

    // 500 tokens, 5 per retry.
    assert_eq!(dynamodb.requests().await.len(), 150 + 100);
}

#[tokio::test]
async fn a_server_error_may_have_counted_and_is_never_sent_again() {
    for status in [500, 502, 503, 504] {
        let (reply, requests) = visit([error(status, "InternalServerError"), counted(7)]).await;
        reply.assert_unconfirmed();
        assert_eq!(requests, 1, "{status}");
    }
}

#[tokio::test]
async fn a_server_error_with_a_throttling_code_may_have_counted_all_the_same() {
    for status in [500, 503] {
        let (reply, requests) = visit([error(status, "ThrottlingException"), counted(7)]).await;
        reply.assert_unconfirmed();
        assert_eq!(requests, 1, "{status}");
    }
}

#[tokio::test]
async fn a_server_error_with_an_unreadable_body_may_have_counted() {
    for body in ["", "<html>Bad Gateway</html>", "{"] {
        let (reply, requests) = visit([answer(502, body), counted(7)]).await;
        reply.assert_unconfirmed();
        assert_eq!(requests, 1, "{body:?}");
    }
}

#[tokio::test]
async fn a_throttled_visit_whose_second_attempt_fails_may_have_counted() {
    let (reply, requests) = visit([
        error(400, "ThrottlingException"),
        error(500, "InternalServerError"),
    ])
    .await;
    reply.assert_unconfirmed();
    assert_eq!(requests, 2);
}

#[tokio::test]
async fn a_visit_with_an_unreadable_answer_may_have_counted_and_is_never_sent_again() {
    for body in [
        "",
        "{",
        "null",
        "{}",
        r#"{"Attributes":{}}"#,
        r#"{"Attributes":{"visits":{"S":"7"}}}"#,
    ] {
        let (reply, requests) = visit([answer(200, body), counted(7)]).await;
        reply.assert_unconfirmed();
        assert_eq!(requests, 1, "{body:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_may_have_counted() {
    let elsewhere = ResponseTemplate::new(307).insert_header("location", "/elsewhere");
    let (reply, requests) = visit([elsewhere, counted(7)]).await;
    reply.assert_unconfirmed();
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn a_refusal_is_not_sent_again_and_is_an_internal_error() {
    for code in [
        "AccessDeniedException",
        "ConditionalCheckFailedException",
        "ItemCollectionSizeLimitExceededException",
        "LimitExceededException",
        "RequestTimeout",
        "ResourceNotFoundException",
        "TransactionConflictException",
        "TransactionInProgressException",
        "UnrecognizedClientException",
        "ValidationException",
    ] {
        let (reply, requests) = visit([error(400, code), counted(7)]).await;
        reply.assert_problem(500);
        assert_eq!((reply.header("retry-after"), requests), (None, 1), "{code}");
    }
}

#[tokio::test]
async fn a_refusal_without_a_code_is_not_sent_again_either() {
    for status in [400, 403, 404, 413, 429] {
        let (reply, requests) = visit([answer(status, "go away"), counted(7)]).await;
        reply.assert_problem(500);
        assert_eq!(
            (reply.header("retry-after"), requests),
            (None, 1),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_count_that_javascript_cannot_read_exactly_is_never_answered() {
    for number in ["0", "-1", "1.5", "9007199254740992", "1E+30", "NaN"] {
        let body = format!(r#"{{"Attributes":{{"visits":{{"N":"{number}"}}}}}}"#);
        let (reply, requests) = visit([answer(200, &body)]).await;
        reply.assert_problem(500);
        assert_eq!(requests, 1, "{number}");
    }
    let (reply, _) = visit([counted(9_007_199_254_740_991)]).await;
    assert_eq!(reply.count(), 9_007_199_254_740_991);
}

#[tokio::test]
async fn a_problem_tells_nothing_of_what_is_behind_it() {
    for answer in [
        error(400, "AccessDeniedException"),
        error(500, "InternalServerError"),
    ] {
        let (reply, _) = visit([answer]).await;
        for secret in [
            "arn:",
            "visitor-counter-test",
            "DynamoDB",
            "AccessDenied",
            "says no",
        ] {
            assert!(!reply.body.contains(secret), "{secret} in {}", reply.body);
        }
    }
}
