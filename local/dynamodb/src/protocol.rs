//! DynamoDB's protocol, for programs of this machine.
//!
//! dynoxide has a server of its own, which lets pages of every origin read and write
//! (`Access-Control-Allow-Origin: *`): any page in the developer's browser could change the count.
//! It takes no layers, so this is a small one instead.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use dynoxide::{Database, DynoxideError as Error};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What precedes the operation's name in the header `x-amz-target`.
const TARGET: &str = "DynamoDB_20120810.";

pub(crate) fn routes(database: Database) -> Router {
    Router::new()
        .route("/", post(answer))
        .layer(middleware::from_fn(refuse_pages))
        .with_state(database)
}

/// Browsers send an `Origin` with each request of a page that could change something, and the
/// name in `Host` that the page knows this machine by. SDKs send neither.
async fn refuse_pages(request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.contains_key(ORIGIN) || !is_loopback(headers) {
        let error = "Only programs of this machine may call this DynamoDB, no pages.";
        let error = Error::AccessDeniedException(error.to_owned());
        return respond(StatusCode::FORBIDDEN, error.to_json());
    }
    next.run(request).await
}

/// Whether `Host` is this machine. Anyone can point another name at it (DNS rebinding).
fn is_loopback(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host: Option<Authority> = host.and_then(|host| host.parse().ok());
    host.is_some_and(|host| {
        ["127.0.0.1", "localhost"].contains(&&*host.host().to_ascii_lowercase())
    })
}

async fn answer(State(database): State<Database>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target");
    let target = target.and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.strip_prefix(TARGET));
    match call(&database, operation.unwrap_or_default(), &body) {
        Ok(json) => respond(StatusCode::OK, json),
        Err(error) => {
            let status = StatusCode::from_u16(error.status_code());
            respond(
                status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                error.to_json(),
            )
        }
    }
}

/// The operations that the function needs, and those to look at the table and to change an item.
pub(crate) fn call(database: &Database, operation: &str, body: &[u8]) -> Result<String, Error> {
    match operation {
        "DeleteItem" => run(body, |request| database.delete_item(request)),
        "DescribeTable" => run(body, |request| database.describe_table(request)),
        "GetItem" => run(body, |request| database.get_item(request)),
        "ListTables" => run(body, |request| database.list_tables(request)),
        "PutItem" => run(body, |request| database.put_item(request)),
        "Query" => run(body, |request| database.query(request)),
        "Scan" => run(body, |request| database.scan(request)),
        "UpdateItem" => run(body, |request| database.update_item(request)),
        other => Err(Error::UnsupportedCapability(other.to_owned())),
    }
}

fn run<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Q) -> Result<A, Error>,
) -> Result<String, Error> {
    let request = serde_json::from_slice(body)
        .map_err(|error| Error::SerializationException(error.to_string()))?;
    serde_json::to_string(&operation(request)?)
        .map_err(|error| Error::InternalServerError(error.to_string()))
}

fn respond(status: StatusCode, json: String) -> Response {
    let headers = [(CONTENT_TYPE, "application/x-amz-json-1.0")];
    (status, headers, json).into_response()
}
