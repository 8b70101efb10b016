//! The rules that the protocol stands on. Without any of them, the checker must find what breaks.

/// A rule that a broken protocol lacks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Rule {
    /// `vs < :token`, the older half of the slot's condition.
    OlderThanTheToken,
    /// `NOT contains(vs, :id)`, its other half.
    AnotherIdThanTheSlots,
    /// `vs < :token` compares times first. Broken, it compares ids only.
    TimeBeforeId,
    /// Only a refusal by the own id is a visit that counted.
    AnotherIdIsAnotherVisit,
    /// An attempt after an unclear one has the same token.
    SameTokenAfterUnclear,
    /// After an unclear attempt, a later visit in the slot says nothing about this one.
    LaterIsUnclearAfterUnclear,
    /// A new token is later than the visit that refused the old one, whatever the clock says.
    NewTokenIsLater,
    /// After an unclear attempt, the answer has no `Retry-After`.
    NoRetryAfterAfterUnclear,
    /// Where a `view` met a later visit, the answer has no `Retry-After`.
    NoRetryAfterForAViewThatMetALaterOne,
}
