//! The SDK's [retry quota], which keeps a client from doubling the load of a DynamoDB that is busy.
//!
//! [retry quota]: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html

use super::fault::Outcome;

const FULL: u32 = 500;

/// A bucket of tokens. A second request takes some, and gives them back when one succeeds.
pub(super) struct Quota {
    tokens: u32,
    /// What the latest second request took.
    taken: Option<u32>,
}

impl Quota {
    pub(super) fn full() -> Self {
        Self {
            tokens: FULL,
            taken: None,
        }
    }

    /// Whether a request that came to this is sent again.
    pub(super) fn allows_another(&mut self, outcome: Outcome) -> bool {
        let price = match outcome {
            Outcome::Throttled => 5,
            Outcome::NeverSent => 10,
            Outcome::Counted | Outcome::Unknown | Outcome::Refused => return false,
        };
        let Some(rest) = self.tokens.checked_sub(price) else {
            return false;
        };
        self.tokens = rest;
        self.taken = Some(price);
        true
    }

    /// A request has succeeded.
    pub(super) fn refill(&mut self) {
        self.tokens = FULL.min(self.tokens + self.taken.take().unwrap_or(1));
    }
}
