//! Reads of the numbers, and what only reads find: days that are over.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use tokio::time::sleep;

use crate::attempt::Failure;
use crate::count::Count;
use crate::counter::{Counter, wait};
use crate::day::Day;
use crate::dynamodb::MOST_FAILURES;
use crate::item::{Item, KEY, Subject};
use crate::log::causes;
use crate::visit_error::Cause;

/// Visits of one day.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct DayCount {
    pub(crate) day: Day,
    pub(crate) count: Count,
}

/// Why a number can't be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// DynamoDB is busy or unreachable.
    Unavailable(Cause),
    /// The counter, its table or its configuration is broken.
    Broken(Cause),
}

impl Counter {
    /// Reads the number of visits, without counting one. Before the first visit, it is the number
    /// that this one will count up from.
    ///
    /// The number may be a moment old: such a read costs half as much.
    pub(crate) async fn count(&self, subject: &Subject) -> Result<Count, ReadError> {
        let item = self.read(subject).await?;
        match Item(&item).visits() {
            Ok(visits) => Ok(visits.unwrap_or_else(|| self.start(subject).into())),
            Err(error) => Err(ReadError::Broken(Cause::new("NotACount", error))),
        }
    }

    /// Reads the visits of the days that are kept, oldest first.
    pub(crate) async fn days(
        &self,
        subject: &Subject,
        today: Day,
    ) -> Result<Vec<DayCount>, ReadError> {
        let item = self.read(subject).await?;
        let days = self.history.until(today).map(|day| DayCount {
            day,
            count: Item(&item).visits_of(day),
        });
        Ok(days.collect())
    }

    /// Removes the days that aren't kept any more from an item, in one write. Days of the future are
    /// of a wrong clock.
    ///
    /// A failure is only logged: the first visit of another day does it.
    pub(crate) async fn forget_old_days(&self, subject: &Subject, today: Day) {
        let item = match self.read(subject).await {
            Ok(item) => item,
            Err(ReadError::Unavailable(cause) | ReadError::Broken(cause)) => {
                return log_not_forgotten(&cause);
            }
        };
        let old: Vec<_> = Item(&item)
            .days()
            .filter(|day| !self.history.keep(*day, today))
            .map(Day::attribute)
            .collect();
        if old.is_empty() {
            return;
        }
        let remove = self
            .client
            .update_item()
            .table_name(self.table.to_string())
            .key(KEY, AttributeValue::S(subject.to_string()))
            .update_expression(format!("REMOVE {}", old.join(", ")))
            // Or the write would create an item that was deleted meanwhile.
            .condition_expression(format!("attribute_exists({KEY})"));
        if let Err(error) = remove.send().await {
            let (Failure::NotApplied(cause) | Failure::Unclear(cause) | Failure::Refused(cause)) =
                Failure::of(error);
            log_not_forgotten(&cause);
        }
    }

    async fn read(&self, subject: &Subject) -> Result<HashMap<String, AttributeValue>, ReadError> {
        let read = self
            .client
            .get_item()
            .table_name(self.table.to_string())
            .key(KEY, AttributeValue::S(subject.to_string()));
        let mut failures = 0;
        loop {
            let failure = match Box::pin(read.clone().send()).await {
                Ok(output) => return Ok(output.item.unwrap_or_default()),
                Err(error) => Failure::of(error),
            };
            let cause = match failure {
                Failure::Refused(cause) => return Err(ReadError::Broken(cause)),
                Failure::NotApplied(cause) | Failure::Unclear(cause) => cause,
            };
            failures += 1;
            if failures == MOST_FAILURES {
                return Err(ReadError::Unavailable(cause));
            }
            sleep(wait()).await;
        }
    }
}

fn log_not_forgotten(cause: &Cause) {
    let causes = causes(&*cause.source);
    tracing::warn!(code = %cause.code, causes, "old days are kept for another day");
}
