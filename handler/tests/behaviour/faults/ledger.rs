//! What the table must do with each write that reaches it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::write::{Outcome, Write, view};

/// The number of visits, and the visit in each slot.
pub(super) struct Ledger {
    /// None before the first visit, which counts up from `start`.
    visits: Option<u64>,
    start: u64,
    slots: BTreeMap<char, (String, u64)>,
}

impl Ledger {
    pub(super) fn new(visits: Option<u64>, start: u64) -> Self {
        Self {
            visits,
            start,
            slots: BTreeMap::new(),
        }
    }

    /// The outcome of the next write: it counts, unless the slot has the same view or a token that
    /// doesn't come before its own.
    pub(super) fn deliver(&mut self, write: &Write) -> Outcome {
        if let Some((holder, number)) = self.slots.get(&write.slot)
            && (view(holder) == write.view() || *holder >= write.token)
        {
            return Outcome::Refused {
                holder: holder.clone(),
                number: *number,
            };
        }
        let visits = self.visits.unwrap_or(self.start) + 1;
        self.visits = Some(visits);
        self.slots.insert(write.slot, (write.token.clone(), visits));
        Outcome::Stored(visits)
    }

    /// Checks that the item has all of this, and no other slots.
    pub(super) fn check(&self, item: &Value) {
        let number = |number: u64| json!({ "N": number.to_string() });
        let mut expected = BTreeMap::new();
        if let Some(visits) = self.visits {
            expected.insert("visits".to_owned(), number(visits));
        }
        for (slot, (token, visits)) in &self.slots {
            expected.insert(format!("v{slot}"), json!({ "S": token }));
            expected.insert(format!("c{slot}"), number(*visits));
        }
        let item = item.as_object().into_iter().flatten();
        let is_ours = |name: &str| name.starts_with(['v', 'c']);
        let stored: BTreeMap<_, _> = item
            .filter(|(name, _)| is_ours(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        assert_eq!(stored, expected, "stored, and expected");
    }
}
