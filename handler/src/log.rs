//! Log lines: JSON on standard output, which Lambda sends to CloudWatch.

use std::error::Error;
use std::panic;
use std::str::FromStr;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;

use crate::setting::{NotAllowed, Setting, one_of};

/// Which lines are written and how they look.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Log {
    /// The least severe level that is written.
    pub level: Level,
    /// Form of a line.
    pub format: Format,
}

/// Severity of a log line, by the names Lambda uses.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Level {
    Trace,
    Debug,
    #[default]
    Info,
    Warn,
    /// Also Lambda's `FATAL`, which tracing doesn't have.
    Error,
}

/// Form of a log line.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Format {
    /// One object per line, for machines.
    #[default]
    Json,
    /// Plain text, for people.
    Text,
}

impl Log {
    /// Starts logging in this process, and makes each panic one log line.
    ///
    /// Libraries write no more than warnings: their debug and trace lines hold requests, with the
    /// visitors' IP addresses and user agents.
    pub fn init(self) {
        let own = self.level.filter();
        let libraries = own.min(LevelFilter::WARN);
        let filter = Targets::new()
            .with_default(libraries)
            .with_target("visitor_counter", own)
            // Repeats the line of our own panic hook.
            .with_target("lambda_runtime::layers::panic", LevelFilter::OFF);
        let registry = tracing_subscriber::registry().with(filter);
        let layer = fmt::layer().with_target(false).with_ansi(false);
        // Only a second call in one process fails; then the logging stays as it is.
        let _ = match self.format {
            Format::Json => tracing::subscriber::set_global_default(
                registry.with(layer.json().flatten_event(true).with_span_list(false)),
            ),
            Format::Text => tracing::subscriber::set_global_default(registry.with(layer)),
        };
        panic::set_hook(Box::new(|panic| {
            let message = panic.payload_as_str().unwrap_or("a value that is no text");
            let location = panic.location().map(tracing::field::display);
            tracing::error!(code = "Panic", location, causes = message, "panicked");
        }));
    }
}

impl Level {
    fn filter(self) -> LevelFilter {
        match self {
            Self::Trace => LevelFilter::TRACE,
            Self::Debug => LevelFilter::DEBUG,
            Self::Info => LevelFilter::INFO,
            Self::Warn => LevelFilter::WARN,
            Self::Error => LevelFilter::ERROR,
        }
    }
}

/// An error and all its causes, outermost first.
#[must_use]
pub fn causes(error: &dyn Error) -> String {
    let chain: Vec<_> = std::iter::successors(Some(error), |&error| error.source())
        .map(ToString::to_string)
        .collect();
    chain.join(": ")
}

impl Setting for Level {
    const ALLOWED: &str = "TRACE, DEBUG, INFO, WARN, ERROR or FATAL";
}

impl FromStr for Level {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let levels = [
            ("TRACE", Self::Trace),
            ("DEBUG", Self::Debug),
            ("INFO", Self::Info),
            ("WARN", Self::Warn),
            ("ERROR", Self::Error),
            ("FATAL", Self::Error),
        ];
        one_of(text, &levels)
    }
}

impl Setting for Format {
    const ALLOWED: &str = "JSON or Text";
}

impl FromStr for Format {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        one_of(text, &[("JSON", Self::Json), ("TEXT", Self::Text)])
    }
}
