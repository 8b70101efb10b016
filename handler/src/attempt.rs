//! What one write came to, and so whether it may be sent again.

use std::error::Error;
use std::iter::successors;

use aws_sdk_dynamodb::error::{ConnectorError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use hyper_util::client::legacy;

use crate::count::Count;
use crate::item::{Item, NotUsable, Write};
use crate::token::{Time, Token};
use crate::visit_error::Cause;

/// What one write came to.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// The visit is counted, by this write or by an earlier one.
    Counted(Count),
    /// The visit is counted, by this write, as the first of its day.
    BeganDay(Count),
    /// Not applied: another view's visit has the slot, from this time on.
    SlotTaken(Time, Cause),
    /// Perhaps applied, and another write wouldn't tell.
    Unexplained(Cause),
    /// It failed, for another reason than the state of the item.
    Failed(Failure),
}

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Not applied: DynamoDB throttled it, or it was never sent.
    NotApplied(Cause),
    /// Perhaps applied, or applied yet: no usable answer came back.
    Unclear(Cause),
    /// Refused, as every request will be until the cause is repaired.
    Refused(Cause),
}

const CONDITION: &str = "ConditionalCheckFailedException";
const UNREADABLE: &str = "UnreadableAnswer";

impl Attempt {
    /// Judges the answer to a write.
    pub(crate) fn of(
        write: Write,
        answer: Result<UpdateItemOutput, SdkError<UpdateItemError>>,
    ) -> Self {
        match answer {
            Ok(output) => Self::of_output(write, &output),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    let item = failed.item().filter(|item| !item.is_empty()).map(Item);
                    Self::of_item(write.token, item)
                }
                _ => Self::Failed(Failure::of(error)),
            },
        }
    }

    /// The write was applied. Its own number comes from the write, so it is right whatever came
    /// since.
    fn of_output(write: Write, output: &UpdateItemOutput) -> Self {
        let Some(attributes) = output.attributes() else {
            let cause = Cause::new(UNREADABLE, "the answer has no attributes");
            return Self::Failed(Failure::Unclear(cause));
        };
        let item = Item(attributes);
        match item.number(write.token) {
            Ok(count)
                if write
                    .day
                    .is_some_and(|day| item.visits_of(day) == Count::ONE) =>
            {
                Self::BeganDay(count)
            }
            Ok(count) => Self::Counted(count),
            // The condition lets fractions pass, so they show only here.
            Err(error) if error.is_number() => Self::broken("NotACount", error),
            Err(error) => Self::Failed(Failure::Unclear(Cause::new(UNREADABLE, error))),
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
                Err(error) => Self::broken("NotACount", error),
            };
        }
        if let Err(error) = item.can_be_raised() {
            return Self::broken("NotACount", error);
        }
        match stored {
            Err(error) => Self::broken("NotAToken", error),
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

    /// The item can't be used as it is.
    fn broken(code: &'static str, error: NotUsable) -> Self {
        Self::Failed(Failure::Refused(Cause::new(code, error)))
    }
}

impl Failure {
    /// Judges why a request got no answer that can be used.
    pub(crate) fn of<E>(error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        match &error {
            SdkError::ServiceError(answer) => Self::of_refusal(
                answer.raw().status().as_u16(),
                answer.err().code().map(str::to_owned),
                error,
            ),
            _ => Self::of_silence(error),
        }
    }

    /// DynamoDB answered with an error.
    fn of_refusal<E>(status: u16, code: Option<String>, error: SdkError<E>) -> Self
    where
        E: Error + Send + Sync + 'static,
    {
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
    fn of_silence<E>(error: SdkError<E>) -> Self
    where
        E: Error + Send + Sync + 'static,
    {
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
