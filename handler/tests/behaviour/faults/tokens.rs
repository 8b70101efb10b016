//! Whether the visits' tokens are the ones that they should be.

use std::collections::{BTreeMap, BTreeSet};

use super::expected::Told;
use super::proxy::Attempt;

/// The view's parts of the tokens that were seen.
#[derive(Default)]
pub(super) struct Tokens {
    named: BTreeMap<String, String>,
    unnamed: BTreeSet<String>,
}

impl Tokens {
    /// Checks the requests of one visit, and returns its view's part of the token, if one was seen.
    /// All requests of a named view have the same, and no others.
    pub(super) fn enter(&mut self, name: Option<&str>, attempts: &[Attempt]) -> Option<String> {
        let mut views = attempts
            .iter()
            .filter_map(|attempt| Some(attempt.write.as_ref()?.view()));
        let view = views.next()?.to_owned();
        assert!(
            views.all(|other| other == view),
            "views of one visit: {attempts:#?}"
        );
        if let Some(name) = name {
            let known = self.named.entry(name.to_owned()).or_insert(view.clone());
            assert_eq!(*known, view, "the view that {name} stands for");
        } else {
            assert!(
                self.unnamed.insert(view.clone()),
                "an old view without a name"
            );
        }
        Some(view)
    }

    /// Whether a request of this view was seen before.
    pub(super) fn has_name(&self, name: &str) -> bool {
        self.named.contains_key(name)
    }
}

/// A token stays the same, unless it certainly wasn't written and can't be: then it is a later one.
pub(super) fn check_times(attempts: &[Attempt], told: &[Told]) {
    let mut earlier: Option<&str> = None;
    let mut was_taken = false;
    for (attempt, told) in attempts.iter().zip(told) {
        if let Some(write) = &attempt.write {
            let is_right = match earlier {
                None => true,
                Some(earlier) if was_taken => earlier < write.token.as_str(),
                Some(earlier) => earlier == write.token,
            };
            assert!(is_right, "tokens of one visit: {attempts:#?}");
            earlier = Some(&write.token);
            was_taken = false;
        }
        was_taken |= *told == Told::Taken;
    }
}
