//! What the counter does when a connection fails, and how long it takes.

use std::time::{Duration, Instant};

use visitor_counter::{ATTEMPT_LIMIT, CONNECT_LIMIT, OPERATION_LIMIT};
use visitor_counter_testkit::{ClosedPort, ConnectionFault, FaultyServer};

use crate::support::environment::handler;
use crate::support::event;
use crate::support::reply::Reply;

/// Longest back-off between two attempts, and tolerance for a busy machine.
const BACKOFF: Duration = Duration::from_secs(1);
const SLACK: Duration = Duration::from_millis(1500);

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
async fn a_request_that_was_read_is_never_sent_again() {
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
        assert_eq!(server.requests(), 1);
        assert!(took < ATTEMPT_LIMIT, "{took:?}");
    }
}

#[tokio::test]
async fn a_request_without_an_answer_is_given_up_after_one_attempt() {
    for fault in [
        ConnectionFault::SilenceAfterRequest,
        ConnectionFault::AnswerThenSilence(
            "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"Attributes\":",
        ),
    ] {
        let server = FaultyServer::start(fault).await;
        let (reply, took) = visit(&server.url("http")).await;
        reply.assert_unconfirmed();
        assert_eq!(server.requests(), 1);
        assert!(
            (ATTEMPT_LIMIT..ATTEMPT_LIMIT + SLACK).contains(&took),
            "{took:?}"
        );
    }
}

#[tokio::test]
async fn a_visit_without_a_connection_is_not_counted_and_may_be_tried_again() {
    let nowhere = ClosedPort::reserve();
    let (reply, took) = visit(&nowhere.url()).await;
    reply.assert_busy();
    assert!(took < BACKOFF + SLACK, "{took:?}");
}

#[tokio::test]
async fn a_visit_without_an_address_is_not_counted_and_may_be_tried_again() {
    let (reply, took) = visit("http://dynamodb.invalid").await;
    reply.assert_busy();
    assert!(took < 2 * CONNECT_LIMIT + BACKOFF + SLACK, "{took:?}");
}

#[tokio::test]
async fn a_failed_tls_handshake_is_tried_twice_and_the_visit_is_not_counted() {
    let server = FaultyServer::start(ConnectionFault::CloseAtOnce).await;
    let (reply, took) = visit(&server.url("https")).await;
    reply.assert_busy();
    assert_eq!(server.connections(), 2);
    assert!(took < BACKOFF + SLACK, "{took:?}");
}

#[tokio::test]
async fn a_tls_handshake_without_an_answer_is_given_up_within_the_limits() {
    let server = FaultyServer::start(ConnectionFault::Silence).await;
    let (reply, took) = visit(&server.url("https")).await;
    reply.assert_busy();
    assert_eq!(server.connections(), 2);
    assert!(
        (2 * CONNECT_LIMIT..2 * CONNECT_LIMIT + BACKOFF + SLACK).contains(&took),
        "{took:?}"
    );
}
