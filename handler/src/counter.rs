//! The one number and the one write that raises it.

use std::borrow::Cow;
use std::error::Error;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use thiserror::Error;

use crate::config::{Config, NotAllowed, TableName};
use crate::count::{Count, StartCount};
use crate::log::causes;
use crate::{dynamodb, retry};

/// Partition key of the table.
pub const KEY: &str = "id";

/// Value of the [`KEY`] of the one item.
const ITEM_ID: &str = "site";

/// Attribute that holds the number of visits.
const VISITS: &str = "visits";

/// The counter of a site: one number in one item of one table.
#[derive(Clone, Debug)]
pub(crate) struct Counter {
    client: Client,
    table: TableName,
    start: StartCount,
}

/// A visit without a count, and what is known of it.
#[derive(Debug, Error)]
#[error("{certainty}")]
pub(crate) struct VisitError {
    /// Whether the visit was counted.
    pub(crate) certainty: Certainty,
    /// DynamoDB's error code, or a name for what failed on the way to it.
    pub(crate) code: Cow<'static, str>,
    source: Box<dyn Error + Send + Sync>,
}

/// Whether a visit that failed was counted.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(crate) enum Certainty {
    /// Certainly not counted, and worth another try in a moment.
    #[error("not counted, DynamoDB is busy or out of reach")]
    NotCounted,
    /// Perhaps counted: the request left, and no usable answer came back.
    #[error("perhaps counted, DynamoDB gave no usable answer")]
    Unknown,
    /// Refused, and no try will change that until somebody mends the cause. Not counted, but for a
    /// stored fraction, which the write raises before anybody sees it.
    #[error("refused, the counter or its table needs mending")]
    Refused,
}

const UNREADABLE: &str = "UnreadableAnswer";

#[derive(Debug, Error)]
#[error("the stored number {0:?} is not a count")]
struct NotACount(String);

#[derive(Debug, Error)]
#[error("the answer holds no number of visits")]
struct NoCount;

impl Counter {
    /// The counter that a configuration describes. Connects to nothing yet.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            client: dynamodb::client(config),
            table: config.table_name.clone(),
            start: config.start_count,
        }
    }

    /// Opens the connection to DynamoDB, so that the first visit needn't wait for it.
    ///
    /// Takes at most [`ATTEMPT_LIMIT`](dynamodb::ATTEMPT_LIMIT). Worth its while during the start of
    /// a function, which runs at full CPU. A failure only means that the first visit is slower, so
    /// it is logged and forgotten.
    pub(crate) async fn warm_up(&self) {
        // One read of the item, as the visits' own update would count. Without retries, but with
        // the limits as they are: other limits would open a connection that visits don't use.
        let read = self
            .client
            .get_item()
            .table_name(self.table.to_string())
            .key(KEY, AttributeValue::S(ITEM_ID.to_owned()))
            .customize()
            .config_override(
                aws_sdk_dynamodb::config::Builder::new().retry_config(RetryConfig::disabled()),
            );
        if let Err(error) = read.send().await {
            let code = error.code().unwrap_or("Unreachable");
            tracing::warn!(code, causes = %causes(&error), "warm-up failed, the first visit will be slower");
        }
    }

    /// Counts one visit and returns the number that the write itself returned.
    ///
    /// The first visit creates the item, one above the start value. A stored value that is no
    /// number, or outside of 0 to 2^53 − 2, is left as it is.
    ///
    /// # Errors
    ///
    /// [`VisitError`] says whether the visit was counted all the same. It is counted once at most,
    /// whatever fails: see the `retry` module.
    pub(crate) async fn visit(&self) -> Result<Count, VisitError> {
        // Lambda freezes the process between visits. One turn of the event loop lets it notice
        // connections that were closed meanwhile, before one of them is chosen for this visit.
        tokio::task::yield_now().await;
        let output = self
            .client
            .update_item()
            .table_name(self.table.to_string())
            .key(KEY, AttributeValue::S(ITEM_ID.to_owned()))
            .update_expression(format!(
                "SET {VISITS} = if_not_exists({VISITS}, :start) + :one"
            ))
            .condition_expression(format!(
                "attribute_not_exists({VISITS}) OR {VISITS} BETWEEN :zero AND :max"
            ))
            .expression_attribute_values(":start", AttributeValue::N(self.start.to_string()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":zero", AttributeValue::N("0".to_owned()))
            .expression_attribute_values(":max", AttributeValue::N(StartCount::MAX.to_string()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await?;
        count(&output)
    }
}

fn count(output: &UpdateItemOutput) -> Result<Count, VisitError> {
    let visits = output
        .attributes()
        .and_then(|attributes| attributes.get(VISITS));
    let Some(Ok(number)) = visits.map(AttributeValue::as_n) else {
        return Err(VisitError {
            certainty: Certainty::Unknown,
            code: UNREADABLE.into(),
            source: Box::new(NoCount),
        });
    };
    // The condition lets a fraction pass, so it shows only here. Whole numbers have one rendering
    // in DynamoDB, digits alone, for as long as they are counts.
    number.parse().map_err(|NotAllowed| VisitError {
        certainty: Certainty::Refused,
        code: "NotACount".into(),
        source: Box::new(NotACount(number.clone())),
    })
}

impl From<SdkError<UpdateItemError>> for VisitError {
    fn from(error: SdkError<UpdateItemError>) -> Self {
        let (certainty, code) = judge(&error);
        Self {
            certainty,
            code,
            source: Box::new(error),
        }
    }
}

/// What the last attempt's failure says about the visit. An earlier attempt doesn't matter: it
/// certainly wasn't applied, or there would have been no second one.
fn judge(error: &SdkError<UpdateItemError>) -> (Certainty, Cow<'static, str>) {
    match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let code = answer.err().code();
            let name = code
                .map_or_else(|| format!("Http{status}"), str::to_owned)
                .into();
            match status {
                _ if retry::is_throttled(status, code) => (Certainty::NotCounted, name),
                200..300 => (Certainty::Unknown, UNREADABLE.into()),
                400..500 => (Certainty::Refused, name),
                _ => (Certainty::Unknown, name),
            }
        }
        SdkError::DispatchFailure(failure) => {
            if failure
                .as_connector_error()
                .is_some_and(retry::was_never_sent)
            {
                (Certainty::NotCounted, "Unreachable".into())
            } else {
                (Certainty::Unknown, "ConnectionLost".into())
            }
        }
        SdkError::TimeoutError(_) => (Certainty::Unknown, "Timeout".into()),
        SdkError::ConstructionFailure(_) => (Certainty::Refused, "RequestNotBuilt".into()),
        _ => (Certainty::Unknown, UNREADABLE.into()),
    }
}
