//! Request to response: what API Gateway hands over, and what it gets back.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use lambda_http::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, CONTENT_TYPE, ORIGIN,
    VARY,
};
use lambda_http::http::{HeaderValue, Method, StatusCode};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt, Response};
use serde::Serialize;
use tracing::{Instrument, Span};

use crate::config::Config;
use crate::count::Count;
use crate::counter::{Counter, VisitError, causes};
use crate::origin::AllowedOrigins;
use crate::problem::Problem;

const PATH: &str = "/visitorcount";

/// Answers the requests that API Gateway hands over.
#[derive(Clone, Debug)]
pub struct Handler {
    counter: Counter,
    origins: AllowedOrigins,
}

#[derive(Clone, Copy)]
enum Route {
    Visit,
    Preflight,
}

#[derive(Serialize)]
struct Visits {
    count: Count,
}

impl Handler {
    /// The handler that a configuration describes. Connects to nothing yet.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            counter: Counter::new(config),
            origins: config.allowed_origins.clone(),
        }
    }

    /// See [`Counter::warm_up`].
    pub async fn warm_up(&self) {
        self.counter.warm_up().await;
    }

    /// Answers one request, whatever happens: a panic becomes a 500 as well.
    pub async fn handle(&self, request: Request) -> Response<Body> {
        let request_id = request_id(&request);
        let allowed_origin = self.origins.admit(request.headers().get(ORIGIN));
        let answer = AssertUnwindSafe(self.answer(route(&request), allowed_origin.is_some()))
            .catch_unwind()
            .instrument(span(&request, request_id))
            .await
            .unwrap_or(Err(Problem::Internal));

        let mut response = answer.unwrap_or_else(|problem| problem.response(request_id));
        let headers = response.headers_mut();
        // A page whose origin is refused must be able to read why. There is nothing secret in it.
        let allowed_origin = allowed_origin.unwrap_or(HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed_origin);
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("Retry-After"),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, HeaderValue::from_static("Origin"));
        response
    }

    async fn answer(
        &self,
        route: Option<Route>,
        origin_is_allowed: bool,
    ) -> Result<Response<Body>, Problem> {
        match route {
            None => Err(Problem::NotFound),
            Some(_) if !origin_is_allowed => Err(Problem::ForeignOrigin),
            Some(Route::Preflight) => Ok(preflight()),
            Some(Route::Visit) => match self.counter.visit().await {
                Ok(count) => Ok(visits(count)),
                Err(error) => {
                    log(&error);
                    Err(Problem::from(&error))
                }
            },
        }
    }
}

/// Routes on the path as API Gateway's resource has it: the request's own also holds the stage, or
/// the base path of a custom domain.
fn route(request: &Request) -> Option<Route> {
    let RequestContext::ApiGatewayV1(context) = request.request_context_ref()? else {
        return None;
    };
    if context.resource_path.as_deref() != Some(PATH) {
        return None;
    }
    match *request.method() {
        Method::GET => Some(Route::Visit),
        Method::OPTIONS => Some(Route::Preflight),
        _ => None,
    }
}

fn visits(count: Count) -> Response<Body> {
    tracing::debug!(%count, "counted");
    let json = serde_json::to_string(&Visits { count }).unwrap_or_default();
    let mut response = Response::new(Body::Text(json));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Allows what a simple page needs and more: there are no credentials to protect.
fn preflight() -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, OPTIONS"),
    );
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
    // A day, in seconds. Browsers keep to maxima of their own.
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// The gateway's id of the request, which its access log and its own errors carry too.
///
/// API Gateway always gives one; an event made by hand may do without.
fn request_id(request: &Request) -> &str {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => context.request_id.as_deref(),
        _ => None,
    }
    .unwrap_or("unknown")
}

fn span(request: &Request, request_id: &str) -> Span {
    let lambda = request.lambda_context_ref();
    tracing::error_span!(
        "request",
        requestId = request_id,
        lambdaRequestId = lambda.map(|lambda| lambda.request_id.as_str()),
        traceId = lambda.and_then(|lambda| lambda.xray_trace_id.as_deref()),
    )
}

fn log(error: &VisitError) {
    tracing::error!(code = %error.code, causes = %causes(error), "visit failed");
}
