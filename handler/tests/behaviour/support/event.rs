//! The events that API Gateway sends for a REST API with Lambda proxy integration.

use fastrand::Rng;
use serde_json::{Map, Value, json};
use visitor_counter::Handler;

use super::reply::Reply;

/// The [input format] of AWS's documentation, for a visit without an `Origin`.
///
/// [input format]: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
pub(crate) fn visit() -> Value {
    serde_json::from_str(include_str!("../events/apigw-rest.json")).unwrap()
}

/// A visit from a page of another origin, by one of a few browsers.
pub(crate) fn browser(random: &mut Rng) -> Value {
    let (language, user_agent) = random.choice(BROWSERS).unwrap();
    let mut event = serde_json::from_str(include_str!("../events/browser.json")).unwrap();
    merge(
        &mut event,
        &json!({
            "headers": { "accept-language": language, "User-Agent": user_agent },
            "multiValueHeaders": { "accept-language": [language], "User-Agent": [user_agent] },
            "requestContext": { "identity": { "userAgent": user_agent } },
        }),
    );
    event
}

/// Languages and user agents, which have most of a header's bytes.
const BROWSERS: [(&str, &str); 4] = [
    (
        "en-GB,en;q=0.9,de-DE;q=0.8,de;q=0.7",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
         Chrome/142.0.0.0 Mobile Safari/537.36",
    ),
    (
        "de",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
         Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    ),
    (
        "en-US,en;q=0.5",
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    ),
    (
        "fr-FR,fr;q=0.9",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 \
         (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
    ),
];

/// The visit with a JSON merge patch (RFC 7396): null removes.
pub(crate) fn visit_with(patch: &Value) -> Value {
    let mut event = visit();
    merge(&mut event, patch);
    event
}

/// The visit of a view.
pub(crate) fn visit_of(view: &str) -> Value {
    visit_with(&json!({
        "queryStringParameters": { "view": view },
        "multiValueQueryStringParameters": { "view": [view] },
    }))
}

/// A request for a path with a query.
pub(crate) fn get(path: &str, query: &[(&str, &str)]) -> Value {
    let single: Map<_, _> = query
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    let mut several = Map::new();
    for (name, value) in query {
        let values = several.entry(*name).or_insert(json!([]));
        values.as_array_mut().unwrap().push(json!(value));
    }
    let mut event = request("GET", path);
    event["queryStringParameters"] = single.into();
    event["multiValueQueryStringParameters"] = several.into();
    event
}

/// The visit with other request headers.
pub(crate) fn visit_with_header(name: &str, value: &str) -> Value {
    visit_with(&json!({ "headers": { name: value }, "multiValueHeaders": { name: [value] } }))
}

/// The visit with another method and path.
pub(crate) fn request(method: &str, path: &str) -> Value {
    visit_with(&json!({
        "resource": path,
        "path": path,
        "httpMethod": method,
        "requestContext": { "resourcePath": path, "path": path, "httpMethod": method },
    }))
}

/// Text that an event holds and that nothing may repeat. No number, name or id contains it.
pub(crate) const MARKER: &str = "MARK\u{fc}R";

/// Visits with this value in one place each, where a value of another type belongs.
pub(crate) fn of_wrong_types(value: &Value) -> Vec<Value> {
    let context = |key: &str, value: &Value| json!({ "requestContext": { key: value } });
    let named = json!({ MARKER: value });
    let patches = [
        json!({ "httpMethod": [value] }),
        json!({ "httpMethod": named }),
        json!({ "headers": value }),
        json!({ "headers": [value] }),
        json!({ "headers": { "Origin": [value] } }),
        json!({ "headers": { "Origin": named } }),
        json!({ "multiValueHeaders": value }),
        json!({ "multiValueHeaders": [value] }),
        json!({ "multiValueHeaders": { "Origin": value } }),
        json!({ "multiValueHeaders": { "Origin": named } }),
        json!({ "multiValueHeaders": { "Origin": [[value]] } }),
        json!({ "queryStringParameters": value }),
        json!({ "queryStringParameters": { "view": named } }),
        json!({ "multiValueQueryStringParameters": value }),
        json!({ "multiValueQueryStringParameters": { "view": named } }),
        json!({ "requestContext": value }),
        context("resourcePath", &json!([value])),
        context("resourcePath", &named),
        context("requestId", &json!([value])),
        context("requestId", &named),
    ];
    let mut events: Vec<_> = patches.iter().map(visit_with).collect();
    // A wrong type, and the value in the place of the id.
    let mut event = visit_with(&json!({ "httpMethod": 1 }));
    event["requestContext"]["requestId"] = value.clone();
    events.push(event);
    events.push(json!([value]));
    events.push(value.clone());
    events
}

/// Sends an event to the handler in this process.
pub(crate) async fn send(handler: &Handler, event: &Value) -> Reply {
    handler.handle(&event.to_string(), None).await.into()
}

/// Applies a JSON merge patch (RFC 7396).
pub(crate) fn merge(target: &mut Value, patch: &Value) {
    let (Value::Object(target), Value::Object(patch)) = (&mut *target, patch) else {
        *target = patch.clone();
        return;
    };
    for (name, change) in patch {
        if change.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name).or_insert(Value::Null), change);
        }
    }
}
