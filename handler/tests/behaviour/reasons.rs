//! Which visits aren't counted though they are answered, and why.

use serde_json::{Value, json};
use visitor_counter_testkit::{ClosedPort, Table};

use crate::support::environment::handler;
use crate::support::event;

const CHROME: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/142.0.0.0 Mobile Safari/537.36";

/// Sends requests to a counter that stands at 41. Returns the reason and the number of each, where it
/// wasn't counted.
async fn reason(settings: &[(&str, &str)], event: &Value) -> Option<String> {
    let table = Table::start().await;
    table.store(&json!({ "N": "41" }));
    let handler = handler(table.url(), settings);
    let reply = event::send(&handler, event).await;
    if reply.json()["counted"] == true {
        assert_eq!(reply.count(), 42);
        return None;
    }
    let (reason, count) = reply.not_counted();
    assert_eq!(count, 41);
    assert_eq!(table.stored(), json!({ "N": "41" }));
    Some(reason)
}

fn by(user_agent: &str) -> Value {
    event::visit_with_header("User-Agent", user_agent)
}

#[tokio::test]
async fn what_a_browser_fetches_ahead_of_a_visit_is_not_counted() {
    for (header, value) in [
        ("Sec-Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("sec-purpose", "prefetch;anonymous-client-ip"),
        ("Purpose", "prefetch"),
        ("X-Moz", "Prefetch"),
        ("X-Purpose", "preview"),
    ] {
        let visit = event::visit_with_header(header, value);
        let reason = reason(&[], &visit).await;
        assert_eq!(reason.as_deref(), Some("prefetch"), "{header}: {value}");
    }
    for (header, value) in [
        ("Sec-Purpose", ""),
        ("Purpose", "visit"),
        ("X-Other", "prefetch"),
    ] {
        assert_eq!(
            reason(&[], &event::visit_with_header(header, value)).await,
            None
        );
    }
}

#[tokio::test]
async fn a_crawler_is_not_counted_unless_a_setting_counts_all() {
    for agent in [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
         HeadlessChrome/142.0.0.0 Safari/537.36",
        "WhatsApp/2.23.20.0",
        "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
        "Zapier",
    ] {
        assert_eq!(
            reason(&[], &by(agent)).await.as_deref(),
            Some("crawler"),
            "{agent}"
        );
        let all = [("COUNT_CRAWLERS", "true")];
        assert_eq!(reason(&all, &by(agent)).await, None, "{agent}");
    }
}

#[tokio::test]
async fn people_and_programs_that_call_the_api_are_counted() {
    for agent in [
        CHROME,
        "Mozilla/5.0 (Linux; Android 8.1.0; CUBOT_P20) AppleWebKit/537.36 (KHTML, like Gecko) \
         Chrome/70.0.3538.110 Mobile Safari/537.36",
        "Lynx/2.9.2 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/3.0.17",
        "Links (2.25; Linux 5.10 x86_64; GNU C 12; text)",
        "w3m/0.5.3+git20230121",
        "ELinks/0.13.2 (textmode; Linux x86_64; 80x24-2)",
        "Amazon CloudFront",
        "curl/8.14.1",
        "python-requests/2.32.5",
        "Go-http-client/2.0",
        "okhttp/4.12.0",
        "node",
        "got (https://github.com/sindresorhus/got)",
        "",
    ] {
        assert_eq!(reason(&[], &by(agent)).await, None, "{agent}");
    }
}

#[tokio::test]
async fn before_the_first_visit_the_number_is_the_one_to_count_up_from() {
    for (start, number) in [("0", 0), ("1000", 1_000)] {
        let table = Table::start().await;
        let handler = handler(table.url(), &[("START_COUNT", start)]);
        let reply = event::send(&handler, &by("Googlebot/2.1")).await;
        assert_eq!(reply.not_counted(), ("crawler".to_owned(), number));
        assert_eq!(table.stored(), Value::Null);
    }
}

#[tokio::test]
async fn a_foreign_origin_and_a_malformed_view_come_before_the_reason() {
    let mut visit = by("Googlebot/2.1");
    visit["multiValueQueryStringParameters"] = json!({ "view": [""] });
    let nowhere = ClosedPort::reserve();
    let handler = handler(&nowhere.url(), &[("ALLOWED_ORIGINS", "https://a.example")]);
    event::send(&handler, &visit).await.assert_problem(400);
    visit["multiValueHeaders"] = json!({ "Origin": ["https://b.example"] });
    event::send(&handler, &visit).await.assert_problem(403);
}

#[tokio::test]
async fn a_number_that_can_not_be_read_is_a_problem_that_says_so_and_may_be_tried_again() {
    let nowhere = ClosedPort::reserve();
    let handler = handler(&nowhere.url(), &[]);
    event::send(&handler, &by("Googlebot/2.1"))
        .await
        .assert_busy();
}
