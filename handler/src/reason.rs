//! Why a visit isn't counted, though its request is answered.

use serde::Serialize;

use crate::crawler::is_crawler;
use crate::event::{Event, Header};

/// Why a visit isn't counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reason {
    /// The browser fetched ahead: nobody may ever see the page.
    Prefetch,
    /// No person is there: a crawler, a link preview, a monitor or a headless browser.
    Crawler,
}

impl Reason {
    /// Why the visit of this request isn't counted, if it isn't.
    pub(crate) fn of(event: &Event, crawlers_count: bool) -> Option<Self> {
        let is_crawler = || event.header(Header::UserAgent).any(is_crawler);
        if event.header(Header::Purpose).any(is_ahead) {
            Some(Self::Prefetch)
        } else if !crawlers_count && is_crawler() {
            Some(Self::Crawler)
        } else {
            None
        }
    }
}

/// Whether a purpose is one before a visit: `prefetch;prerender`, or `preview` of older browsers.
fn is_ahead(purpose: &str) -> bool {
    let purpose = purpose.to_ascii_lowercase();
    ["prefetch", "prerender", "preview"]
        .iter()
        .any(|ahead| purpose.contains(ahead))
}
