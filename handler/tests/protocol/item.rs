//! DynamoDB's part: one item with one slot, and a conditional write, which is atomic.

use crate::rule::Rule;

/// What a slot holds of a visit's name. As in the item, tokens are ordered by time, then by id.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Token {
    pub(crate) time: u8,
    pub(crate) id: u8,
}

/// The last visit that was counted here, and the number that it got.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Slot {
    pub(crate) token: Token,
    pub(crate) number: u8,
}

/// What comes back of a write.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Answer {
    /// The new values, of which this is the visit's number.
    Written(u8),
    /// The condition failed. These are the old values.
    Refused(Slot),
}

/// `visits`, `vs` and `cs`.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Item {
    visits: u8,
    slot: Option<Slot>,
}

impl Item {
    /// Counts the visit if the slot's condition allows.
    pub(crate) fn write(&mut self, token: Token, broken: Option<Rule>) -> Answer {
        if let Some(slot) = self.slot
            && !is_met(slot.token, token, broken)
        {
            return Answer::Refused(slot);
        }
        self.visits += 1;
        let number = self.visits;
        self.slot = Some(Slot { token, number });
        Answer::Written(number)
    }
}

/// `vs < :token AND NOT contains(vs, :id)`
fn is_met(stored: Token, token: Token, broken: Option<Rule>) -> bool {
    let is_older = match broken {
        Some(Rule::OlderThanTheToken) => true,
        Some(Rule::TimeBeforeId) => stored.id < token.id,
        _ => stored < token,
    };
    let is_another_id = stored.id != token.id || broken == Some(Rule::AnotherIdThanTheSlots);
    is_older && is_another_id
}
