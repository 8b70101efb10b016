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

use crate::setting::NotAllowed;
use crate::view::View;

/// The id of a request that has none.
pub(crate) const UNKNOWN_ID: &str = "unknown";

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

impl Event {
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
        id.unwrap_or(UNKNOWN_ID)
    }
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
