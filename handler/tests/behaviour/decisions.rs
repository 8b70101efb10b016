//! What the counter does with each answer of DynamoDB: whether it sends again, and what it replies.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::{Value, json};
use visitor_counter::{ATTEMPT_LIMIT, OPERATION_LIMIT};
use wiremock::{Request, Respond, ResponseTemplate};

use crate::support::canned::{
    Canned, answer, condition_failed, counted, error, item, token_and_view,
};
use crate::support::environment::handler;
use crate::support::event;
use crate::support::reply::Reply;

const VIEW: &str = "0123456789abcdef";

/// Tokens of another view: before all others, and after all others.
const EARLIEST: &str = "--------.00000000000";
const LATEST: &str = "zzzzzzzz.00000000000";

/// Sends one visit, and returns its reply with the requests that DynamoDB received.
async fn send<R: Respond + 'static>(
    event: &Value,
    answers: impl IntoIterator<Item = R>,
) -> (Reply, Vec<Value>) {
    let dynamodb = Canned::start(answers).await;
    let handler = handler(&dynamodb.url(), &[]);
    let begin = Instant::now();
    let reply = event::send(&handler, event).await;
    assert!(begin.elapsed() < OPERATION_LIMIT, "{:?}", begin.elapsed());
    (reply, dynamodb.requests().await)
}

/// Sends one visit, and returns its reply with the number of requests that DynamoDB received.
async fn visit(answers: impl IntoIterator<Item = ResponseTemplate>) -> (Reply, usize) {
    let (reply, requests) = send(&event::visit(), answers).await;
    (reply, requests.len())
}

/// The tokens that requests wrote.
fn tokens(requests: &[Value]) -> BTreeSet<&str> {
    requests
        .iter()
        .filter_map(|request| request["ExpressionAttributeValues"][":token"]["S"].as_str())
        .collect()
}

#[tokio::test]
async fn a_visit_is_one_update_that_counts_if_its_slot_holds_nothing_later_and_not_itself() {
    let dynamodb = Canned::start([counted(42)]).await;
    let handler = handler(
        &dynamodb.url(),
        &[("START_COUNT", "41"), ("HISTORY_DAYS", "0")],
    );

    let reply = event::send(&handler, &event::visit_of(VIEW)).await;

    assert_eq!(reply.count(), 42);
    assert_eq!(reply.body, r#"{"count":42,"counted":true}"#);
    let [request] = &dynamodb.requests().await[..] else {
        panic!("one request");
    };
    let values = &request["ExpressionAttributeValues"];
    let token = values[":token"]["S"].as_str().unwrap();
    let (time, view) = token.split_at(8);
    assert_eq!((token.len(), view), (20, ".2nSEiYbmC2A"), "{time}");
    let update = json!({
        "TableName": "visitor-counter-test",
        "Key": { "id": { "S": "site" } },
        "UpdateExpression": "SET visits = if_not_exists(visits, :start) + :one, vb = :token, \
                             cb = if_not_exists(visits, :start) + :one",
        "ConditionExpression": "(attribute_not_exists(visits) OR visits BETWEEN :zero AND :max) \
                                AND (attribute_not_exists(vb) OR (vb < :token AND NOT contains(vb, :view)))",
        "ExpressionAttributeValues": {
            ":start": { "N": "41" },
            ":one": { "N": "1" },
            ":zero": { "N": "0" },
            ":max": { "N": "9007199254740990" },
            ":token": { "S": token },
            ":view": { "S": view },
        },
        "ReturnValues": "UPDATED_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    assert_eq!(*request, update);
}

#[tokio::test]
async fn each_visit_without_a_view_has_one_of_its_own() {
    let dynamodb = Canned::start([counted(42)]).await;
    let handler = handler(&dynamodb.url(), &[]);
    for _ in 0..64 {
        event::send(&handler, &event::visit()).await.count();
    }
    let requests = dynamodb.requests().await;
    assert_eq!(tokens(&requests).len(), 64);
    let slots: BTreeSet<_> = requests
        .iter()
        .map(|request| request["UpdateExpression"].to_string())
        .collect();
    assert!(slots.len() > 8, "{slots:?}");
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
async fn a_visit_that_is_throttled_three_times_is_not_counted_and_may_be_tried_again() {
    let (reply, requests) = visit([error(400, "ThrottlingException")]).await;
    reply.assert_busy();
    assert_eq!(requests, 3);
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
    let throttled = || error(400, "ThrottlingException").set_delay(almost);
    let (reply, requests) = visit([
        throttled(),
        throttled(),
        counted(7).set_delay(OPERATION_LIMIT),
    ])
    .await;
    reply.assert_unconfirmed();
    assert_eq!(requests, 3);
}

/// Answers after which a write may have been applied, or may be yet.
fn unclear() -> Vec<ResponseTemplate> {
    let servers = [500, 502, 503, 504]
        .map(|status| error(status, "InternalServerError"))
        .into_iter();
    let throttling = [500, 503].map(|status| error(status, "ThrottlingException"));
    let bodies = ["", "<html>Bad Gateway</html>", "{"].map(|body| answer(502, body));
    let unreadable = [
        "",
        "{",
        "null",
        "{}",
        r#"{"Attributes":{}}"#,
        r#"{"Attributes":{"visits":{"N":"7"}}}"#,
    ]
    .map(|body| answer(200, body));
    let numberless = answer(
        200,
        &json!({ "Attributes": item("", &json!({ "S": "7" })) }).to_string(),
    );
    let redirect = ResponseTemplate::new(307).insert_header("location", "/elsewhere");
    servers
        .chain(throttling)
        .chain(bodies)
        .chain(unreadable)
        .chain([numberless, redirect])
        .collect()
}

#[tokio::test]
async fn an_unclear_write_is_sent_once_more_with_the_same_token() {
    for first in unclear() {
        let context = format!("{first:?}");
        let (reply, requests) = send(&event::visit(), [first, counted(7)]).await;
        assert_eq!((reply.count(), requests.len()), (7, 2), "{context}");
        assert_eq!(tokens(&requests).len(), 1, "{context}");
    }
}

#[tokio::test]
async fn a_visit_whose_writes_stay_unclear_may_have_counted() {
    for answer in unclear() {
        let context = format!("{answer:?}");
        let (reply, requests) = visit([answer]).await;
        reply.assert_unconfirmed();
        assert_eq!(requests, 2, "{context}");
    }
}

#[tokio::test]
async fn a_throttled_visit_whose_second_write_is_unclear_may_have_counted() {
    let unclear = error(500, "InternalServerError");
    let (reply, requests) = visit([error(400, "ThrottlingException"), unclear]).await;
    reply.assert_unconfirmed();
    assert_eq!(requests, 2);
}

#[tokio::test]
async fn an_unclear_visit_whose_second_write_is_throttled_may_have_counted() {
    let unclear = error(500, "InternalServerError");
    let (reply, requests) = visit([unclear, error(400, "ThrottlingException")]).await;
    reply.assert_unconfirmed();
    assert_eq!(requests, 2);
}

/// The condition failed, since the slot holds a token of the request's own view.
fn held_by_own_view(number: &'static str) -> impl Fn(&Request) -> ResponseTemplate {
    move |request| {
        let (_, view) = token_and_view(request);
        condition_failed(&item(&format!("zzzzzzzz{view}"), &json!({ "N": number })))
    }
}

#[tokio::test]
async fn a_visit_that_its_slot_holds_gets_the_number_that_it_got_then() {
    let (reply, requests) = send(&event::visit_of(VIEW), [held_by_own_view("41")]).await;
    assert_eq!((reply.count(), requests.len()), (41, 1));
}

#[tokio::test]
async fn an_unclear_write_that_was_applied_gets_the_number_that_it_got_then() {
    let unclear_at_first = AtomicBool::new(true);
    let held = held_by_own_view("41");
    let answer = move |request: &Request| {
        if unclear_at_first.swap(false, Ordering::Relaxed) {
            error(500, "InternalServerError")
        } else {
            held(request)
        }
    };
    let (reply, requests) = send(&event::visit(), [answer]).await;
    assert_eq!((reply.count(), requests.len()), (41, 2));
    assert_eq!(tokens(&requests).len(), 1);
}

#[tokio::test]
async fn a_visit_that_is_counted_stays_counted_although_the_number_of_visits_is_broken_since() {
    let answer = |request: &Request| {
        let (token, _) = token_and_view(request);
        let mut item = item(&token, &json!({ "N": "41" }));
        item["visits"] = json!({ "S": "broken" });
        condition_failed(&item)
    };
    let (reply, _) = send(&event::visit(), [answer]).await;
    assert_eq!(reply.count(), 41);
}

#[tokio::test]
async fn a_visit_whose_slot_has_a_later_visit_takes_a_later_time() {
    // A minute from now, and then one that has gone.
    let later = "Zzzzzzzz.00000000000";
    let (reply, requests) = send(
        &event::visit(),
        [
            condition_failed(&item(later, &json!({ "N": "6" }))),
            counted(7),
        ],
    )
    .await;
    assert_eq!((reply.count(), requests.len()), (7, 2));
    let tokens = tokens(&requests);
    assert_eq!(tokens.len(), 2);
    assert_eq!(
        tokens.last().unwrap().split_once('.').unwrap().0,
        "_-------"
    );
}

#[tokio::test]
async fn a_visit_whose_slot_is_always_taken_is_not_counted_and_may_be_tried_again() {
    let taken = condition_failed(&item(LATEST, &json!({ "N": "6" })));
    let (reply, requests) = visit([taken]).await;
    reply.assert_busy();
    assert_eq!(requests, 9);
}

#[tokio::test]
async fn a_view_whose_slot_has_a_later_visit_may_have_been_counted_by_an_earlier_request() {
    let taken = condition_failed(&item(LATEST, &json!({ "N": "6" })));
    let (reply, requests) = send(&event::visit_of(VIEW), [taken]).await;
    reply.assert_unconfirmed();
    assert_eq!(requests.len(), 9);
}

#[tokio::test]
async fn an_unclear_visit_whose_slot_is_taken_since_may_have_counted() {
    let taken = condition_failed(&item(LATEST, &json!({ "N": "6" })));
    let (reply, requests) = visit([error(500, "InternalServerError"), taken]).await;
    reply.assert_unconfirmed();
    assert_eq!(requests, 2);
}

#[tokio::test]
async fn a_condition_that_failed_without_a_reason_is_never_said_to_have_counted_nothing() {
    let number = json!({ "N": "6" });
    for answer in [
        error(400, "ConditionalCheckFailedException"),
        condition_failed(&json!({})),
        condition_failed(&json!({ "id": { "S": "site" }, "visits": number })),
        condition_failed(&item(EARLIEST, &number)),
    ] {
        let context = format!("{answer:?}");
        let (reply, requests) = visit([answer]).await;
        reply.assert_unconfirmed();
        assert_eq!(requests, 1, "{context}");
    }
}

#[tokio::test]
async fn a_broken_item_is_an_internal_error() {
    let number = json!({ "N": "6" });
    let mut of_another_kind = item(LATEST, &number);
    for slot in "0123456789abcdef".chars() {
        of_another_kind[format!("v{slot}")] = json!({ "N": "1" });
    }
    for broken in [
        item(LATEST, &json!({ "S": "6" })),
        item(LATEST, &json!({ "N": "-1" })),
        item(LATEST, &json!({ "N": "1.5" })),
        item(LATEST, &json!({ "N": "9007199254740991" })),
        item("no token", &number),
        of_another_kind,
    ] {
        let context = broken.to_string();
        let (reply, requests) = visit([condition_failed(&broken)]).await;
        reply.assert_problem(500);
        assert_eq!(
            (reply.header("retry-after"), requests),
            (None, 1),
            "{context}"
        );
    }
    let (reply, _) = send(&event::visit(), [held_by_own_view("0")]).await;
    reply.assert_problem(500);
}

#[tokio::test]
async fn a_refusal_is_not_sent_again_and_is_an_internal_error() {
    for code in [
        "AccessDeniedException",
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
async fn a_refusal_after_an_unclear_write_is_an_internal_error_too() {
    let unclear = error(500, "InternalServerError");
    let (reply, requests) = visit([unclear, error(400, "AccessDeniedException")]).await;
    reply.assert_problem(500);
    assert_eq!((reply.header("retry-after"), requests), (None, 2));
}

#[tokio::test]
async fn a_count_that_javascript_cannot_read_exactly_is_never_answered() {
    for number in ["0", "-1", "1.5", "9007199254740992", "1E+30", "NaN"] {
        let attributes = item("", &json!({ "N": number }));
        let body = json!({ "Attributes": attributes }).to_string();
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
