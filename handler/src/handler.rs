//! From an event to its response.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use lambda_http::http::HeaderValue;
use lambda_http::http::header::CONTENT_TYPE;
use lambda_http::{Body, Context, Response};
use serde::Serialize;
use tracing::{Instrument, Span};

use crate::config::Config;
use crate::cors;
use crate::count::Count;
use crate::counter::Counter;
use crate::event::{Event, MalformedEvent};
use crate::log::causes;
use crate::origin::AllowedOrigins;
use crate::problem::Problem;
use crate::setting::NotAllowed;
use crate::visit_error::VisitError;

const PATH: &str = "/visitorcount";

/// Answers the events that API Gateway sends.
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

    /// Opens the connection to DynamoDB, so that the first visit needn't wait for it. Takes at most
    /// [`ATTEMPT_LIMIT`](crate::ATTEMPT_LIMIT). A failure is only logged.
    pub async fn warm_up(&self) {
        self.counter.warm_up().await;
    }

    /// Answers one event, given as JSON. Never fails: an event that can't be read and a panic
    /// become a 500 too. The log has the ids of Lambda's context, if there is one.
    pub async fn handle(&self, event: &str, lambda: Option<&Context>) -> Response<Body> {
        match Event::from_json(event) {
            Ok(event) => {
                self.respond(&event, lambda, |route| self.answer(route, &event))
                    .await
            }
            Err(malformed) => {
                let request_id = malformed.request_id();
                span(request_id, lambda).in_scope(|| log_malformed(&malformed));
                cors::finish(Problem::Internal.response(request_id), None)
            }
        }
    }

    /// Turns an event's answer into a response. A panic becomes a problem.
    async fn respond<A: Future<Output = Result<Response<Body>, Problem>>>(
        &self,
        event: &Event,
        lambda: Option<&Context>,
        answer: impl FnOnce(Route) -> A,
    ) -> Response<Body> {
        let request_id = event.request_id();
        let (answer, origin) = match self.admit(event) {
            Ok((route, origin)) => {
                let answer = AssertUnwindSafe(answer(route))
                    .catch_unwind()
                    .instrument(span(request_id, lambda))
                    .await
                    .unwrap_or(Err(Problem::Internal));
                (answer, Some(origin))
            }
            Err(problem) => (Err(problem), None),
        };
        let response = answer.unwrap_or_else(|problem| problem.response(request_id));
        cors::finish(response, origin)
    }

    /// Finds the route, and the `Access-Control-Allow-Origin` of its answer.
    fn admit(&self, event: &Event) -> Result<(Route, &HeaderValue), Problem> {
        // The route first: API Gateway's own 404 doesn't look at the origin either.
        let route = route(event).ok_or(Problem::NotFound)?;
        let origin = self.origins.admit(event.origin());
        Ok((route, origin.ok_or(Problem::ForeignOrigin)?))
    }

    async fn answer(&self, route: Route, event: &Event) -> Result<Response<Body>, Problem> {
        match route {
            Route::Preflight => Ok(cors::preflight()),
            Route::Visit => {
                let view = event.view().map_err(|NotAllowed| Problem::MalformedView)?;
                match self.counter.visit(view).await {
                    Ok(count) => Ok(visits(count)),
                    Err(error) => {
                        log_failure(&error);
                        Err(Problem::from(&error))
                    }
                }
            }
        }
    }
}

fn route(event: &Event) -> Option<Route> {
    match event.route() {
        ("GET", PATH) => Some(Route::Visit),
        ("OPTIONS", PATH) => Some(Route::Preflight),
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

fn span(request_id: &str, lambda: Option<&Context>) -> Span {
    tracing::error_span!(
        "request",
        requestId = request_id,
        lambdaRequestId = lambda.map(|lambda| lambda.request_id.as_str()),
        traceId = lambda.and_then(|lambda| lambda.xray_trace_id.as_deref()),
    )
}

fn log_failure(error: &VisitError) {
    tracing::error!(code = %error.code, causes = %causes(error), "visit failed");
}

fn log_malformed(event: &MalformedEvent) {
    tracing::error!(
        code = "MalformedEvent",
        kind = ?event.kind,
        line = event.line,
        column = event.column,
        "event not understood"
    );
}

#[cfg(test)]
mod tests {
    use lambda_http::http::StatusCode;
    use lambda_http::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};

    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_a_500_problem_that_an_allowed_page_can_read() {
        let vars = |name: &str| match name {
            "ALLOWED_ORIGINS" => Some("https://a.example".into()),
            "AWS_REGION" => Some("eu-central-1".into()),
            "AWS_ENDPOINT_URL" => Some("http://127.0.0.1:1".into()),
            "TABLE_NAME" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("any".into()),
            _ => None,
        };
        let handler = Handler::new(&Config::from_vars(vars).unwrap());
        let event = serde_json::json!({
            "httpMethod": "GET",
            "headers": { "Origin": "https://a.example" },
            "requestContext": { "resourcePath": PATH },
        });
        let event = serde_json::from_str(&event.to_string()).unwrap();

        let response = handler
            .respond(&event, None, |_| async { panic!("a bug") })
            .await;

        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(
            response.headers()[ACCESS_CONTROL_ALLOW_ORIGIN],
            "https://a.example"
        );
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        let body = String::from_utf8(response.body().to_vec()).unwrap();
        assert!(!body.contains("a bug"), "{body}");
    }
}
