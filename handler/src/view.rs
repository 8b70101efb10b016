//! The page views that visits are for.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::str::FromStr;

use crate::random::random;
use crate::setting::NotAllowed;

/// A page view, which its page names: requests with the same name are the same visit.
///
/// Of the name, 16 to 64 of `A-Z a-z 0-9 - _`, only a hash of 64 bits is kept. It must be the same
/// in each instance of the function, so it has no secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct View(u64);

impl View {
    /// A view without a name, unlike every other.
    pub(crate) fn unnamed() -> Self {
        Self(random())
    }

    /// The view that an id stands for.
    pub(crate) fn of_id(id: u64) -> Self {
        Self(id)
    }

    /// 64 bits that stand for the view.
    pub(crate) fn id(self) -> u64 {
        self.0
    }
}

impl FromStr for View {
    type Err = NotAllowed;

    fn from_str(name: &str) -> Result<Self, NotAllowed> {
        let is_allowed = |c: u8| c.is_ascii_alphanumeric() || b"-_".contains(&c);
        if !(16..=64).contains(&name.len()) || !name.bytes().all(is_allowed) {
            return Err(NotAllowed);
        }
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        Ok(Self(hasher.finish()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_16_to_64_of_the_allowed_characters() {
        for name in ["0123456789abcdef", "AZaz09-_AZaz09-_", &"x".repeat(64)] {
            assert!(name.parse::<View>().is_ok(), "{name}");
        }
        for name in [
            "",
            "0123456789abcde",
            &"x".repeat(65),
            "0123456789abcde.",
            "ééééééééé",
        ] {
            assert_eq!(name.parse::<View>(), Err(NotAllowed), "{name}");
        }
    }

    #[test]
    fn a_name_always_stands_for_the_same_view() {
        let view: View = "0123456789abcdef".parse().unwrap();
        assert_eq!("0123456789abcdef".parse(), Ok(view));
        assert_ne!("0123456789abcdeg".parse(), Ok(view));
        // Instances of two versions of the function agree on it.
        assert_eq!(view.id(), 4_385_730_782_170_763_467);
    }

    #[test]
    fn views_without_a_name_differ() {
        assert_ne!(View::unnamed(), View::unnamed());
    }
}
