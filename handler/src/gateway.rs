//! What API Gateway's REST APIs send a function, as far as the counter looks at it, and what they
//! read from it.
//!
//! `lambda_http` would make a whole HTTP request of each event, which costs more, and fails for headers
//! that any client can send: `docs/decisions/0014-the-event.md`.

use std::fmt;
use std::marker::PhantomData;

use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyResponse;
use lambda_http::{Body, Response};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

/// Stands for a request's id where there is none.
pub(crate) const UNKNOWN: &str = "unknown";

/// One request, in the [input format] of Lambda proxy integration.
///
/// [input format]: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    http_method: String,
    headers: Option<Headers<String>>,
    multi_value_headers: Option<Headers<Vec<String>>>,
    request_context: RequestContext,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    resource_path: String,
    request_id: Option<String>,
}

/// The one header that matters, with its value or values.
#[derive(Clone, Debug)]
struct Headers<V> {
    origin: Option<V>,
}

impl Event {
    /// Method and path. The path is that of the API's resource: the request's own also holds the
    /// stage, or the base path of a custom domain.
    pub(crate) fn route(&self) -> (&str, &str) {
        (&self.http_method, &self.request_context.resource_path)
    }

    /// Origin of the page, as the browser sent it; of several the last one.
    pub(crate) fn origin(&self) -> Option<&str> {
        let several = self.multi_value_headers.as_ref();
        let last = several.and_then(|headers| headers.origin.as_ref()?.last());
        let single = self.headers.as_ref();
        last.or_else(|| single?.origin.as_ref()).map(String::as_str)
    }

    /// The gateway's id of the request, which its access log and its own errors carry too.
    ///
    /// API Gateway always gives one; an event made by hand may do without.
    pub(crate) fn request_id(&self) -> &str {
        let id = self.request_context.request_id.as_deref();
        id.unwrap_or(UNKNOWN)
    }
}

/// The [output format] of Lambda proxy integration.
///
/// [output format]: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
#[must_use]
pub fn output(response: Response<Body>) -> ApiGatewayProxyResponse {
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
