//! The events and responses of Lambda proxy integration, by which a REST API of API Gateway calls a
//! function. Of an event, only the fields that the counter uses.
//!
//! `lambda_http` would turn each event into a whole HTTP request. That costs more, and fails on headers
//! that any client can send: `docs/decisions/0014-the-event.md`.

use std::fmt;
use std::marker::PhantomData;

use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyResponse;
use lambda_http::{Body, Response};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::error::Category;

use crate::setting::NotAllowed;
use crate::view::View;

/// The id of a request that has none.
const UNKNOWN_ID: &str = "unknown";

/// More than any id of the gateway has. Its ids are UUIDs.
const LONGEST_ID: usize = 64;

/// One request, in the [input format] of proxy integration.
///
/// [input format]: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    http_method: String,
    headers: Option<Headers<String>>,
    multi_value_headers: Option<Headers<Vec<String>>>,
    query_string_parameters: Option<Query<String>>,
    multi_value_query_string_parameters: Option<Query<Vec<String>>>,
    request_context: RequestContext,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    resource_path: String,
    request_id: Option<String>,
}

/// The one header that the counter reads, with its value or values.
#[derive(Clone, Debug)]
struct Headers<V> {
    origin: Option<V>,
}

/// The one parameter that the counter reads, decoded, with its value or values.
#[derive(Clone, Debug, Deserialize)]
struct Query<V> {
    view: Option<V>,
}

/// An event that can't be read as a request of this API.
///
/// It goes into the log, so it doesn't keep the parser's message, which may repeat the event: a
/// visitor's address and user agent, or a megabyte.
#[derive(Debug)]
pub(crate) struct MalformedEvent {
    /// Whether the JSON is wrong, or the types in it.
    pub(crate) kind: Category,
    /// Where in the event, counted from 1.
    pub(crate) line: usize,
    /// Where in the line, in bytes.
    pub(crate) column: usize,
    /// The gateway's id of the request, if there is one.
    request_id: Option<String>,
}

/// All that is read of an event that isn't understood.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identified {
    request_context: Context,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    request_id: String,
}

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    ///
    /// It isn't a request of this API.
    pub(crate) fn from_json(json: &str) -> Result<Self, MalformedEvent> {
        serde_json::from_str(json).map_err(|error| MalformedEvent {
            kind: error.classify(),
            line: error.line(),
            column: error.column(),
            request_id: serde_json::from_str::<Identified>(json)
                .ok()
                .map(|event| event.request_context.request_id)
                .filter(|id| is_id(id)),
        })
    }

    /// Method, and path of the API's resource. The request's own path may also hold the stage, or
    /// the base path of a custom domain.
    pub(crate) fn route(&self) -> (&str, &str) {
        (&self.http_method, &self.request_context.resource_path)
    }

    /// Origin of the page, as the browser sent it. Of several, the last.
    pub(crate) fn origin(&self) -> Option<&str> {
        let several = self.multi_value_headers.as_ref();
        let last = several.and_then(|headers| headers.origin.as_ref()?.last());
        let single = self.headers.as_ref();
        last.or_else(|| single?.origin.as_ref()).map(String::as_str)
    }

    /// The view that the request is for, if its page names one.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] if the name is malformed, or given twice: then one may be another's.
    pub(crate) fn view(&self) -> Result<Option<View>, NotAllowed> {
        let several = self.multi_value_query_string_parameters.as_ref();
        if let Some(names) = several.and_then(|query| query.view.as_ref()) {
            return match names.as_slice() {
                [name] => name.parse().map(Some),
                _ => Err(NotAllowed),
            };
        }
        let single = self.query_string_parameters.as_ref();
        let name = single.and_then(|query| query.view.as_ref());
        name.map(|name| name.parse()).transpose()
    }

    /// The gateway's id of the request, which its access log and its own errors carry too.
    ///
    /// API Gateway always sends one. An event made by hand may have none.
    pub(crate) fn request_id(&self) -> &str {
        let id = self.request_context.request_id.as_deref();
        id.filter(|id| is_id(id)).unwrap_or(UNKNOWN_ID)
    }
}

impl MalformedEvent {
    /// The gateway's id of the request, as far as it is known.
    pub(crate) fn request_id(&self) -> &str {
        self.request_id.as_deref().unwrap_or(UNKNOWN_ID)
    }
}

/// Ids go into the log and into answers, so other text must not pass for one.
fn is_id(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte);
    !text.is_empty() && text.len() <= LONGEST_ID && text.bytes().all(is_allowed)
}

/// A response in the [output format] of proxy integration.
///
/// [output format]: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
#[must_use]
pub fn proxy_response(response: Response<Body>) -> ApiGatewayProxyResponse {
    let (head, body) = response.into_parts();
    let mut output = ApiGatewayProxyResponse::default();
    output.status_code = head.status.as_u16().into();
    output.multi_value_headers = head.headers;
    output.body = (!body.is_empty()).then_some(body);
    output
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Headers<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadersVisitor(PhantomData))
    }
}

struct HeadersVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for HeadersVisitor<V> {
    type Value = Headers<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("headers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers<V>, A::Error> {
        let mut origin = None;
        while let Some(name) = map.next_key::<String>()? {
            if name.eq_ignore_ascii_case("origin") {
                origin = map.next_value()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Headers { origin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_event_keeps_its_id_and_place_and_nothing_else() {
        let malformed = |headers: &str| {
            let context = r#"{"requestId":"c6af9ac6","resourcePath":"/"}"#;
            let event = format!(
                "{{\"httpMethod\":\"GET\",\"requestContext\":{context},\n\"headers\":{headers}}}"
            );
            Event::from_json(&event).unwrap_err()
        };
        for headers in [
            r#""192.168.1.1""#,
            r#"["192.168.1.1"]"#,
            r#"{"Origin":["192.168.1.1"]}"#,
            r#"{"Origin":{"192.168.1.1":1}}"#,
        ] {
            let malformed = malformed(headers);
            assert_eq!(malformed.kind, Category::Data, "{headers}");
            assert_eq!(malformed.line, 2, "{headers}");
            assert_eq!(malformed.request_id(), "c6af9ac6", "{headers}");
            let all = format!("{malformed:?}");
            assert!(!all.contains("192.168"), "{all}");
        }
        // No id can be read of an event that is no JSON.
        for headers in [r#"{"192.168.1.1"#, r#"{"192.168.1.1":x"#] {
            let malformed = malformed(headers);
            assert_ne!(malformed.kind, Category::Data, "{headers}");
            assert_eq!(malformed.request_id(), UNKNOWN_ID, "{headers}");
            let all = format!("{malformed:?}");
            assert!(!all.contains("192.168"), "{all}");
        }
    }
}
