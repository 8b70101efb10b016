//! The visits of each page.

use serde_json::{Value, json};
use visitor_counter_testkit::{TABLE, Table};
use wiremock::ResponseTemplate;

use crate::support::canned::{Canned, counted, error};
use crate::support::environment::handler;
use crate::support::event;
use crate::support::reply::Reply;

const PAGES: (&str, &str) = ("PAGES", "/,/blog/*");
const VIEW: &str = "0123456789abcdef";

async fn visit(table: &Table, query: &[(&str, &str)]) -> Reply {
    let handler = handler(table.url(), &[PAGES, ("START_COUNT", "100")]);
    event::send(&handler, &event::get("/visitorcount", query)).await
}

async fn visit_page(table: &Table, path: &str) -> (u64, Value) {
    let reply = visit(table, &[("page", path)]).await;
    (reply.count(), reply.json()["page"].clone())
}

fn page(path: &str, count: u64) -> Value {
    json!({ "path": path, "count": count })
}

#[tokio::test]
async fn a_visit_of_a_page_counts_for_the_site_and_from_zero_for_the_page() {
    let table = Table::start().await;
    assert_eq!(
        visit_page(&table, "/blog/a").await,
        (101, page("/blog/a", 1))
    );
    assert_eq!(
        visit_page(&table, "/blog/b").await,
        (102, page("/blog/b", 1))
    );
    assert_eq!(
        visit_page(&table, "/blog/a").await,
        (103, page("/blog/a", 2))
    );
    assert_eq!(visit_page(&table, "/").await, (104, page("/", 1)));
    assert_eq!(table.stored(), json!({ "N": "104" }));
    let item = table.item_of("page:/blog/a");
    assert_eq!(item["visits"], json!({ "N": "2" }));
    let has_day = item
        .as_object()
        .unwrap()
        .keys()
        .any(|name| name.starts_with('d'));
    assert!(has_day, "{item}");
}

#[tokio::test]
async fn all_ways_to_write_a_path_are_one_page() {
    let table = Table::start().await;
    let ways = ["/blog/caf\u{e9}", "/blog/caf%C3%A9/", "/bl%6Fg/caf%c3%a9"];
    for (path, count) in ways.into_iter().zip(1..) {
        let (_, counted) = visit_page(&table, path).await;
        assert_eq!(counted, page("/blog/caf\u{e9}", count));
    }
}

#[tokio::test]
async fn a_page_that_no_pattern_allows_is_refused_and_not_counted() {
    let table = Table::start().await;
    let long = format!("/blog/{}", "x".repeat(95));
    for path in ["", "/blog", "/about", "blog/a", "/blog/a?b", &long] {
        let reply = visit(&table, &[("page", path)]).await;
        reply.assert_problem(400);
        assert!(reply.json()["detail"].to_string().contains("page"));
    }
    let twice = [("page", "/"), ("page", "/")];
    visit(&table, &twice).await.assert_problem(400);
    assert_eq!(table.item(), Value::Null);
}

#[tokio::test]
async fn without_pages_the_parameter_makes_no_difference() {
    let table = Table::start().await;
    let handler = handler(table.url(), &[]);
    let event = event::get("/visitorcount", &[("page", "anything")]);
    let reply = event::send(&handler, &event).await;
    assert_eq!(reply.count(), 1);
    assert_eq!(reply.json().get("page"), None);
    // Also where the visit names none.
    let table = Table::start().await;
    assert_eq!(visit(&table, &[]).await.json().get("page"), None);
}

#[tokio::test]
async fn a_view_counts_once_for_the_site_and_once_for_its_page() {
    let table = Table::start().await;
    for _ in 0..3 {
        let reply = visit(&table, &[("view", VIEW), ("page", "/blog/a")]).await;
        assert_eq!(
            (reply.count(), &reply.json()["page"]),
            (101, &page("/blog/a", 1))
        );
    }
}

#[tokio::test]
async fn a_crawler_is_told_both_numbers_and_counts_for_neither() {
    let table = Table::start().await;
    visit_page(&table, "/blog/a").await;
    let mut event = event::get("/visitorcount", &[("page", "/blog/a")]);
    event["multiValueHeaders"] = json!({ "User-Agent": ["Googlebot/2.1"] });
    let reply = event::send(&handler(table.url(), &[PAGES]), &event).await;
    assert_eq!(reply.not_counted(), ("crawler".to_owned(), 101));
    assert_eq!(reply.json()["page"], page("/blog/a", 1));
    assert_eq!(table.stored(), json!({ "N": "101" }));
}

#[tokio::test]
async fn the_number_and_the_days_of_a_page_can_be_read() {
    let table = Table::start().await;
    visit_page(&table, "/blog/a").await;
    visit_page(&table, "/").await;
    let handler = handler(table.url(), &[PAGES]);
    let read = async |path: &str, page: &str| {
        let event = event::get(&format!("/visitorcount{path}"), &[("page", page)]);
        event::send(&handler, &event).await
    };
    let current = |reply: Reply| reply.read("public, max-age=10")["count"].clone();
    assert_eq!(current(read("/current", "/blog/a/").await), 1);
    assert_eq!(current(read("/current", "/blog/none").await), 0);
    let days = read("/history", "/blog/a").await.read("public, max-age=60");
    let counts = days["days"].as_array().unwrap().iter();
    let sum: u64 = counts.map(|day| day["count"].as_u64().unwrap()).sum();
    assert_eq!(sum, 1);
    assert!(read("/badge.svg", "/").await.body.contains(">1</text>"));
    assert_eq!(read("/badge.json", "/").await.json()["message"], "1");
    read("/current", "/about").await.assert_problem(400);
}

/// Sends a visit of a page to a DynamoDB that answers the site's write and the page's.
async fn both(site: ResponseTemplate, page: ResponseTemplate) -> (Reply, usize) {
    let dynamodb = Canned::start([site]).await;
    dynamodb.updates("page:/", page).await;
    let handler = handler(&dynamodb.url(), &[PAGES]);
    let query = [("page", "/")];
    let reply = event::send(&handler, &event::get("/visitorcount", &query)).await;
    (reply, dynamodb.requests().await.len())
}

#[tokio::test]
async fn the_page_s_write_is_the_same_on_an_item_of_its_own() {
    let dynamodb = Canned::start([counted(7)]).await;
    let handler = handler(&dynamodb.url(), &[PAGES, ("START_COUNT", "5")]);
    let query = [("page", "/blog/a"), ("view", VIEW)];
    event::send(&handler, &event::get("/visitorcount", &query))
        .await
        .count();
    let requests = dynamodb.requests().await;
    let of = |id: &str| {
        let mut of = requests
            .iter()
            .filter(|request| request["Key"]["id"]["S"] == id);
        of.next().unwrap().clone()
    };
    let (site, mut page) = (of("site"), of("page:/blog/a"));
    assert_eq!((requests.len(), &page["TableName"]), (2, &json!(TABLE)));
    assert_eq!(
        page["ExpressionAttributeValues"][":start"],
        json!({ "N": "0" })
    );
    page["Key"] = site["Key"].clone();
    page["ExpressionAttributeValues"][":start"] = json!({ "N": "5" });
    assert_eq!(page, site);
}

#[tokio::test]
async fn a_page_that_can_not_be_counted_is_null_and_the_site_counts() {
    for failure in [
        error(400, "AccessDeniedException"),
        error(500, "InternalServerError"),
    ] {
        let (reply, _) = both(counted(7), failure).await;
        assert_eq!(reply.count(), 7);
        assert_eq!(reply.json().get("page"), Some(&Value::Null));
    }
}

#[tokio::test]
async fn a_visit_may_be_sent_again_only_where_neither_number_was_raised() {
    let throttled = || error(400, "ThrottlingException");
    let (reply, requests) = both(throttled(), throttled()).await;
    reply.assert_busy();
    assert_eq!(requests, 6);
    both(throttled(), counted(7)).await.0.assert_unconfirmed();
    let unclear = error(500, "InternalServerError");
    both(throttled(), unclear).await.0.assert_unconfirmed();
    let refused = || error(400, "AccessDeniedException");
    both(refused(), counted(7)).await.0.assert_problem(500);
}
