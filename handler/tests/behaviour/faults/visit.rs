//! One visit, and what happens around it.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::iter::repeat_with;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::plan::Plan;
use super::proxy::Proxy;
use crate::support::event;
use crate::support::lambda::Lambda;
use crate::support::reply::Reply;

pub(super) const ORIGIN: &str = "https://example.com";

/// One visit.
pub(super) struct Visit {
    /// What happens to the process before it.
    before: Before,
    /// The name of its view, if it has one.
    pub(super) view: Option<String>,
    pub(super) plan: Plan,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Before {
    Nothing,
    /// The idle connection is closed.
    HangUp,
    /// The process is frozen, the idle connection is lost, and the process is thawed before or
    /// after the event is sent.
    Freeze {
        lost: Lost,
        thaws_first: bool,
    },
}

/// How a connection is lost.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Lost {
    Closed,
    InSilence,
}

impl Visit {
    /// A visit of one of these views, or of none that has a name.
    pub(super) fn random(random: &mut Rng, views: &[String]) -> Self {
        Self {
            before: match random.u8(..10) {
                0 => Before::HangUp,
                1..4 => Before::Freeze {
                    lost: random.choice([Lost::Closed, Lost::InSilence]).unwrap(),
                    thaws_first: random.bool(),
                },
                _ => Before::Nothing,
            },
            view: random
                .u8(..3)
                .gt(&0)
                .then(|| random.choice(views).unwrap().clone()),
            plan: Plan::random(random),
        }
    }

    /// Whether connections are closed just before it.
    pub(super) fn loses_connections(&self) -> bool {
        match self.before {
            Before::Nothing => false,
            Before::HangUp => true,
            Before::Freeze { lost, .. } => lost == Lost::Closed,
        }
    }

    /// Whether the connection is lost before it, and nobody is told.
    pub(super) fn loses_silently(&self) -> bool {
        matches!(
            self.before,
            Before::Freeze {
                lost: Lost::InSilence,
                ..
            }
        )
    }

    /// Sends it, and returns its reply with the time it took.
    pub(super) async fn send(&self, lambda: &Lambda, proxy: &mut Proxy) -> (Reply, Duration) {
        let thaw_after = self.prepare(lambda, proxy).await;
        let begin = Instant::now();
        let thaw = async {
            if let Some(wait) = thaw_after {
                sleep(wait).await;
                lambda.thaw();
            }
        };
        let event = self.event();
        let (reply, ()) = tokio::join!(lambda.request(&event), thaw);
        (reply, begin.elapsed())
    }

    /// Does what happens before it, and returns how long the process stays frozen, if it is.
    async fn prepare(&self, lambda: &Lambda, proxy: &mut Proxy) -> Option<Duration> {
        let (lost, thaws_first) = match self.before {
            Before::Nothing => return None,
            Before::HangUp => {
                proxy.hang_up().await;
                return None;
            }
            Before::Freeze { lost, thaws_first } => (lost, thaws_first),
        };
        lambda.freeze();
        match lost {
            Lost::Closed => proxy.hang_up().await,
            Lost::InSilence => proxy.fall_silent(),
        }
        if thaws_first {
            lambda.thaw();
            return None;
        }
        // Long enough for the event to reach the process's socket, which nothing reports.
        Some(Duration::from_millis(5))
    }

    fn event(&self) -> Value {
        let mut patch = json!({
            "headers": { "Origin": ORIGIN },
            "multiValueHeaders": { "Origin": [ORIGIN] },
        });
        if let Some(view) = &self.view {
            patch["queryStringParameters"] = json!({ "view": view });
            patch["multiValueQueryStringParameters"] = json!({ "view": [view] });
        }
        event::visit_with(&patch)
    }
}

/// Names of views: the first two share a slot, the third has another.
pub(super) fn names(random: &mut Rng) -> Vec<String> {
    let name = || -> String {
        let characters = || match random.u8(..16) {
            0 => '-',
            1 => '_',
            _ => random.alphanumeric(),
        };
        repeat_with(characters).take(20).collect()
    };
    let mut names = repeat_with(name);
    let first = names.next().unwrap();
    let (same, others): (Vec<_>, Vec<_>) =
        names.take(200).partition(|name| slot(name) == slot(&first));
    [
        Some(first),
        same.into_iter().next(),
        others.into_iter().next(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The slot that the handler gives to a view's name.
fn slot(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish() % 16
}

impl fmt::Debug for Visit {
    /// One line, even in the alternate form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?}, view {:?}, reachable for {:?}: {:?}",
            self.before, self.view, self.plan.reachable_for, self.plan.requests
        )
    }
}
