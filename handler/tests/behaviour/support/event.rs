//! The events that API Gateway sends for a REST API with Lambda proxy integration.

use serde_json::{Value, json};
use visitor_counter::Handler;

use super::reply::Reply;

/// The [input format] of AWS's documentation, for a visit without an `Origin`.
///
/// [input format]: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
pub(crate) fn visit() -> Value {
    serde_json::from_str(include_str!("../events/apigw-rest.json")).unwrap()
}

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

/// Sends an event to the handler in this process.
pub(crate) async fn send(handler: &Handler, event: &Value) -> Reply {
    handler.handle(&event.to_string(), None).await.into()
}

fn merge(target: &mut Value, patch: &Value) {
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
