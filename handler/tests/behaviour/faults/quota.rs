//! A model of the SDK's [retry quota], which limits the load that retries put on a busy DynamoDB.
//!
//! [retry quota]: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html

use super::fault::Completion;

const FULL: u32 = 500;

/// A bucket of tokens. A retry takes some, and the next success gives them back.
pub(super) struct Quota {
    tokens: u32,
    /// The tokens of the latest retry.
    taken: Option<u32>,
}

impl Quota {
    pub(super) fn full() -> Self {
        Self {
            tokens: FULL,
            taken: None,
        }
    }

    /// Whether a request with this end is sent again.
    pub(super) fn allows_another(&mut self, completion: Completion) -> bool {
        let price = match completion {
            Completion::Throttled => 5,
            Completion::NeverSent => 10,
            Completion::Counted | Completion::Unconfirmed | Completion::Refused => return false,
        };
        let Some(rest) = self.tokens.checked_sub(price) else {
            return false;
        };
        self.tokens = rest;
        self.taken = Some(price);
        true
    }

    /// Records a success.
    pub(super) fn refill(&mut self) {
        self.tokens = FULL.min(self.tokens + self.taken.take().unwrap_or(1));
    }
}
