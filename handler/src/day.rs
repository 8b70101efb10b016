//! The days that visits are counted by.

use std::fmt;
use std::str::FromStr;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::{Serialize, Serializer};

use crate::setting::{NotAllowed, Setting};
use crate::token::Time;

const SECONDS: u64 = 24 * 60 * 60;

/// First letter of a day's attribute.
const LETTER: char = 'd';

/// A day in UTC, as the number of days since 1970. Its attribute is `d` and that number.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Day(u32);

/// For how many days, today included, the number of visits is kept: 0 to 30.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HistoryDays(u32);

impl Day {
    /// The day of a time.
    pub(crate) fn of(time: Time) -> Self {
        // The last time is in the year 10889.
        Self(u32::try_from(time.seconds() / SECONDS).unwrap_or(u32::MAX))
    }

    /// Name of the attribute with the day's number of visits.
    pub(crate) fn attribute(self) -> String {
        format!("{LETTER}{}", self.0)
    }

    /// The day whose number an attribute holds, if it is one of a day.
    pub(crate) fn of_attribute(name: &str) -> Option<Self> {
        let digits = name.strip_prefix(LETTER)?;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse().ok().map(Self))?
    }
}

impl HistoryDays {
    const MAX: Self = Self(30);

    /// Whether days are kept at all.
    pub(crate) fn are_on(self) -> bool {
        self.0 > 0
    }

    /// The days that are kept, oldest first.
    pub(crate) fn until(self, today: Day) -> impl Iterator<Item = Day> {
        let first = (today.0 + 1).saturating_sub(self.0);
        (first..=today.0).take(self.0 as usize).map(Day)
    }

    /// Whether a day is one of those.
    pub(crate) fn keep(self, day: Day, today: Day) -> bool {
        day <= today && today.0 - day.0 < self.0
    }
}

impl fmt::Display for Day {
    /// As 2026-11-24.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = i64::from(self.0) * SECONDS.cast_signed();
        let midnight = DateTime::from_secs(seconds).fmt(Format::DateTime);
        let midnight = midnight.map_err(|_| fmt::Error)?;
        f.write_str(midnight.split('T').next().unwrap_or_default())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Default for HistoryDays {
    fn default() -> Self {
        Self::MAX
    }
}

impl Setting for HistoryDays {
    const ALLOWED: &str = "a whole number from 0 to 30";
}

impl FromStr for HistoryDays {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let days = text.parse().ok().filter(|days| *days <= Self::MAX.0);
        days.filter(|_| !text.starts_with('+'))
            .map(Self)
            .ok_or(NotAllowed)
    }
}

impl fmt::Display for HistoryDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_shown_as_its_date_and_named_by_its_number() {
        for (number, date) in [
            (0, "1970-01-01"),
            (20_781, "2026-11-24"),
            (20_782, "2026-11-25"),
        ] {
            let day = Day(number);
            assert_eq!(day.to_string(), date);
            assert_eq!(day.attribute(), format!("d{number}"));
            assert_eq!(Day::of_attribute(&day.attribute()), Some(day));
        }
        for name in ["d", "dx", "d+1", "d1x", "v0", "visits", "d99999999999"] {
            assert_eq!(Day::of_attribute(name), None, "{name}");
        }
    }

    #[test]
    fn the_days_that_are_kept_end_with_today() {
        let today = Day(20_782);
        for days in [0, 1, 30] {
            let days = HistoryDays(days);
            let kept: Vec<_> = days.until(today).collect();
            assert_eq!(kept.len(), days.0 as usize);
            assert_eq!(kept.last().copied(), days.are_on().then_some(today));
            for day in (20_700..20_900).map(Day) {
                assert_eq!(days.keep(day, today), kept.contains(&day), "{day:?}");
            }
        }
        // A clock that stands at the beginning.
        assert_eq!(HistoryDays(30).until(Day(0)).count(), 1);
    }
}
