//! What a site sends and what DynamoDB answers, about as often as it happens: mostly visits, some
//! refusals, few failures. `make profile` records what the program spends its time on meanwhile.

use std::iter::repeat_n;

use fastrand::Rng;
use serde_json::{Value, json};
use visitor_counter_testkit::{
    ClosedPort, ConnectionFault, FaultyServer, Relay, Table, TlsTerminator,
};

use crate::support::canned::{Canned, counted, error};
use crate::support::event::{browser, merge};
use crate::support::lambda::Lambda;

/// Lambda's are about as long, and part of every request to DynamoDB.
const SESSION_TOKEN_LENGTH: usize = 1_200;

const ORIGIN: &str = "https://www.example.com";

/// How a process reaches DynamoDB: as in Lambda, and as in the bench.
#[derive(Clone, Copy)]
enum Transport {
    Tls,
    Http,
}

/// A kind of request.
struct Request {
    /// How many of about a thousand requests are of this kind.
    share: usize,
    /// The status of its answer.
    status: u64,
    /// What makes it different from a browser's plain visit: a JSON merge patch. Gets a number that
    /// each request has for itself.
    patch: fn(usize) -> Value,
}

const KINDS: [Request; 16] = [
    // The element names its page views.
    Request {
        share: 700,
        status: 200,
        patch: |number| query(&json!({ "view": view(number) })),
    },
    // A page with lines of its own.
    Request {
        share: 80,
        status: 200,
        patch: |_| json!({}),
    },
    // A browser or a proxy sends a request again. It is the view of the first request.
    Request {
        share: 20,
        status: 200,
        patch: |_| query(&json!({ "view": view(0) })),
    },
    // A page that has a number of its own.
    Request {
        share: 20,
        status: 200,
        patch: |number| query(&json!({ "view": view(number), "page": "/blog/caf%C3%A9/" })),
    },
    Request {
        share: 10,
        status: 200,
        patch: |_| header("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1)"),
    },
    Request {
        share: 10,
        status: 200,
        patch: |_| header("sec-purpose", "prefetch;prerender"),
    },
    // What only reads.
    Request {
        share: 20,
        status: 200,
        patch: |_| path("/visitorcount/current"),
    },
    Request {
        share: 10,
        status: 200,
        patch: |_| path("/visitorcount/history"),
    },
    Request {
        share: 20,
        status: 200,
        patch: |_| badge("/visitorcount/badge.svg"),
    },
    Request {
        share: 10,
        status: 200,
        patch: |_| badge("/visitorcount/badge.json"),
    },
    // A cache buster, which makes no difference.
    Request {
        share: 10,
        status: 200,
        patch: |number| query(&json!({ "_": number.to_string(), "utm_source": "a b" })),
    },
    Request {
        share: 20,
        status: 204,
        patch: |_| {
            json!({
                "httpMethod": "OPTIONS",
                "headers": { "access-control-request-method": "GET" },
                "multiValueHeaders": { "access-control-request-method": ["GET"] },
                "requestContext": { "httpMethod": "OPTIONS" },
            })
        },
    },
    Request {
        share: 30,
        status: 403,
        patch: |_| header("origin", "https://elsewhere.example"),
    },
    Request {
        share: 10,
        status: 400,
        patch: |_| query(&json!({ "view": "short" })),
    },
    Request {
        share: 20,
        status: 404,
        patch: |_| path("/wp-login.php"),
    },
    // Not by API Gateway.
    Request {
        share: 1,
        status: 500,
        patch: |_| json!({ "requestContext": null }),
    },
];

#[tokio::test]
async fn each_request_of_a_site_is_answered_as_it_should_be() {
    play(1, 100).await;
}

#[tokio::test]
#[ignore = "records a profile: make profile"]
async fn a_site_with_its_visits_its_refusals_and_its_failures() {
    play(4, 500).await;
}

/// Plays a site's traffic, with so many cold starts over each transport, and so many requests after
/// each of them.
async fn play(starts: usize, requests: usize) {
    // The same each time.
    let mut random = Rng::with_seed(1);
    for _ in 0..starts {
        for transport in [Transport::Tls, Transport::Http] {
            visits_and_refusals(transport, requests, &mut random).await;
        }
    }
    failures().await;
    lost_connections().await;
}

async fn visits_and_refusals(transport: Transport, requests: usize, random: &mut Rng) {
    let table = Table::start().await;
    let tls = TlsTerminator::start(table.url()).await;
    let lambda = match transport {
        Transport::Http => start(table.url(), &[]).await,
        Transport::Tls => start(&tls.url(), &[("SSL_CERT_FILE", tls.certificate())]).await,
    };
    let kinds = KINDS.iter().flat_map(|kind| repeat_n(kind, kind.share));
    let kinds: Vec<_> = kinds.collect();
    for number in 0..requests {
        let kind = random.choice(&kinds).unwrap();
        let mut event = browser(random);
        merge(&mut event, &(kind.patch)(number));
        let reply = lambda.request(&event).await;
        assert_eq!(reply.status, kind.status, "{event}: {reply:?}");
    }
    stop(lambda).await;
}

/// What DynamoDB answers instead of a number.
async fn failures() {
    let throttled = || error(400, "ProvisionedThroughputExceededException");
    let broken = || error(500, "InternalServerError");
    let answers = (1..20).flat_map(|number| {
        let passes = [throttled(), counted(number), broken(), counted(number)];
        passes.into_iter().chain([counted(number), counted(number)])
    });
    // A visit with its last attempt, and then those of a table that throttles all.
    let dynamodb = Canned::start(answers.chain([throttled()])).await;
    let lambda = start(&dynamodb.url(), &[]).await;
    for _ in 1..20 {
        for _ in 0..4 {
            assert_eq!(visit(&lambda).await, 200);
        }
    }
    assert_eq!(visit(&lambda).await, 503);
    stop(lambda).await;

    let dynamodb = Canned::start([error(400, "AccessDeniedException")]).await;
    let lambda = start(&dynamodb.url(), &[]).await;
    for _ in 0..5 {
        assert_eq!(visit(&lambda).await, 500);
    }
    stop(lambda).await;
}

/// What happens on the way to DynamoDB.
async fn lost_connections() {
    let table = Table::start().await;
    let relay = Relay::start(table.url()).await;
    let lambda = start(&relay.url(), &[]).await;
    for _ in 0..20 {
        assert_eq!(visit(&lambda).await, 200);
        lambda.freeze();
        relay.hang_up().await;
        lambda.thaw();
    }
    stop(lambda).await;

    for fault in [
        ConnectionFault::CloseAfterRequest,
        ConnectionFault::ResetAfterRequest,
        ConnectionFault::SilenceAfterRequest,
    ] {
        let server = FaultyServer::start(fault).await;
        let lambda = start(&server.url("http"), &[]).await;
        assert_eq!(visit(&lambda).await, 503);
        stop(lambda).await;
    }

    let nowhere = ClosedPort::reserve();
    let lambda = start(&nowhere.url(), &[]).await;
    assert_eq!(visit(&lambda).await, 503);
    stop(lambda).await;
}

async fn start(endpoint: &str, more: &[(&str, &str)]) -> Lambda {
    let token = "t".repeat(SESSION_TOKEN_LENGTH);
    let origins = format!("https://example.com,{ORIGIN}");
    let mut variables = vec![
        ("AWS_SESSION_TOKEN", &*token),
        ("ALLOWED_ORIGINS", &origins),
        ("PAGES", "/blog/*"),
    ];
    variables.extend(more);
    Lambda::start(endpoint, &variables).await
}

async fn visit(lambda: &Lambda) -> u64 {
    let event = browser(&mut Rng::with_seed(1));
    lambda.request(&event).await.status
}

/// Ends the program as no Lambda would: only so does it write what it has recorded.
async fn stop(lambda: Lambda) {
    let ended = lambda.stop().await;
    assert!(ended.stdout.contains("RuntimeApi"), "{}", ended.stdout);
    assert_eq!(ended.stderr, "");
}

/// The name of a page view, as the element makes it.
fn view(number: usize) -> String {
    let mut random = Rng::with_seed(number as u64);
    let bytes: Vec<_> = (0..16).map(|_| random.u8(..).to_string()).collect();
    bytes.join("-")
}

fn query(parameters: &Value) -> Value {
    let parameters = parameters.as_object().unwrap().iter();
    let several: Value = parameters
        .clone()
        .map(|(name, value)| (name.clone(), json!([value])))
        .collect();
    let single: Value = parameters
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    json!({ "queryStringParameters": single, "multiValueQueryStringParameters": several })
}

fn path(path: &str) -> Value {
    json!({
        "resource": path,
        "path": path,
        "requestContext": { "resourcePath": path, "path": format!("/prod{path}") },
    })
}

fn badge(at: &str) -> Value {
    let mut patch = path(at);
    let parameters = query(&json!({ "label": "readers", "color": "green", "compact": "true" }));
    merge(&mut patch, &parameters);
    patch
}

fn header(name: &str, value: &str) -> Value {
    json!({ "headers": { name: value }, "multiValueHeaders": { name: [value] } })
}
