//! The part of API Gateway that the counter needs: from HTTP to events and back.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_TYPE, HOST,
    USER_AGENT, VARY,
};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde_json::{Value, json};
use url::form_urlencoded;
use uuid::Uuid;
use visitor_counter::Handler;

use crate::page;

const STAGE: &str = "local";

/// The gateway's [quota] of a body, 10 MB.
///
/// [quota]: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const LARGEST_BODY: usize = 10 << 20;

/// The demo page, and the counter's API on all other paths.
pub(crate) fn routes(handler: Handler) -> Router {
    page::routes()
        .method_not_allowed_fallback(invoke)
        .fallback(invoke)
        .with_state(handler)
}

/// Turns a request into an event, and has the handler answer it.
async fn invoke(State(handler): State<Handler>, request: Request) -> Response {
    let request_id = Uuid::new_v4().to_string();
    let (head, body) = request.into_parts();
    let body = match read(body).await {
        Ok(body) => body,
        Err(status) => return own_problem(status, &request_id),
    };
    let event = event(&head, &body, &request_id).to_string();
    let response = handler.handle(&event, None).await;
    response.map(|body| body.to_vec().into())
}

/// Reads a body, and keeps no more of it than the gateway takes. It is read to its end in any case:
/// many clients look for an answer only then.
async fn read(body: Body) -> Result<Vec<u8>, StatusCode> {
    let mut chunks = body.into_data_stream();
    let mut kept = Vec::new();
    let mut is_too_large = false;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| StatusCode::BAD_REQUEST)?;
        is_too_large |= kept.len() + chunk.len() > LARGEST_BODY;
        if is_too_large {
            kept = Vec::new();
        } else {
            kept.extend_from_slice(&chunk);
        }
    }
    if is_too_large {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    Ok(kept)
}

/// A request in the [input format] of Lambda proxy integration.
///
/// [input format]: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
fn event(request: &Parts, body: &[u8], request_id: &str) -> Value {
    let method = request.method.as_str();
    let path = request.uri.path();
    // To the gateway, a path with a slash at its end is the same resource: docs/api.md.
    let resource = match path.strip_suffix('/') {
        Some(resource) if !resource.is_empty() => resource,
        _ => path,
    };
    let header = |name| {
        request
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let query = form_urlencoded::parse(request.uri.query().unwrap_or_default().as_bytes());
    let headers = multi_value(request.headers.iter().map(|(name, value)| {
        (
            name.to_string(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    }));
    let query = multi_value(query.into_owned());
    json!({
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": last_value(&headers),
        "multiValueHeaders": headers,
        "queryStringParameters": last_value(&query),
        "multiValueQueryStringParameters": query,
        "pathParameters": null,
        "stageVariables": null,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": header(HOST),
            "httpMethod": method,
            "identity": { "sourceIp": "127.0.0.1", "userAgent": header(USER_AGENT) },
            "path": format!("/{STAGE}{path}"),
            "protocol": "HTTP/1.1",
            "requestId": request_id,
            "resourcePath": resource,
            "stage": STAGE,
        },
        "body": (!body.is_empty()).then(|| String::from_utf8_lossy(body)),
        "isBase64Encoded": false,
    })
}

/// All values of each name. Without names it is none, which becomes null.
type MultiValue = Option<BTreeMap<String, Vec<String>>>;

fn multi_value(pairs: impl IntoIterator<Item = (String, String)>) -> MultiValue {
    let mut values: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (name, value) in pairs {
        values.entry(name).or_default().push(value);
    }
    (!values.is_empty()).then_some(values)
}

fn last_value(values: &MultiValue) -> Option<BTreeMap<&String, Option<&String>>> {
    values.as_ref().map(|values| {
        values
            .iter()
            .map(|(name, all)| (name, all.last()))
            .collect()
    })
}

/// An error of the gateway itself, like its response `DEFAULT_4XX`.
fn own_problem(status: StatusCode, request_id: &str) -> Response {
    let problem = json!({
        "type": "about:blank",
        "title": "Client Error",
        "detail": "The gateway refused the request.",
        "requestId": request_id,
    });
    let headers = [
        (CONTENT_TYPE, "application/problem+json"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_EXPOSE_HEADERS, "Retry-After"),
        (CACHE_CONTROL, "no-store"),
        (VARY, "Origin"),
    ];
    (status, headers, problem.to_string()).into_response()
}
