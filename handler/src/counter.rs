//! The numbers, and the writes that raise them by one for each visit.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use tokio::time::{Instant, sleep, timeout_at};

use crate::attempt::{Attempt, Failure};
use crate::config::{Config, TableName};
use crate::count::{Count, StartCount};
use crate::day::{Day, HistoryDays};
use crate::dynamodb::{self, LONGEST_WAIT, MOST_FAILURES, OPERATION_LIMIT, SLOT_LIMIT};
use crate::item::{KEY, Subject, Write};
use crate::log::causes;
use crate::random::random;
use crate::token::{Time, Token};
use crate::view::View;
use crate::visit_error::{Cause, VisitError, VisitErrorKind};

/// Writes of one visit. Each costs money, and beside a busy site's other visits, this many suffice.
const MOST_ATTEMPTS: u32 = 9;

/// Writes of one visit, where one may have been applied.
const MOST_ATTEMPTS_IF_UNCLEAR: u32 = 2;

/// The counter of a site: a number for the site and one for each page, in an item each of one table.
#[derive(Clone, Debug)]
pub(crate) struct Counter {
    pub(crate) client: Client,
    pub(crate) table: TableName,
    pub(crate) start: StartCount,
    pub(crate) history: HistoryDays,
}

impl Counter {
    /// The counter that a configuration describes. Connects to nothing yet.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            client: dynamodb::client(config),
            table: config.table_name.clone(),
            start: config.start_count,
            history: config.history_days,
        }
    }

    /// The number that the first visit counts up from.
    pub(crate) fn start(&self, subject: &Subject) -> StartCount {
        match subject {
            Subject::Site => self.start,
            // The older counter, which the site's number continues, had none for the page.
            Subject::Page(_) => StartCount::default(),
        }
    }

    /// Opens the connection to DynamoDB, so that the first visit needn't wait for it.
    ///
    /// Takes at most [`ATTEMPT_LIMIT`](dynamodb::ATTEMPT_LIMIT). Lambda gives a starting function a
    /// full CPU, so that is the time to do it. A failure is only logged: it makes the first visit
    /// slower, and nothing worse.
    pub(crate) async fn warm_up(&self) {
        // AWS bills this read like any other.
        let read = self
            .client
            .get_item()
            .table_name(self.table.to_string())
            .key(KEY, AttributeValue::S(Subject::Site.to_string()));
        if let Err(error) = read.send().await {
            let code = error.code().unwrap_or("Unreachable");
            tracing::warn!(code, causes = %causes(&error), "warm-up failed, the first visit will be slower");
        }
    }

    /// Counts one visit exactly once, and returns the number that its own write made.
    ///
    /// A visit of a view that is counted already gets the number that it got then, as long as no
    /// later visit has its slot. The first visit of all creates the item, one above the start value.
    /// A stored value that is no number, or outside of 0 to 2^53 − 2, stays as it is. The visit
    /// counts for the day of `now`, whenever its write is applied.
    ///
    /// # Errors
    ///
    /// [`VisitError`] says whether the visit may have been counted.
    pub(crate) async fn visit(
        &self,
        subject: &Subject,
        view: Option<View>,
        now: Time,
    ) -> Result<Count, VisitError> {
        let begun = Instant::now();
        // Lambda freezes the process between visits. One turn of the event loop lets the client
        // notice connections that were closed meanwhile, before it chooses one for this visit.
        tokio::task::yield_now().await;
        let today = Day::of(now);
        let mut write = Write {
            token: Token {
                time: now,
                view: view.unwrap_or_else(View::unnamed),
            },
            day: self.history.are_on().then_some(today),
        };
        let mut progress = Progress::new(view);
        loop {
            // Boxed, or each layer up to Lambda's runtime would copy its thousands of bytes.
            let cause = match Box::pin(self.write(subject, write)).await {
                Attempt::Counted(count) => return Ok(count),
                Attempt::BeganDay(count) => {
                    let forget = Box::pin(self.forget_old_days(subject, today));
                    // Another day's visit will do it if this one has no time left.
                    let _ = timeout_at(begun + OPERATION_LIMIT, forget).await;
                    return Ok(count);
                }
                Attempt::Failed(Failure::Refused(cause)) => {
                    return Err(VisitError::new(VisitErrorKind::Refused, cause));
                }
                Attempt::Unexplained(cause) => {
                    return Err(VisitError::new(VisitErrorKind::Unconfirmed, cause));
                }
                Attempt::SlotTaken(by, cause) => {
                    progress.slot_taken = true;
                    if begun.elapsed() >= SLOT_LIMIT {
                        return Err(progress.failure(cause));
                    }
                    write.token.time = Time::now_after(by);
                    cause
                }
                Attempt::Failed(Failure::NotApplied(cause)) => {
                    progress.failures += 1;
                    if !progress.is_last() {
                        sleep(wait()).await;
                    }
                    cause
                }
                // Again with the same token: then it can't count twice.
                Attempt::Failed(Failure::Unclear(cause)) => {
                    progress.unclear = true;
                    cause
                }
            };
            if progress.is_last() {
                return Err(progress.failure(cause));
            }
            progress.attempts += 1;
        }
    }

    async fn write(&self, subject: &Subject, write: Write) -> Attempt {
        let number = |number: String| AttributeValue::N(number);
        let token = write.token;
        let update = self
            .client
            .update_item()
            .table_name(self.table.to_string())
            .key(KEY, AttributeValue::S(subject.to_string()))
            .update_expression(write.update())
            .condition_expression(write.condition())
            .expression_attribute_values(":start", number(self.start(subject).to_string()))
            .expression_attribute_values(":one", number("1".to_owned()))
            .expression_attribute_values(":zero", number("0".to_owned()))
            .expression_attribute_values(":max", number(StartCount::MAX.to_string()))
            .expression_attribute_values(":token", AttributeValue::S(token.to_string()))
            .expression_attribute_values(":view", AttributeValue::S(token.ending()))
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Attempt::of(write, update.send().await)
    }
}

/// How far the attempts of a visit have come.
struct Progress {
    /// The one under way.
    attempts: u32,
    /// So many of them failed, and were certainly not applied.
    failures: u32,
    /// One of them may have been applied.
    unclear: bool,
    /// A later visit had the slot.
    slot_taken: bool,
    /// An earlier request may have been for the same view.
    is_named: bool,
}

impl Progress {
    fn new(view: Option<View>) -> Self {
        Self {
            attempts: 1,
            failures: 0,
            unclear: false,
            slot_taken: false,
            is_named: view.is_some(),
        }
    }

    fn is_last(&self) -> bool {
        let most = if self.unclear {
            MOST_ATTEMPTS_IF_UNCLEAR
        } else {
            MOST_ATTEMPTS
        };
        self.attempts >= most || self.failures >= MOST_FAILURES
    }

    fn failure(&self, cause: Cause) -> VisitError {
        // The later visit may have taken the slot from an earlier request of this view.
        let kind = if self.unclear || (self.slot_taken && self.is_named) {
            VisitErrorKind::Unconfirmed
        } else {
            VisitErrorKind::NotCounted
        };
        VisitError::new(kind, cause)
    }
}

/// A random time up to the longest, so that requests that were throttled together don't come back
/// together.
pub(crate) fn wait() -> Duration {
    let [byte, ..] = random().to_le_bytes();
    LONGEST_WAIT * u32::from(byte) / 256
}
