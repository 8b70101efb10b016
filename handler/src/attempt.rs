//! What one write came to, and so whether it may be sent again.

use std::error::Error;
use std::iter::successors;

use aws_sdk_dynamodb::error::{ConnectorError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use hyper_util::client::legacy;

use crate::count::Count;
use crate::item::Item;
use crate::token::{Time, Token};
use crate::visit_error::Cause;

/// What one write came to.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// The visit is counted, by this write or by an earlier one.
    Counted(Count),
    /// Not applied: DynamoDB throttled it, or it was never sent.
    NotApplied(Cause),
    /// Not applied: another view's visit has the slot, from this time on.
    SlotTaken(Time, Cause),
    /// Perhaps applied, or applied yet: no usable answer came back.
    Unclear(Cause),
    /// Perhaps applied, and another write wouldn't tell.
    Unexplained(Cause),
    /// Refused, as every write will be until the cause is repaired.
    Refused(Cause),
}

const CONDITION: &str = "ConditionalCheckFailedException";
const UNREADABLE: &str = "UnreadableAnswer";

impl Attempt {
    /// Judges the answer to the write of a token.
    pub(crate) fn of(
        token: Token,
        answer: Result<UpdateItemOutput, SdkError<UpdateItemError>>,
    ) -> Self {
        match answer {
            Ok(output) => Self::of_output(token, &output),
            Err(SdkError::ServiceError(answer)) => match answer.err() {
                UpdateItemError::ConditionalCheckFailedException(failed) => {
                    let item = failed.item().filter(|item| !item.is_empty()).map(Item);
                    Self::of_item(token, item)
                }
                _ => Self::of_refusal(
                    answer.raw().status().as_u16(),
                    answer.err().code().map(str::to_owned),
                    SdkError::ServiceError(answer),
                ),
            },
            Err(error) => Self::of_failure(error),
        }
    }

    /// The write was applied. Its own number comes from the write, so it is right whatever came
    /// since.
    fn of_output(token: Token, output: &UpdateItemOutput) -> Self {
        let Some(attributes) = output.attributes() else {
            return Self::Unclear(Cause::new(UNREADABLE, "the answer has no attributes"));
        };
        match Item(attributes).number(token) {
            Ok(count) => Self::Counted(count),
            // The condition lets fractions pass, so they show only here.
            Err(error) if error.is_number() => Self::Refused(Cause::new("NotACount", error)),
            Err(error) => Self::Unclear(Cause::new(UNREADABLE, error)),
        }
    }

    /// The condition failed on this item. Its own view comes first: a visit that is counted stays
    /// counted, whatever else is wrong.
    fn of_item(token: Token, item: Option<Item<'_>>) -> Self {
        let Some(item) = item else {
            let cause = "the answer doesn't say on which item the condition failed";
            return Self::Unexplained(Cause::new(CONDITION, cause));
        };
        let stored = item.token(token);
        if let Ok(Some(stored)) = &stored
            && stored.view == token.view
        {
            return match item.number(token) {
                Ok(count) => Self::Counted(count),
                Err(error) => Self::Refused(Cause::new("NotACount", error)),
            };
        }
        if let Err(error) = item.can_be_raised() {
            return Self::Refused(Cause::new("NotACount", error));
        }
        match stored {
            Err(error) => Self::Refused(Cause::new("NotAToken", error)),
            Ok(Some(stored)) if stored.time >= token.time => Self::SlotTaken(
                stored.time,
                Cause::new("SlotTaken", "a later visit has the slot"),
            ),
            Ok(_) => {
                let cause = "the condition failed on an item that meets it";
                Self::Unexplained(Cause::new(CONDITION, cause))
            }
        }
    }

    /// DynamoDB answered with an error.
    fn of_refusal(status: u16, code: Option<String>, error: SdkError<UpdateItemError>) -> Self {
        if let 200..300 = status {
            return Self::Unclear(Cause::new(UNREADABLE, error));
        }
        let throttled = is_throttled(status, code.as_deref());
        let cause = Cause::new(code.unwrap_or_else(|| format!("Http{status}")), error);
        match status {
            _ if throttled => Self::NotApplied(cause),
            400..500 => Self::Refused(cause),
            _ => Self::Unclear(cause),
        }
    }

    /// No answer came back, or none that can be read.
    fn of_failure(error: SdkError<UpdateItemError>) -> Self {
        let never_sent = match &error {
            SdkError::DispatchFailure(failure) => {
                failure.as_connector_error().is_some_and(was_never_sent)
            }
            _ => false,
        };
        let code = match &error {
            SdkError::ConstructionFailure(_) => "RequestNotBuilt",
            SdkError::DispatchFailure(_) if never_sent => "Unreachable",
            SdkError::DispatchFailure(_) => "ConnectionLost",
            SdkError::TimeoutError(_) => "Timeout",
            _ => UNREADABLE,
        };
        let is_ours = matches!(error, SdkError::ConstructionFailure(_));
        let cause = Cause::new(code, error);
        match (is_ours, never_sent) {
            (true, _) => Self::Refused(cause),
            (_, true) => Self::NotApplied(cause),
            _ => Self::Unclear(cause),
        }
    }
}

/// Whether DynamoDB throttled the request, and so didn't apply it.
///
/// The [codes] mean that only in a 4xx. A 500 stays unclear, whatever its body says.
///
/// [codes]: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
fn is_throttled(status: u16, code: Option<&str>) -> bool {
    const THROTTLING_CODES: [&str; 4] = [
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
    ];
    (400..500).contains(&status) && code.is_some_and(|code| THROTTLING_CODES.contains(&code))
}

/// Whether the request failed before its first byte was sent: in name resolution, the TCP
/// connection or the TLS handshake.
fn was_never_sent(error: &ConnectorError) -> bool {
    successors(error.source(), |&error| error.source())
        .filter_map(|error| error.downcast_ref::<legacy::Error>())
        .any(legacy::Error::is_connect)
}
