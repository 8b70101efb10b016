//! The embedded DynamoDB: open to programs of this machine, closed to pages in its browsers.

use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::server::Server;

const TABLE: &str = "visitor-counter-local";

/// Builds a call as an SDK does. The signature is never checked.
fn call(server: &Server, operation: &str, parameters: &Value) -> RequestBuilder {
    request(server, "POST")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=any/20261124/local/dynamodb/aws4_request, \
             SignedHeaders=host, Signature=any",
        )
        .header("x-amz-date", "20261124T000000Z")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .body(parameters.to_string())
}

fn request(server: &Server, method: &str) -> RequestBuilder {
    let client = Client::builder().no_proxy().build().unwrap();
    client.request(method.parse().unwrap(), server.dynamodb())
}

/// Sets the count, as an attacker would.
fn set(server: &Server, count: u64) -> RequestBuilder {
    let item = json!({ "id": { "S": "site" }, "visits": { "N": count.to_string() } });
    call(
        server,
        "PutItem",
        &json!({ "TableName": TABLE, "Item": item }),
    )
}

fn assert_refused(response: &Response) {
    assert_eq!(response.status(), 403);
    let names = response.headers().keys();
    let cors: Vec<_> = names
        .filter(|name| name.as_str().starts_with("access-control-"))
        .collect();
    assert!(cors.is_empty(), "{cors:?}");
}

#[tokio::test]
async fn programs_read_and_write_the_count_in_the_embedded_dynamodb() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(&folder, &[]).await;
    assert_eq!(server.visit().await, 1);
    let key = json!({ "TableName": TABLE, "Key": { "id": { "S": "site" } } });
    let read = call(&server, "GetItem", &key).send().await.unwrap();
    assert_eq!(read.status(), 200);
    assert_eq!(read.headers()["content-type"], "application/x-amz-json-1.0");
    let item: Value = read.json().await.unwrap();
    assert_eq!(item["Item"]["visits"], json!({ "N": "1" }));
    assert_eq!(set(&server, 41).send().await.unwrap().status(), 200);
    assert_eq!(server.visit().await, 42);
    for (operation, part) in [
        ("ListTables", "TableNames"),
        ("DescribeTable", "Table"),
        ("Scan", "Items"),
    ] {
        let table = match operation {
            "ListTables" => json!({}),
            _ => json!({ "TableName": TABLE }),
        };
        let response = call(&server, operation, &table).send().await.unwrap();
        assert_eq!(response.status(), 200, "{operation}");
        let answer: Value = response.json().await.unwrap();
        assert!(!answer[part].is_null(), "{answer}");
    }
    let deleted = call(&server, "DeleteItem", &key).send().await.unwrap();
    assert_eq!(deleted.status(), 200);
    assert_eq!(server.visit().await, 1);
}

#[tokio::test]
async fn what_the_embedded_dynamodb_does_not_do_is_an_error_as_of_dynamodb() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(&folder, &[]).await;
    let nothing = json!({});
    for (request, status, code) in [
        (
            call(&server, "DeleteTable", &nothing),
            501,
            "UnsupportedOperation",
        ),
        (
            call(&server, "GetItem", &json!({ "TableName": 1 })),
            400,
            "SerializationException",
        ),
        (
            call(&server, "Scan", &json!({ "TableName": "elsewhere" })),
            400,
            "ResourceNotFoundException",
        ),
        (request(&server, "POST"), 501, "UnsupportedOperation"),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{code}");
        let error: Value = response.json().await.unwrap();
        let kind = error["__type"].as_str().unwrap();
        assert!(kind.ends_with(code), "{error}");
    }
    assert_eq!(request(&server, "GET").send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn no_page_reaches_the_embedded_dynamodb() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(&folder, &[]).await;
    let own = server.url.clone();
    for origin in ["https://evil.example", "null", &own] {
        let preflight = request(&server, "OPTIONS")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "x-amz-target");
        for request in [set(&server, 1_000), request(&server, "GET"), preflight] {
            let response = request.header("origin", origin).send().await;
            assert_refused(&response.unwrap());
        }
    }
    assert_eq!(server.visit().await, 1);
}

#[tokio::test]
async fn a_name_that_someone_points_at_this_machine_does_not_reach_the_embedded_dynamodb() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(&folder, &[]).await;
    let port = server.dynamodb().rsplit(':').next().unwrap();
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "0.0.0.0",
        "",
    ] {
        let host = if host.is_empty() {
            String::new()
        } else {
            format!("{host}:{port}")
        };
        let response = set(&server, 1_000).header("host", &host).send().await;
        assert_refused(&response.unwrap());
    }
    assert_eq!(server.visit().await, 1);
    for host in ["localhost", "LocalHost", "127.0.0.1"] {
        let host = format!("{host}:{port}");
        let response = set(&server, 7).header("host", &host).send().await;
        assert_eq!(response.unwrap().status(), 200, "{host}");
    }
    assert_eq!(server.visit().await, 8);
}
