//! Which pages may count visits.

use std::fmt;
use std::str::FromStr;

use lambda_http::http::HeaderValue;
use url::Url;

use crate::setting::{NotAllowed, Setting};

/// The `Access-Control-Allow-Origin` that allows every page to read an answer.
pub(crate) const ANY: HeaderValue = HeaderValue::from_static("*");

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
    List(Vec<OriginPattern>),
}

/// One origin, or those of all preview deployments below a domain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum OriginPattern {
    /// This origin.
    One(Origin),
    /// With https, and one label below the host of this origin: `https://*.example.dev`.
    Below(Origin),
}

const HTTPS: &str = "https://";

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

impl OriginPattern {
    fn matches(&self, origin: &str) -> bool {
        match self {
            Self::One(one) => one.0 == origin,
            Self::Below(above) => label_below(above.as_str(), origin)
                .is_some_and(|label| !label.is_empty() && label.bytes().all(is_label_byte)),
        }
    }
}

/// What stands before a host and a dot, in an origin with https.
fn label_below<'a>(above: &str, origin: &'a str) -> Option<&'a str> {
    let host = origin.strip_prefix(HTTPS)?;
    host.strip_suffix(above.strip_prefix(HTTPS)?)?
        .strip_suffix('.')
}

fn is_label_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte)
}

impl FromStr for OriginPattern {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let Some(above) = text.strip_prefix("https://*.") else {
            return text.parse().map(Self::One);
        };
        let above: Origin = format!("{HTTPS}{above}").parse()?;
        let url = Url::parse(above.as_str()).map_err(|_| NotAllowed)?;
        // All of a top-level domain would be anybody's.
        let has_labels = url.domain().is_some_and(|domain| domain.contains('.'));
        has_labels.then_some(Self::Below(above)).ok_or(NotAllowed)
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(one) => one.fmt(f),
            Self::Below(above) => {
                let host = above.as_str().strip_prefix(HTTPS).unwrap_or_default();
                write!(f, "{HTTPS}*.{host}")
            }
        }
    }
}

impl AllowedOrigins {
    /// The `Access-Control-Allow-Origin` for a request with this `Origin`, or none if its page may
    /// not count.
    ///
    /// An image, a script or a frame of a page elsewhere sends no `Origin`, but a browser marks it
    /// by `Sec-Fetch-Site`. A request with neither is served: curl, a page of the same origin, a
    /// browser without that header. No page of another origin reads the answer then.
    pub(crate) fn admit(
        &self,
        origin: Option<&str>,
        fetch_site: Option<&str>,
    ) -> Option<HeaderValue> {
        match (self, origin) {
            (Self::Any, _) => Some(ANY),
            (Self::List(list), Some(origin)) => {
                let is_allowed = list.iter().any(|allowed| allowed.matches(origin));
                HeaderValue::try_from(origin).ok().filter(|_| is_allowed)
            }
            (Self::List(_), None) => match fetch_site {
                Some("cross-site" | "same-site") => None,
                _ => Some(ANY),
            },
        }
    }
}

impl Setting for AllowedOrigins {
    const ALLOWED: &str = "* or comma-separated origins such as https://example.com: http or https, \
                           a host and an optional port, no path and no trailing slash; or \
                           https://*.example.dev for one label below";
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
                let list: Vec<_> = list.iter().map(ToString::to_string).collect();
                f.write_str(&list.join(","))
            }
        }
    }
}
