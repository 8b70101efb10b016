//! From errors to HTTP: the only place where an error becomes a response.

use lambda_http::http::header::{CONTENT_TYPE, RETRY_AFTER};
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use serde::Serialize;

use crate::event::{MalformedParameter, Parameter};
use crate::visit_error::{VisitError, VisitErrorKind};

/// Why a request got no number, as far as its sender may know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Problem {
    /// No such path, or no such method on it.
    NotFound,
    /// The page's origin is not allowed.
    ForeignOrigin,
    /// A query parameter is malformed.
    Malformed(MalformedParameter),
    /// Certainly not counted: the request may be sent again.
    Busy,
    /// Perhaps counted: the request must not be sent again.
    Unconfirmed,
    /// The number can't be read.
    Unreadable,
    /// The counter, its table or its configuration is broken.
    Internal,
}

/// RFC 9457 problem details.
#[derive(Serialize)]
struct Details<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'static str,
    #[serde(rename = "requestId")]
    request_id: &'a str,
}

impl Problem {
    fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Busy | Self::Unconfirmed | Self::Unreadable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) fn detail(self) -> &'static str {
        match self {
            Self::NotFound => "There is nothing here. GET /visitorcount counts a visit.",
            Self::ForeignOrigin => "Pages of this origin may not count visits here.",
            Self::Malformed(MalformedParameter(parameter)) => rule(parameter),
            Self::Busy => "The visit was not counted. Try again in a moment.",
            Self::Unconfirmed => {
                "The visit may have been counted. Send it again only with the same view."
            }
            Self::Unreadable => "The number can't be read now. Try again in a moment.",
            Self::Internal => {
                "The counter is broken or misconfigured. Its log has the cause under this request id."
            }
        }
    }

    pub(crate) fn response(self, request_id: &str) -> Response<Body> {
        let status = self.status();
        let details = Details {
            // The status says it all, so the title is the status's own (RFC 9457, section 4.2.1).
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: self.detail(),
            request_id,
        };
        let json = serde_json::to_string(&details).unwrap_or_default();
        self.with_body("application/problem+json", json)
    }

    /// The response with another body.
    pub(crate) fn with_body(self, content_type: &'static str, body: String) -> Response<Body> {
        let mut response = Response::new(Body::Text(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        // Frontends retry when they see this header, so only if nothing was counted.
        if matches!(self, Self::Busy | Self::Unreadable) {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// What a parameter may hold.
fn rule(parameter: Parameter) -> &'static str {
    match parameter {
        Parameter::View => {
            "Nothing was counted: view must be given once, as 16 to 64 of A-Z a-z 0-9 - _."
        }
        Parameter::Page => {
            "Nothing was counted: page must be given once, as the path of a page that is counted here."
        }
        Parameter::Label => "label must be given once, as 1 to 40 characters.",
        Parameter::Color => {
            "color must be given once, as a name such as green, or as 3 or 6 hexadecimal digits."
        }
        Parameter::Style => "style must be given once, as flat or flat-square.",
        Parameter::Compact => "compact must be given once, as true or false, or without a value.",
    }
}

impl From<MalformedParameter> for Problem {
    fn from(malformed: MalformedParameter) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<&VisitError> for Problem {
    fn from(error: &VisitError) -> Self {
        match error.kind {
            VisitErrorKind::NotCounted => Self::Busy,
            VisitErrorKind::Unconfirmed => Self::Unconfirmed,
            VisitErrorKind::Refused => Self::Internal,
        }
    }
}
