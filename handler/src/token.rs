//! What a visit writes into its slot, so that its own write is known again.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use crate::setting::NotAllowed;
use crate::view::View;

const SLOTS: u64 = 16;

/// In the order of ASCII, so that texts of one length sort as their numbers do.
const DIGITS: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const DIGIT_BITS: usize = 6;
const TIME_DIGITS: usize = 8;
const VIEW_DIGITS: usize = 11;

/// A time in milliseconds since 1970, below 2^48.
///
/// It only orders the visits that meet in a slot, so clocks may be wrong.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Time(u64);

/// The view of a visit, and the time from which on it may have its slot. Shown as 8 digits, a dot
/// and 11 digits, base 64.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Token {
    pub(crate) time: Time,
    pub(crate) view: View,
}

impl Time {
    const MAX: Self = Self((1 << (DIGIT_BITS * TIME_DIGITS)) - 1);

    /// The time of this machine's clock.
    pub(crate) fn now() -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let milliseconds = since.map_or(0, |since| since.as_millis());
        Self(u64::try_from(milliseconds).unwrap_or(u64::MAX)).min(Self::MAX)
    }

    /// In seconds since 1970.
    pub(crate) fn seconds(self) -> u64 {
        self.0 / 1000
    }

    /// The time of this machine's clock, but later than another.
    pub(crate) fn now_after(other: Self) -> Self {
        Self::now().max(Self(other.0 + 1)).min(Self::MAX)
    }
}

impl Token {
    /// Digit of the slot that the view has, base 16.
    pub(crate) fn slot(self) -> char {
        char::from(b"0123456789abcdef"[(self.view.id() % SLOTS) as usize])
    }

    /// The end of every token of this view: the dot and the view. No text across the dot can be
    /// mistaken for it.
    pub(crate) fn ending(self) -> String {
        format!(".{}", Digits(self.view.id(), VIEW_DIGITS))
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Digits(self.time.0, TIME_DIGITS), self.ending())
    }
}

impl FromStr for Token {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let (time, view) = text.split_once('.').ok_or(NotAllowed)?;
        Ok(Self {
            time: Time(number(time, TIME_DIGITS)?),
            view: View::of_id(number(view, VIEW_DIGITS)?),
        })
    }
}

/// A number with this many digits, base 64.
struct Digits(u64, usize);

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [b'-'; VIEW_DIGITS];
        let text = &mut text[..self.1];
        let mut rest = self.0;
        for digit in text.iter_mut().rev() {
            *digit = DIGITS[(rest % 64) as usize];
            rest /= 64;
        }
        f.write_str(str::from_utf8(text).unwrap_or_default())
    }
}

fn number(text: &str, digits: usize) -> Result<u64, NotAllowed> {
    if text.len() != digits {
        return Err(NotAllowed);
    }
    text.bytes().try_fold(0_u64, |number, byte| {
        let digit = DIGITS.binary_search(&byte).map_err(|_| NotAllowed)?;
        number
            .checked_mul(64)
            .and_then(|number| number.checked_add(digit as u64))
            .ok_or(NotAllowed)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(time: u64, view: u64) -> Token {
        Token {
            time: Time(time),
            view: View::of_id(view),
        }
    }

    #[test]
    fn a_token_has_20_characters_and_the_dot_in_one_place() {
        for (time, view) in [(0, 0), (Time::MAX.0, u64::MAX), (1, 64)] {
            let text = token(time, view).to_string();
            assert_eq!(
                (text.len(), text.find('.'), text.rfind('.')),
                (20, Some(8), Some(8))
            );
        }
        assert_eq!(token(0, 0).to_string(), "--------.-----------");
        assert_eq!(token(1, 64).to_string(), "-------0.---------0-");
    }

    #[test]
    fn the_lowest_four_bits_of_a_view_are_its_slot() {
        let slots: String = (0..18).map(|view| token(0, view).slot()).collect();
        assert_eq!(slots, "0123456789abcdef01");
    }

    #[test]
    fn what_is_no_token_is_not_read_as_one() {
        for text in [
            "",
            ".",
            "42",
            "--------------------",
            "-------.------------",
            "--------.--------é--",
            "--------.zzzzzzzzzzz",
            "--------.----------- ",
        ] {
            assert_eq!(text.parse::<Token>(), Err(NotAllowed), "{text}");
        }
    }

    #[test]
    fn a_time_after_another_is_later_up_to_the_last() {
        let now = Time::now();
        assert!(Time::now_after(Time(0)) >= now);
        assert_eq!(Time::now_after(Time(1 << 47)), Time((1 << 47) + 1));
        assert_eq!(Time::now_after(Time::MAX), Time::MAX);
    }

    proptest! {
        #[test]
        fn a_token_is_read_as_it_was_written(time in 0..=Time::MAX.0, view: u64) {
            let token = token(time, view);
            prop_assert_eq!(token.to_string().parse(), Ok(token));
        }

        #[test]
        fn tokens_sort_by_time(a in 0..=Time::MAX.0, b in 0..=Time::MAX.0, views: [u64; 2]) {
            let texts = [token(a, views[0]).to_string(), token(b, views[1]).to_string()];
            prop_assert!(a == b || (a < b) == (texts[0] < texts[1]));
        }

        #[test]
        fn only_tokens_of_a_view_contain_its_ending(time in 0..=Time::MAX.0, views: [u64; 2]) {
            let [one, other] = views.map(|view| token(time, view));
            prop_assert!(one.to_string().contains(&one.ending()));
            prop_assert_eq!(other.to_string().contains(&one.ending()), views[0] == views[1]);
        }
    }
}
