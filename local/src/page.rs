//! The demo page: the files of `frontend/`, with the headers that your site should send too.

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::routing::get;
use visitor_counter::Handler;

/// Allows what the page needs, and nothing else. Its icon is an empty `data:` URL, its badge an image.
const POLICY: &str = "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'none'; \
     frame-ancestors 'none'; img-src 'self' data:; script-src 'self'; style-src 'self'";

const CSS: &str = "text/css; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Serves GET and HEAD of each file.
pub(crate) fn routes() -> Router<Handler> {
    let files = [
        ("/", HTML, include_str!("../../frontend/index.html")),
        ("/demo.css", CSS, include_str!("../../frontend/demo.css")),
        (
            "/demo.js",
            JAVASCRIPT,
            include_str!("../../frontend/demo.js"),
        ),
        (
            "/visitor-count.js",
            JAVASCRIPT,
            include_str!("../../frontend/visitor-count.js"),
        ),
    ];
    files
        .into_iter()
        .fold(Router::new(), |router, (path, kind, text)| {
            let headers = [
                (CACHE_CONTROL, "no-cache"),
                (CONTENT_SECURITY_POLICY, POLICY),
                (CONTENT_TYPE, kind),
                (REFERRER_POLICY, "no-referrer"),
                (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            router.route(path, get((headers, text)))
        })
}
