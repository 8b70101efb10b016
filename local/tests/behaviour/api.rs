//! What browsers and curl get.

use reqwest::Response;
use serde_json::Value;
use tempfile::TempDir;

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
        ("GET", "/visitorcount/"),
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
