//! Which pages may count visits.

use std::fmt;
use std::str::FromStr;

use lambda_http::http::HeaderValue;
use thiserror::Error;
use url::Url;

/// Origin of a page as a browser sends it: scheme, host, and the port where it isn't the default.
///
/// Parsing normalises as browsers do: lower case, default port dropped, international host names
/// in punycode. So a request's `Origin` can be compared byte by byte.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin(HeaderValue);

/// The origins whose pages may count visits.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum AllowedOrigins {
    /// Every page, also one whose origin is `null` (a file, a sandboxed frame).
    #[default]
    Any,
    /// Pages of these origins alone; at least one.
    List(Vec<Origin>),
}

/// Text that is neither `*` nor a list of origins.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{0:?} is not an origin")]
pub struct InvalidOrigin(String);

impl Origin {
    fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let invalid = || InvalidOrigin(text.to_owned());
        let (scheme, authority) = text.split_once("://").ok_or_else(invalid)?;
        // A URL parser forgives what an origin can't hold: a path, a user, white space. A `*` would
        // match nothing.
        let is_bare = !authority.contains(|c: char| "/\\?#@*".contains(c) || c.is_whitespace());
        if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") || !is_bare {
            return Err(invalid());
        }
        let url = Url::parse(text).map_err(|_| invalid())?;
        HeaderValue::try_from(url.origin().ascii_serialization())
            .map(Self)
            .map_err(|_| invalid())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl AllowedOrigins {
    /// The `Access-Control-Allow-Origin` for a request with this `Origin`, or none where its page
    /// may not count.
    ///
    /// A request without `Origin` (same origin, curl) is served, and since nobody reads the header
    /// then, it names the first allowed origin.
    pub(crate) fn admit(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        match (self, origin) {
            (Self::Any, _) => Some(HeaderValue::from_static("*")),
            (Self::List(list), None) => list.first().map(|first| first.0.clone()),
            (Self::List(list), Some(origin)) => list
                .iter()
                .find(|allowed| allowed.0 == *origin)
                .map(|allowed| allowed.0.clone()),
        }
    }
}

impl FromStr for AllowedOrigins {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
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
