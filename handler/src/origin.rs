//! Which pages may count visits.

use std::fmt;
use std::str::FromStr;

use lambda_http::http::HeaderValue;
use url::Url;

use crate::setting::{NotAllowed, Setting};

/// The `Access-Control-Allow-Origin` that allows every page to read an answer.
pub(crate) static ANY: HeaderValue = HeaderValue::from_static("*");

/// Origin of a page as a browser sends it: scheme, host, and the port where it isn't the default.
///
/// Parsing normalises as browsers do: lower case, no default port, international host names in
/// punycode. So a request's `Origin` can be compared byte by byte.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin(HeaderValue);

/// The origins whose pages may count visits.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum AllowedOrigins {
    /// Every page, including those whose origin is `null` (a file, a sandboxed frame).
    #[default]
    Any,
    /// Only pages of these origins. Never empty.
    List(Vec<Origin>),
}

impl Origin {
    fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

impl FromStr for Origin {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let url = Url::parse(text).map_err(|_| NotAllowed)?;
        let origin = url.origin();
        let normal = origin.ascii_serialization();
        // The URL parser accepts and rewrites much: a path, a user, white space, `https://1`. A real
        // origin comes out as it went in, apart from case, script and default port.
        let written = text.to_lowercase();
        let is_origin = [&normal, &origin.unicode_serialization()]
            .into_iter()
            .filter_map(|form| written.strip_prefix(form.as_str()))
            .any(|rest| matches!(rest, "" | ":80" | ":443"));
        let is_web = matches!(url.scheme(), "http" | "https");
        if !is_web || !is_origin || normal.contains('*') {
            return Err(NotAllowed);
        }
        HeaderValue::try_from(normal)
            .map(Self)
            .map_err(|_| NotAllowed)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl AllowedOrigins {
    /// The `Access-Control-Allow-Origin` for a request with this `Origin`, or none if its page may
    /// not count.
    ///
    /// A request without `Origin` (same origin, curl) is served. No browser reads the header then,
    /// so it names the first allowed origin.
    pub(crate) fn admit(&self, origin: Option<&str>) -> Option<&HeaderValue> {
        let Self::List(list) = self else {
            return Some(&ANY);
        };
        let mut list = list.iter().map(|allowed| &allowed.0);
        match origin {
            None => list.next(),
            Some(origin) => list.find(|allowed| *allowed == origin),
        }
    }
}

impl Setting for AllowedOrigins {
    const ALLOWED: &str = "* or comma-separated origins such as https://example.com: http or https, \
                           a host and an optional port, no path and no trailing slash";
}

impl FromStr for AllowedOrigins {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        text.split(',')
            .map(|origin| origin.trim().parse())
            .collect::<Result<_, _>>()
            .map(Self::List)
    }
}

impl fmt::Display for AllowedOrigins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::List(list) => {
                let list: Vec<_> = list.iter().map(Origin::as_str).collect();
                f.write_str(&list.join(","))
            }
        }
    }
}
