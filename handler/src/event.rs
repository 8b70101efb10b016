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

use crate::setting::{NotAllowed, one_of};

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
    headers: Option<Known<Header, String>>,
    multi_value_headers: Option<Known<Header, Vec<String>>>,
    query_string_parameters: Option<Known<Parameter, String>>,
    multi_value_query_string_parameters: Option<Known<Parameter, Vec<String>>>,
    request_context: RequestContext,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    resource_path: String,
    request_id: Option<String>,
}

/// A header that the counter reads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Header {
    /// The page's origin.
    Origin,
    /// How the page's site relates to the API's: `Sec-Fetch-Site`.
    FetchSite,
    /// Why a browser fetches ahead of a visit: `Sec-Purpose`, or an older header for the same.
    Purpose,
    /// The program that sent the request.
    UserAgent,
}

/// A query parameter that the counter reads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Parameter {
    View,
    Page,
    Label,
    Color,
    Style,
    Compact,
}

/// A parameter that is given twice, or holds what it can't.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct MalformedParameter(pub(crate) Parameter);

/// The entries of an object whose names the counter knows, with their value or values.
#[derive(Clone, Debug)]
struct Known<N, V>(Vec<(N, V)>);

/// A name in an object.
trait Name: Copy + PartialEq {
    fn known(text: &str) -> Option<Self>;
}

impl Name for Header {
    fn known(text: &str) -> Option<Self> {
        const NAMES: [(&str, Header); 7] = [
            ("origin", Header::Origin),
            ("sec-fetch-site", Header::FetchSite),
            ("sec-purpose", Header::Purpose),
            ("purpose", Header::Purpose),
            ("x-moz", Header::Purpose),
            ("x-purpose", Header::Purpose),
            ("user-agent", Header::UserAgent),
        ];
        one_of(text, &NAMES).ok()
    }
}

impl Name for Parameter {
    fn known(text: &str) -> Option<Self> {
        match text {
            "view" => Some(Self::View),
            "page" => Some(Self::Page),
            "label" => Some(Self::Label),
            "color" => Some(Self::Color),
            "style" => Some(Self::Style),
            "compact" => Some(Self::Compact),
            _ => None,
        }
    }
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

    /// The values of a header.
    pub(crate) fn header(&self, header: Header) -> impl Iterator<Item = &str> {
        let single = self.headers.iter().flat_map(move |all| all.of(header));
        let several = self.multi_value_headers.iter();
        let several = several.flat_map(move |all| all.of(header)).flatten();
        single.chain(several).map(String::as_str)
    }

    /// Origin of the page, as the browser sent it. Of several, the last.
    pub(crate) fn origin(&self) -> Option<&str> {
        self.header(Header::Origin).last()
    }

    /// The value of a query parameter, decoded.
    ///
    /// # Errors
    ///
    /// It is given twice: then one may be another's.
    pub(crate) fn parameter(
        &self,
        parameter: Parameter,
    ) -> Result<Option<&str>, MalformedParameter> {
        let single = self.query_string_parameters.iter();
        let single = single.flat_map(|all| all.of(parameter)).last();
        let several = self.multi_value_query_string_parameters.iter();
        let mut several = several.flat_map(|all| all.of(parameter)).flatten();
        match (several.next(), several.next()) {
            (Some(_), Some(_)) => Err(MalformedParameter(parameter)),
            (one, _) => Ok(one.or(single).map(String::as_str)),
        }
    }

    /// What a query parameter stands for.
    ///
    /// # Errors
    ///
    /// It is given twice, or holds what it can't.
    pub(crate) fn parse<T>(
        &self,
        parameter: Parameter,
        parse: impl FnOnce(&str) -> Result<T, NotAllowed>,
    ) -> Result<Option<T>, MalformedParameter> {
        let value = self.parameter(parameter)?;
        let parsed = value.map(parse).transpose();
        parsed.map_err(|NotAllowed| MalformedParameter(parameter))
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

impl<N: Name, V> Known<N, V> {
    fn of(&self, name: N) -> impl Iterator<Item = &V> {
        let named = self.0.iter().filter(move |(other, _)| *other == name);
        named.map(|(_, value)| value)
    }
}

impl<'de, N: Name, V: Deserialize<'de>> Deserialize<'de> for Known<N, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KnownVisitor(PhantomData))
    }
}

struct KnownVisitor<N, V>(PhantomData<(N, V)>);

impl<'de, N: Name, V: Deserialize<'de>> Visitor<'de> for KnownVisitor<N, V> {
    type Value = Known<N, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut known = Vec::new();
        while let Some(MaybeKnown(name)) = map.next_key()? {
            match name {
                Some(name) => {
                    let value = map.next_value::<Option<V>>()?;
                    known.extend(value.map(|value| (name, value)));
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Known(known))
    }
}

/// A name, read without a copy of those that aren't known.
struct MaybeKnown<N>(Option<N>);

impl<'de, N: Name> Deserialize<'de> for MaybeKnown<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(MaybeKnownVisitor(PhantomData))
    }
}

struct MaybeKnownVisitor<N>(PhantomData<N>);

impl<N: Name> Visitor<'_> for MaybeKnownVisitor<N> {
    type Value = MaybeKnown<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(MaybeKnown(N::known(text)))
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
