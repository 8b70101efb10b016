//! What the counter does when a connection fails, and how long it takes.

use std::time::{Duration, Instant};

use visitor_counter::{ATTEMPT_LIMIT, CONNECT_LIMIT, OPERATION_LIMIT};
use visitor_counter_testkit::{ClosedPort, ConnectionFault, FaultyServer};

use crate::support::environment::handler;
use crate::support::event;
use crate::support::reply::Reply;

/// Longest waits between three attempts, and tolerance for a busy machine.
const WAITS: Duration = Duration::from_millis(800);
const SLACK: Duration = Duration::from_millis(900);

/// Sends one visit and returns its reply with the time it took.
async fn visit(endpoint: &str) -> (Reply, Duration) {
    let handler = handler(endpoint, &[]);
    let start = Instant::now();
    let reply = event::send(&handler, &event::visit()).await;
    let took = start.elapsed();
    assert!(took < OPERATION_LIMIT, "{took:?}");
    (reply, took)
}

#[tokio::test]
async fn a_request_that_was_read_is_sent_once_more_and_may_have_counted() {
    for fault in [
        ConnectionFault::ResetAfterRequest,
        ConnectionFault::CloseAfterRequest,
        ConnectionFault::Answer("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"Attributes\":"),
        ConnectionFault::Answer("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"At"),
        ConnectionFault::Answer("HTTP/1.1 200"),
        ConnectionFault::Answer("\u{1}garbage\r\n\r\n"),
    ] {
        let server = FaultyServer::start(fault).await;
        let (reply, took) = visit(&server.url("http")).await;
        reply.assert_unconfirmed();
        assert_eq!(server.requests(), 2, "{fault:?}");
        assert!(took < ATTEMPT_LIMIT, "{took:?}");
    }
}

#[tokio::test]
async fn a_request_without_an_answer_is_given_up_after_two_attempts() {
    for fault in [
        ConnectionFault::SilenceAfterRequest,
        ConnectionFault::AnswerThenSilence(
            "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"Attributes\":",
        ),
    ] {
        let server = FaultyServer::start(fault).await;
        let (reply, took) = visit(&server.url("http")).await;
        reply.assert_unconfirmed();
        assert_eq!(server.requests(), 2);
        let limits = 2 * ATTEMPT_LIMIT..2 * ATTEMPT_LIMIT + SLACK;
        assert!(limits.contains(&took), "{took:?}");
    }
}

#[tokio::test]
async fn a_visit_without_a_connection_is_not_counted_and_may_be_tried_again() {
    let nowhere = ClosedPort::reserve();
    let (reply, took) = visit(&nowhere.url()).await;
    reply.assert_busy();
    assert!(took < WAITS + SLACK, "{took:?}");
}

#[tokio::test]
async fn a_visit_without_an_address_is_not_counted_and_may_be_tried_again() {
    let (reply, took) = visit("http://dynamodb.invalid").await;
    reply.assert_busy();
    assert!(took < 3 * CONNECT_LIMIT + WAITS + SLACK, "{took:?}");
}

#[tokio::test]
async fn a_failed_tls_handshake_is_tried_three_times_and_the_visit_is_not_counted() {
    let server = FaultyServer::start(ConnectionFault::CloseAtOnce).await;
    let (reply, took) = visit(&server.url("https")).await;
    reply.assert_busy();
    assert_eq!(server.connections(), 3);
    assert!(took < WAITS + SLACK, "{took:?}");
}

#[tokio::test]
async fn a_tls_handshake_without_an_answer_is_given_up_within_the_limits() {
    let server = FaultyServer::start(ConnectionFault::Silence).await;
    let (reply, took) = visit(&server.url("https")).await;
    reply.assert_busy();
    assert_eq!(server.connections(), 3);
    assert!(
        (3 * CONNECT_LIMIT..3 * CONNECT_LIMIT + WAITS + SLACK).contains(&took),
        "{took:?}"
    );
}
