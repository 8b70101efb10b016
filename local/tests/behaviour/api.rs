//! What browsers and curl get.

use reqwest::Response;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::server::Server;

async fn start(more: &[(&str, &str)]) -> (Server, TempDir) {
    let folder = TempDir::new().unwrap();
    (Server::start(&folder, more).await, folder)
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn the_demo_page_has_the_headers_that_a_site_should_send() {
    let (server, _folder) = start(&[]).await;
    for (path, kind, part) in [
        ("/", "text/html", "<visitor-count src=\"visitorcount\">"),
        ("/demo.css", "text/css", "color-scheme: light dark"),
        ("/demo.js", "text/javascript", "visitor-count:loaded"),
        (
            "/visitor-count.js",
            "text/javascript",
            "customElements.define",
        ),
    ] {
        let response = server.request("GET", path).await;
        assert_eq!(response.status(), 200, "{path}");
        for (name, value) in [
            ("cache-control", "no-cache"),
            ("content-type", &format!("{kind}; charset=utf-8")),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(header(&response, name), value, "{path}");
        }
        let policy = header(&response, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(response.text().await.unwrap().contains(part), "{path}");
        assert_eq!(server.request("HEAD", path).await.status(), 200, "{path}");
    }
    assert_eq!(server.visit().await, 1);
}

#[tokio::test]
async fn unknown_paths_and_other_methods_are_not_found_as_on_the_gateway() {
    let (server, _folder) = start(&[]).await;
    for (method, path) in [
        ("GET", "/visitorcounts"),
        ("GET", "/index.html"),
        ("GET", "/demo"),
        ("GET", "/favicon.ico"),
        ("POST", "/"),
        ("DELETE", "/visitor-count.js"),
        ("POST", "/visitorcount"),
        ("DELETE", "/visitorcount"),
        ("BREW", "/visitorcount"),
    ] {
        let response = server.request(method, path).await;
        assert_eq!(response.status(), 404, "{method} {path}");
        assert_eq!(
            header(&response, "content-type"),
            "application/problem+json"
        );
        assert_eq!(header(&response, "access-control-allow-origin"), "*");
        assert_eq!(header(&response, "cache-control"), "no-store");
        let problem: Value = response.json().await.unwrap();
        assert!(
            !problem["requestId"].as_str().unwrap().is_empty(),
            "{problem}"
        );
    }
    assert_eq!(server.request("HEAD", "/visitorcount").await.status(), 404);
    assert_eq!(server.visit().await, 1);
}

#[tokio::test]
async fn origins_are_checked_as_on_the_gateway() {
    let (server, _folder) = start(&[("ALLOWED_ORIGINS", "https://a.example")]).await;
    for (origin, status, allowed) in [
        ("https://a.example", 200, "https://a.example"),
        ("https://b.example", 403, "*"),
        ("null", 403, "*"),
    ] {
        let request = server.build("GET", "/visitorcount");
        let response = request.header("origin", origin).send().await.unwrap();
        assert_eq!(response.status(), status, "{origin}");
        assert_eq!(header(&response, "access-control-allow-origin"), allowed);
    }
    assert_eq!(
        server.request("OPTIONS", "/visitorcount").await.status(),
        204
    );
    assert_eq!(server.visit().await, 2);
}

#[tokio::test]
async fn all_pages_have_a_number_unless_the_setting_says_which() {
    let (server, _folder) = start(&[]).await;
    let visit: Value = server
        .request("GET", "/visitorcount?page=/any/page")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(visit["page"]["count"], 1, "{visit}");
    let (server, _folder) = start(&[("PAGES", "/"), ("HISTORY_DAYS", "7")]).await;
    let refused = server.request("GET", "/visitorcount?page=/any/page").await;
    assert_eq!(refused.status(), 400);
    let history = server.request("GET", "/visitorcount/history").await;
    let history: Value = history.json().await.unwrap();
    assert_eq!(history["days"].as_array().unwrap().len(), 7, "{history}");
}

#[tokio::test]
async fn a_query_of_any_script_makes_no_difference() {
    let (server, _folder) = start(&[]).await;
    for (query, expected) in [("?s=%C3%BC&s=2", 1), ("?%FF=%zz&&=", 2), ("?", 3)] {
        let response = server
            .request("GET", &format!("/visitorcount{query}"))
            .await;
        assert_eq!(
            response.json::<Value>().await.unwrap()["count"],
            expected,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_slash_at_the_end_of_the_path_makes_no_difference_as_on_the_gateway() {
    let (server, _folder) = start(&[]).await;
    for (path, expected) in [("/visitorcount/", 1), ("/visitorcount/?a=1", 2)] {
        let response = server.request("GET", path).await;
        assert_eq!(response.status(), 200, "{path}");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["count"], expected, "{path}");
    }
    let preflight = server.request("OPTIONS", "/visitorcount/").await;
    assert_eq!(preflight.status(), 204);
    let other = server.request("POST", "/visitorcount/").await;
    assert_eq!(other.status(), 404);
}

#[tokio::test]
async fn headers_that_proxies_add_make_no_difference() {
    let (server, _folder) = start(&[]).await;
    let request = server.build("GET", "/visitorcount");
    let response = request
        .header("x-forwarded-proto", "https, http")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn a_body_is_read_to_its_end_before_the_answer() {
    let (server, _folder) = start(&[]).await;
    let body = vec![b'x'; 5 << 20];
    let request = server.build("POST", "/visitorcount").body(body);
    assert_eq!(request.send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_body_above_10_mb_is_refused_and_not_kept_in_memory() {
    let (server, _folder) = start(&[]).await;
    let largest = vec![b'x'; 10 << 20];
    let request = server.build("POST", "/visitorcount").body(largest);
    assert_eq!(request.send().await.unwrap().status(), 404);

    let before = server.memory();
    let address = server.url.strip_prefix("http://").unwrap();
    let mut client = TcpStream::connect(address).await.unwrap();
    let (chunk, chunks) = (vec![b'x'; 1 << 20], 300);
    let length = chunk.len() * chunks;
    let head =
        format!("GET /visitorcount HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\n");
    client.write_all(head.as_bytes()).await.unwrap();
    client
        .write_all(b"Connection: close\r\n\r\n")
        .await
        .unwrap();
    for _ in 1..chunks {
        client.write_all(&chunk).await.unwrap();
    }
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 50_000, "{grown} kB");
    client.write_all(&chunk).await.unwrap();
    let mut response = String::new();
    client.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 413 "), "{response}");
    for part in [
        "content-type: application/problem+json\r\n",
        "access-control-allow-origin: *\r\n",
        "cache-control: no-store\r\n",
        r#""title":"Client Error""#,
    ] {
        assert!(response.contains(part), "{part:?} in {response}");
    }
    assert_eq!(server.visit().await, 1);
}

#[tokio::test]
async fn one_byte_above_10_mb_is_too_much_whether_announced_or_not() {
    let (server, _folder) = start(&[]).await;
    for transfer in [
        ("content-length", "10485761"),
        ("transfer-encoding", "chunked"),
    ] {
        let address = server.url.strip_prefix("http://").unwrap();
        let mut client = TcpStream::connect(address).await.unwrap();
        let (name, value) = transfer;
        let head = format!(
            "GET /visitorcount HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{name}: {value}\r\n\r\n"
        );
        client.write_all(head.as_bytes()).await.unwrap();
        let body = vec![b'x'; (10 << 20) + 1];
        if name == "transfer-encoding" {
            client.write_all(b"a00001\r\n").await.unwrap();
            client.write_all(&body).await.unwrap();
            client.write_all(b"\r\n0\r\n\r\n").await.unwrap();
        } else {
            client.write_all(&body).await.unwrap();
        }
        let mut response = String::new();
        client.read_to_string(&mut response).await.unwrap();
        assert!(response.starts_with("HTTP/1.1 413 "), "{name}: {response}");
    }
    assert_eq!(server.visit().await, 1);
}
