//! From an event to its response.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use lambda_http::http::HeaderValue;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use lambda_http::{Body, Context, Response};
use serde::Serialize;
use tracing::{Instrument, Span};

use crate::badge::Badge;
use crate::config::Config;
use crate::cors;
use crate::count::Count;
use crate::counter::Counter;
use crate::day::Day;
use crate::event::{Event, Header, MalformedEvent, MalformedParameter, Parameter};
use crate::item::Subject;
use crate::log::causes;
use crate::origin::{ANY, AllowedOrigins};
use crate::page::{PagePath, Pages};
use crate::problem::Problem;
use crate::reading::{DayCount, ReadError};
use crate::reason::Reason;
use crate::token::Time;
use crate::view::View;
use crate::visit_error::VisitError;

/// Answers the events that API Gateway sends.
#[derive(Clone, Debug)]
pub struct Handler {
    counter: Counter,
    origins: AllowedOrigins,
    crawlers_count: bool,
    pages: Pages,
}

/// What a path of the API is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Route {
    Visit,
    Current,
    History,
    BadgeSvg,
    BadgeJson,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Method {
    Get,
    Options,
}

/// The answer to a visit.
#[derive(Serialize)]
struct Visits {
    count: Count,
    counted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "PageVisits::are_off")]
    page: PageVisits,
}

/// The visits of the page that a visit was of.
#[derive(Serialize)]
#[serde(untagged)]
enum PageVisits {
    /// The visit named no page, or pages have no numbers.
    Off,
    /// The page's number isn't known.
    Unknown,
    Known {
        path: PagePath,
        count: Count,
    },
}

/// A number that was read.
#[derive(Serialize)]
struct Current {
    count: Count,
}

/// The visits of some days.
#[derive(Serialize)]
struct History {
    days: Vec<DayCount>,
}

impl Handler {
    /// The handler that a configuration describes. Connects to nothing yet.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            counter: Counter::new(config),
            origins: config.allowed_origins.clone(),
            crawlers_count: config.count_crawlers.is_on(),
            pages: config.pages.clone(),
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
                cors::finish(Problem::Internal.response(request_id), ANY)
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
        // The route first: API Gateway's own 404 doesn't look at the origin either.
        let Some((method, route)) = route(event) else {
            return cors::finish(Problem::NotFound.response(request_id), ANY);
        };
        let Some(origin) = self.admit(route, event) else {
            // The page must be able to read why, and nothing in it is secret.
            return cors::finish(Problem::ForeignOrigin.response(request_id), ANY);
        };
        let answer = match method {
            Method::Options => Ok(cors::preflight()),
            Method::Get => AssertUnwindSafe(answer(route))
                .catch_unwind()
                .instrument(span(request_id, lambda))
                .await
                .unwrap_or(Err(Problem::Internal)),
        };
        let response = answer.unwrap_or_else(|problem| match route {
            Route::BadgeSvg => problem.with_body(SVG, Badge::error(problem.detail())),
            _ => problem.response(request_id),
        });
        cors::finish(response, origin)
    }

    /// The `Access-Control-Allow-Origin` of the answer, unless the page may not count.
    fn admit(&self, route: Route, event: &Event) -> Option<HeaderValue> {
        match route {
            Route::Visit => {
                let site = event.header(Header::FetchSite).last();
                self.origins.admit(event.origin(), site)
            }
            // Everybody may read.
            _ => Some(ANY),
        }
    }

    async fn answer(&self, route: Route, event: &Event) -> Result<Response<Body>, Problem> {
        match route {
            Route::Visit => self.visit(event).await,
            Route::Current => {
                let count = self.read(event).await?;
                Ok(json(&Current { count }, Some("public, max-age=10")))
            }
            Route::History => {
                let subject = self.subject(event)?;
                let today = Day::of(Time::now());
                let days = self.counter.days(&subject, today).await;
                let days = days.map_err(failed_read)?;
                Ok(json(&History { days }, Some("public, max-age=60")))
            }
            Route::BadgeSvg => {
                let badge = Badge::of(event)?;
                let svg = badge.svg(self.read(event).await?);
                // GitHub's proxy would show an older number for hours.
                Ok(response(SVG, Some("no-cache"), svg))
            }
            Route::BadgeJson => {
                let badge = Badge::of(event)?;
                let body = badge.json(self.read(event).await?);
                Ok(response(JSON, Some("public, max-age=300"), body))
            }
        }
    }

    /// Counts a visit, and one of its page.
    async fn visit(&self, event: &Event) -> Result<Response<Body>, Problem> {
        let view = event.parse(Parameter::View, str::parse)?;
        let page = self.page(event)?;
        let reason = Reason::of(event, self.crawlers_count);
        let (count, page) = match reason {
            Some(_) => self.read_both(page).await?,
            None => self.count_both(page, view).await?,
        };
        tracing::debug!(%count, ?reason, "answered");
        let visits = Visits {
            count,
            counted: reason.is_none(),
            reason,
            page,
        };
        Ok(json(&visits, None))
    }

    async fn count_both(
        &self,
        page: Option<PagePath>,
        view: Option<View>,
    ) -> Result<(Count, PageVisits), Problem> {
        let now = Time::now();
        let Some(path) = page else {
            let site = self.counter.visit(&Subject::Site, view, now).await;
            return match site {
                Ok(count) => Ok((count, PageVisits::Off)),
                Err(error) => Err(failed_visit(&error)),
            };
        };
        let subject = Subject::Page(path.clone());
        let (site, page) = futures_util::join!(
            self.counter.visit(&Subject::Site, view, now),
            self.counter.visit(&subject, view, now),
        );
        let page_problem = page.as_ref().err().map(failed_visit);
        match site {
            Ok(count) => Ok((count, PageVisits::of(path, page.ok()))),
            Err(error) => match failed_visit(&error) {
                // A frontend that sends it again would count the page twice.
                Problem::Busy if page_problem != Some(Problem::Busy) => Err(Problem::Unconfirmed),
                problem => Err(problem),
            },
        }
    }

    async fn read_both(&self, page: Option<PagePath>) -> Result<(Count, PageVisits), Problem> {
        let count = self.counter.count(&Subject::Site).await;
        let count = count.map_err(failed_read)?;
        let Some(path) = page else {
            return Ok((count, PageVisits::Off));
        };
        let page = self.counter.count(&Subject::Page(path.clone())).await;
        let page = page.map_err(failed_read).ok();
        Ok((count, PageVisits::of(path, page)))
    }

    /// Reads the number that a request asks for.
    async fn read(&self, event: &Event) -> Result<Count, Problem> {
        let subject = self.subject(event)?;
        self.counter.count(&subject).await.map_err(failed_read)
    }

    /// What a reading request asks for: the site, or a page.
    fn subject(&self, event: &Event) -> Result<Subject, Problem> {
        let page = self.page(event)?;
        Ok(page.map_or(Subject::Site, Subject::Page))
    }

    /// The page that a request names. Where pages have no numbers, the parameter is like any other.
    fn page(&self, event: &Event) -> Result<Option<PagePath>, MalformedParameter> {
        if self.pages.are_on() {
            event.parse(Parameter::Page, |path| self.pages.read(path))
        } else {
            Ok(None)
        }
    }
}

impl PageVisits {
    fn of(path: PagePath, count: Option<Count>) -> Self {
        count.map_or(Self::Unknown, |count| Self::Known { path, count })
    }

    fn are_off(&self) -> bool {
        matches!(self, Self::Off)
    }
}

fn route(event: &Event) -> Option<(Method, Route)> {
    let (method, path) = event.route();
    let method = match method {
        "GET" => Method::Get,
        "OPTIONS" => Method::Options,
        _ => return None,
    };
    let route = match path {
        "/visitorcount" => Route::Visit,
        "/visitorcount/current" => Route::Current,
        "/visitorcount/history" => Route::History,
        "/visitorcount/badge.svg" => Route::BadgeSvg,
        "/visitorcount/badge.json" => Route::BadgeJson,
        _ => return None,
    };
    Some((method, route))
}

const JSON: &str = "application/json";
const SVG: &str = "image/svg+xml";

fn json(body: &impl Serialize, cache: Option<&'static str>) -> Response<Body> {
    response(JSON, cache, serde_json::to_string(body).unwrap_or_default())
}

fn response(
    content_type: &'static str,
    cache: Option<&'static str>,
    body: String,
) -> Response<Body> {
    let mut response = Response::new(Body::Text(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Some(cache) = cache {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    }
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

/// Logs why a visit failed, and returns what its sender may know.
fn failed_visit(error: &VisitError) -> Problem {
    tracing::error!(code = %error.code, causes = %causes(error), "visit failed");
    Problem::from(error)
}

/// Logs why a number can't be read, and returns what its reader may know.
fn failed_read(error: ReadError) -> Problem {
    let (problem, cause) = match error {
        ReadError::Unavailable(cause) => (Problem::Unreadable, cause),
        ReadError::Broken(cause) => (Problem::Internal, cause),
    };
    tracing::error!(code = %cause.code, causes = %causes(&*cause.source), "read failed");
    problem
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
    use lambda_http::http::header::ACCESS_CONTROL_ALLOW_ORIGIN;

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
            "requestContext": { "resourcePath": "/visitorcount" },
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
