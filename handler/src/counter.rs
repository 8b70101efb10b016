//! The one number, and the one write that raises it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::UpdateItemOutput;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use crate::config::{Config, TableName};
use crate::count::{Count, StartCount};
use crate::dynamodb;
use crate::log::causes;
use crate::setting::NotAllowed;
use crate::visit_error::VisitError;

/// Partition key of the table.
pub const KEY: &str = "id";

/// Value of the [`KEY`] of the one item.
const ITEM_ID: &str = "site";

/// Attribute that holds the number of visits.
const VISITS: &str = "visits";

/// Creates the attribute or raises it.
const INCREMENT: &str = "SET visits = if_not_exists(visits, :start) + :one";

/// True where the attribute is missing or can be raised. DynamoDB itself would increment 1e30 or -3
/// without an error.
const IS_COUNT: &str = "attribute_not_exists(visits) OR visits BETWEEN :zero AND :max";

/// The counter of a site: one number in one item of one table.
#[derive(Clone, Debug)]
pub(crate) struct Counter {
    client: Client,
    table: TableName,
    start: StartCount,
}

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
    /// Takes at most [`ATTEMPT_LIMIT`](dynamodb::ATTEMPT_LIMIT). Lambda gives a starting function a
    /// full CPU, so that is the time to do it. A failure is only logged: it makes the first visit
    /// slower, and nothing worse.
    pub(crate) async fn warm_up(&self) {
        // AWS bills this read like any other. It isn't retried, but keeps the client's time limits:
        // with others, the SDK would open a separate connection.
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
    /// number, or outside of 0 to 2^53 − 2, stays as it is.
    ///
    /// # Errors
    ///
    /// [`VisitError`] says whether the visit may have been counted. Whatever fails, it is counted
    /// at most once: see the `retry` module.
    pub(crate) async fn visit(&self) -> Result<Count, VisitError> {
        // Lambda freezes the process between visits. One turn of the event loop lets the client
        // notice connections that were closed meanwhile, before it chooses one for this visit.
        tokio::task::yield_now().await;
        let write = self
            .client
            .update_item()
            .table_name(self.table.to_string())
            .key(KEY, AttributeValue::S(ITEM_ID.to_owned()))
            .update_expression(INCREMENT)
            .condition_expression(IS_COUNT)
            .expression_attribute_values(":start", AttributeValue::N(self.start.to_string()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":zero", AttributeValue::N("0".to_owned()))
            .expression_attribute_values(":max", AttributeValue::N(StartCount::MAX.to_string()))
            .return_values(ReturnValue::UpdatedNew)
            .send();
        // Boxed, or each layer up to Lambda's runtime would copy its thousands of bytes.
        count(&Box::pin(write).await?)
    }
}

fn count(output: &UpdateItemOutput) -> Result<Count, VisitError> {
    let visits = output
        .attributes()
        .and_then(|attributes| attributes.get(VISITS));
    let Some(Ok(number)) = visits.map(AttributeValue::as_n) else {
        return Err(VisitError::no_count());
    };
    // The condition lets fractions pass, so they show only here. DynamoDB writes whole numbers of
    // this size as digits alone.
    number
        .parse()
        .map_err(|NotAllowed| VisitError::not_a_count(number))
}
