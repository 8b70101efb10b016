//! The built program as Lambda runs it: its start, its log, and what it survives.

use std::env;
use std::time::Instant;

use serde_json::{Value, json};
use tokio::process::Command;
use visitor_counter::{ATTEMPT_LIMIT, Log, OPERATION_LIMIT};
use visitor_counter_testkit::process::Ended;
use visitor_counter_testkit::{
    ClosedPort, ConnectionFault, FaultyServer, REQUEST_ID, Relay, TRACE_ID, Table, TlsTerminator,
};

use crate::support::canned::{Canned, error};
use crate::support::event;
use crate::support::lambda::{Lambda, command};

#[tokio::test]
async fn it_counts() {
    let table = Table::start().await;
    let lambda = Lambda::start(table.url(), &[("START_COUNT", "10")]).await;
    for expected in [11, 12, 13] {
        assert_eq!(lambda.request(&event::visit()).await.count(), expected);
    }
    assert_eq!(table.stored(), json!({ "N": "13" }));
}

#[tokio::test]
async fn it_reads_what_it_counted_and_says_what_it_does_not_count() {
    let table = Table::start().await;
    let lambda = Lambda::start(table.url(), &[("PAGES", "/blog/*")]).await;
    let visit = event::get("/visitorcount", &[("page", "/blog/a")]);
    let reply = lambda.request(&visit).await;
    assert_eq!(reply.count(), 1);
    assert_eq!(
        reply.json()["page"],
        json!({ "path": "/blog/a", "count": 1 })
    );
    let prefetch = event::visit_with_header("Sec-Purpose", "prefetch");
    let reply = lambda.request(&prefetch).await;
    assert_eq!(reply.not_counted(), ("prefetch".to_owned(), 1));
    let read = async |path: &str| lambda.request(&event::get(path, &[])).await;
    let current = read("/visitorcount/current").await;
    assert_eq!(current.read("public, max-age=10"), json!({ "count": 1 }));
    let history = read("/visitorcount/history")
        .await
        .read("public, max-age=60");
    assert_eq!(history["days"].as_array().unwrap().len(), 30);
    assert!(
        read("/visitorcount/badge.svg")
            .await
            .body
            .contains(">1</text>")
    );
    assert_eq!(
        read("/visitorcount/badge.json").await.json()["message"],
        "1"
    );
}

#[tokio::test]
async fn it_counts_over_https_on_the_connection_that_its_start_opened() {
    let table = Table::start().await;
    let tls = TlsTerminator::start(table.url()).await;
    let lambda = Lambda::start(&tls.url(), &[("SSL_CERT_FILE", tls.certificate())]).await;
    assert_eq!(tls.connections(), 1);
    assert_eq!(lambda.request(&event::visit()).await.count(), 1);
    assert_eq!(tls.connections(), 1);
}

#[tokio::test]
async fn a_server_with_an_untrusted_certificate_is_never_used() {
    let table = Table::start().await;
    let tls = TlsTerminator::start(table.url()).await;
    let other = TlsTerminator::start(table.url()).await;
    let lambda = Lambda::start(&tls.url(), &[("SSL_CERT_FILE", other.certificate())]).await;
    lambda.request(&event::visit()).await.assert_busy();
    // One at the start, three for the visit.
    assert_eq!(tls.connections(), 4);
    assert_eq!(table.stored(), Value::Null);
}

#[tokio::test]
async fn a_connection_that_is_closed_while_the_process_is_frozen_costs_no_visit() {
    let table = Table::start().await;
    let relay = Relay::start(table.url()).await;
    let lambda = Lambda::start(&relay.url(), &[]).await;
    for expected in 1..=20 {
        lambda.freeze();
        assert_eq!(relay.hang_up().await, 1);
        let event = event::visit();
        let (reply, ()) = tokio::join!(lambda.request(&event), async { lambda.thaw() });
        assert_eq!(reply.count(), expected);
    }
}

#[tokio::test]
async fn a_connection_that_is_lost_without_a_word_while_the_process_is_frozen_costs_no_visit() {
    let table = Table::start().await;
    let relay = Relay::start(table.url()).await;
    let lambda = Lambda::start(&relay.url(), &[]).await;
    for expected in 1..=5 {
        lambda.freeze();
        relay.fall_silent();
        lambda.thaw();
        let begin = Instant::now();
        assert_eq!(lambda.request(&event::visit()).await.count(), expected);
        // One attempt on the lost connection, and one on another.
        let took = begin.elapsed();
        assert!(took < 2 * ATTEMPT_LIMIT, "{took:?}");
    }
    assert_eq!(table.stored(), json!({ "N": "5" }));
}

#[tokio::test]
async fn an_event_of_another_kind_is_a_500_with_one_line_in_the_log() {
    let table = Table::start().await;
    let lambda = Lambda::start(table.url(), &[]).await;
    let others = [
        json!({}),
        json!(null),
        json!({ "version": "2.0", "routeKey": "GET /visitorcount" }),
        event::visit_with(&json!({ "requestContext": { "resourcePath": 1 } })),
    ];
    for event in &others {
        lambda.request(event).await.assert_problem(500);
    }
    assert_eq!(lambda.request(&event::visit()).await.count(), 1);
    let log = lambda.end().await.log();
    assert_eq!(log.len(), 1 + others.len(), "{log:?}");
    for line in &log[1..] {
        assert_eq!(line["code"], "MalformedEvent", "{line}");
        assert_eq!(line["span"]["lambdaRequestId"], REQUEST_ID, "{line}");
    }
}

#[tokio::test]
async fn an_event_that_is_not_json_fails_without_the_process() {
    let table = Table::start().await;
    let lambda = Lambda::start(table.url(), &[]).await;
    for event in ["", "{"] {
        let invoked = lambda.invoke(event).await;
        assert!(invoked.is_err(), "{event:?}: {invoked:?}");
    }
    assert_eq!(lambda.request(&event::visit()).await.count(), 1);
}

#[tokio::test]
async fn it_starts_with_dynamodb_down_and_logs_a_warning() {
    let nowhere = ClosedPort::reserve();
    let lambda = Lambda::start(&nowhere.url(), &[]).await;
    lambda.request(&event::visit()).await.assert_busy();
    let log = lambda.end().await.log();
    let warning = log.iter().find(|line| line["level"] == "WARN").unwrap();
    assert!(
        warning["message"]
            .as_str()
            .unwrap()
            .starts_with("warm-up failed"),
        "{warning}"
    );
}

#[tokio::test]
async fn it_starts_within_the_limit_of_an_operation_though_dynamodb_never_answers() {
    let silent = FaultyServer::start(ConnectionFault::SilenceAfterRequest).await;
    let begin = Instant::now();
    let lambda = Lambda::start(&silent.url("http"), &[]).await;
    // Of which an emulated start takes a part.
    assert!(begin.elapsed() < OPERATION_LIMIT, "{:?}", begin.elapsed());
    assert_eq!(silent.requests(), 1);
    lambda.request(&event::visit()).await.assert_unconfirmed();
    assert_eq!(silent.requests(), 3);
}

#[tokio::test]
async fn a_start_logs_one_line_with_the_configuration_in_effect_and_a_visit_none() {
    let table = Table::start().await;
    let lambda = Lambda::start(table.url(), &[("ALLOWED_ORIGINS", "HTTPS://A.example:443")]).await;
    lambda.request(&event::visit()).await.count();
    let ended = lambda.end().await;
    let log = ended.log();
    let [line] = &log[..] else { panic!("{log:?}") };
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["message"], "started");
    assert_eq!(line["tableName"], "visitor-counter-test");
    assert_eq!(line["allowedOrigins"], "https://a.example");
    assert_eq!(line["startCount"], "0");
    assert_eq!(line["endpoint"], format!("{}/", table.url()));
    assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
    assert!(!line.to_string().contains("wJalrXUtnFEMI"), "{line}");
    assert_eq!(ended.stderr, "");
}

#[tokio::test]
async fn a_failure_is_one_line_with_the_ids_the_code_and_every_cause() {
    let dynamodb = Canned::start([error(400, "ResourceNotFoundException")]).await;
    let lambda = Lambda::start(&dynamodb.url(), &[("AWS_LAMBDA_LOG_LEVEL", "ERROR")]).await;
    let reply = lambda.request(&event::visit()).await;
    reply.assert_problem(500);
    let log = lambda.end().await.log();
    let [line] = &log[..] else { panic!("{log:?}") };
    assert_eq!(line["span"]["requestId"], reply.json()["requestId"]);
    assert_eq!(line["span"]["lambdaRequestId"], REQUEST_ID);
    assert_eq!(line["span"]["traceId"], TRACE_ID);
    assert_eq!(line["code"], "ResourceNotFoundException");
    assert!(
        line["causes"].as_str().unwrap().contains("says no"),
        "{line}"
    );
}

#[tokio::test]
async fn every_failure_on_the_wire_is_one_line() {
    for (fault, code) in [
        (ConnectionFault::ResetAfterRequest, "ConnectionLost"),
        (ConnectionFault::CloseAfterRequest, "ConnectionLost"),
        (ConnectionFault::SilenceAfterRequest, "Timeout"),
        (ConnectionFault::CloseAtOnce, "ConnectionLost"),
        (
            ConnectionFault::Answer("\u{1}garbage\r\n\r\n"),
            "ConnectionLost",
        ),
        (
            // Whole, but for its JSON: without `close`, the next request could be sent on a
            // connection that is closing.
            ConnectionFault::Answer(
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\n{",
            ),
            "UnreadableAnswer",
        ),
    ] {
        let server = FaultyServer::start(fault).await;
        let lambda = Lambda::start(&server.url("http"), &[]).await;
        lambda.request(&event::visit()).await.assert_unconfirmed();
        let log = lambda.end().await.log();
        let [_start, _warm_up, line] = &log[..] else {
            panic!("{code}: {log:?}")
        };
        assert_eq!(line["code"], code, "{line}");
    }
}

#[tokio::test]
async fn no_log_level_writes_addresses_user_agents_or_secrets() {
    let table = Table::start().await;
    let lambda = Lambda::start(table.url(), &[("AWS_LAMBDA_LOG_LEVEL", "TRACE")]).await;
    lambda.request(&event::visit()).await.count();
    lambda.invoke(json!({})).await.unwrap();
    let log = lambda.end().await.stdout;
    assert!(log.contains("\"answered\""), "{log}");
    for private in ["192.168.", "Mozilla", "wJalrXUtnFEMI"] {
        assert!(!log.contains(private), "{private} in {log}");
    }
}

#[tokio::test]
async fn no_log_line_repeats_an_event_that_is_not_understood() {
    let table = Table::start().await;
    let lambda = Lambda::start(table.url(), &[("AWS_LAMBDA_LOG_LEVEL", "TRACE")]).await;
    let megabyte = event::MARKER.repeat(1 << 17);
    let mut events = event::of_wrong_types(&json!(event::MARKER));
    events.extend(event::of_wrong_types(&json!(megabyte)));
    for event in &events {
        lambda.request(event).await.assert_problem(500);
    }
    // Neither the handler nor Lambda's runtime library understands these.
    for text in [event::MARKER, "{\"MARKER\"", "[1, MARKER", "\"MARKER"] {
        let text = text.replace("MARKER", event::MARKER);
        lambda.invoke(text).await.unwrap_err();
    }
    let ended = lambda.end().await;
    for line in ended.stdout.lines().chain(ended.stderr.lines()) {
        assert!(!line.contains(event::MARKER), "{line:.1000}");
        assert!(line.len() < 1_000, "{line:.1000}");
    }
    let log = ended.log();
    let lines = log.iter().filter(|line| line["code"] == "MalformedEvent");
    for (line, event) in lines.clone().zip(&events) {
        assert_eq!(line["kind"], "Data", "{line}");
        assert_eq!(line["line"], 1, "{line}");
        assert!(line["column"].is_u64(), "{line}");
        assert_eq!(line["span"]["lambdaRequestId"], REQUEST_ID, "{line}");
        assert_eq!(line["span"]["traceId"], TRACE_ID, "{line}");
        let id = event["requestContext"]["requestId"].as_str();
        let id = id.filter(|id| !id.contains(event::MARKER));
        assert_eq!(line["span"]["requestId"], id.unwrap_or("unknown"), "{line}");
    }
    assert_eq!(lines.count(), events.len());
}

#[tokio::test]
async fn an_id_that_is_no_id_of_the_gateway_is_neither_logged_nor_answered() {
    let dynamodb = Canned::start([error(400, "ResourceNotFoundException")]).await;
    let lambda = Lambda::start(&dynamodb.url(), &[]).await;
    let too_much = "a".repeat(65);
    let ids = ["", "192.168.1.1", "a b", "a\nb", &too_much];
    for id in ids {
        let event = event::visit_with(&json!({ "requestContext": { "requestId": id } }));
        let reply = lambda.request(&event).await;
        assert_eq!(reply.json()["requestId"], "unknown", "{id:?}");
    }
    let log = lambda.end().await.log();
    let failures = log.iter().filter(|line| line["message"] == "visit failed");
    for line in failures.clone() {
        assert_eq!(line["span"]["requestId"], "unknown", "{line}");
    }
    assert_eq!(failures.count(), ids.len());
}

#[tokio::test]
async fn the_text_format_is_lines_for_people() {
    let table = Table::start().await;
    let lambda = Lambda::start(table.url(), &[("AWS_LAMBDA_LOG_FORMAT", "Text")]).await;
    let ended = lambda.end().await;
    let start = " INFO started tableName=visitor-counter-test ";
    assert!(ended.stdout.contains(start), "{}", ended.stdout);
}

#[tokio::test]
async fn all_wrong_variables_are_refused_in_one_line_with_exit_code_1() {
    let wrong = [
        ("TABLE_NAME", "?"),
        ("ALLOWED_ORIGINS", "example.com"),
        ("START_COUNT", "many"),
        ("SSL_CERT_FILE", "/does/not/exist"),
        ("AWS_LAMBDA_LOG_LEVEL", "LOUD"),
    ];
    let ended = Lambda::refuse("http://127.0.0.1:1", &wrong).await;
    assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(1), ""));
    let log = ended.log();
    let [line] = &log[..] else { panic!("{log:?}") };
    assert_eq!(line["code"], "BadConfiguration");
    let causes = line["causes"].as_str().unwrap();
    for (variable, value) in wrong {
        let sentence = format!("{variable} is {value:?}. It must hold ");
        assert!(causes.contains(&sentence), "{sentence:?} in {line}");
    }
}

#[tokio::test]
async fn outside_of_lambda_it_names_the_right_command_in_one_line() {
    let ended: Ended = command().output().await.unwrap().into();
    ended.assert_refused("make run");
}

#[tokio::test]
async fn a_panic_is_one_line_with_the_ids_of_its_request() {
    let mut this = Command::new(env::current_exe().unwrap());
    this.args(["--exact", "--ignored", "--nocapture", PANICS]);
    let ended: Ended = this.output().await.unwrap().into();
    let line = ended.stdout.lines().find(|line| line.starts_with('{'));
    let line: Value = serde_json::from_str(line.unwrap()).unwrap();
    assert_eq!(
        (&line["level"], &line["code"]),
        (&json!("ERROR"), &json!("Panic"))
    );
    assert_eq!(line["causes"], "a bug");
    assert_eq!(line["span"]["requestId"], "c6af9ac6");
    let location = line["location"].as_str().unwrap();
    assert!(location.contains("process.rs"), "{line}");
}

const PANICS: &str = "process::panics_in_a_process_of_its_own";

#[test]
#[ignore = "the test above runs it, since a process has one log and one panic hook"]
fn panics_in_a_process_of_its_own() {
    Log::default().init();
    tracing::error_span!("request", requestId = "c6af9ac6").in_scope(|| panic!("a bug"));
}
