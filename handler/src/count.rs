//! Numbers of visits.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::Serialize;

use crate::setting::{NotAllowed, Setting};

/// Number of visits: 0 to 2^53 − 1.
///
/// The upper end is JavaScript's `Number.MAX_SAFE_INTEGER`: browsers don't read every larger
/// integer exactly.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Count(u64);

/// Number that the first visit counts up from: 0 to 2^53 − 2.
///
/// Above 0 where a site continues the count of an older counter.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct StartCount(u64);

impl Count {
    /// No visit yet.
    pub const ZERO: Self = Self(0);

    pub(crate) const ONE: Self = Self(1);

    /// 2^53 − 1.
    pub const MAX: Self = Self((1 << 53) - 1);

    /// The number itself.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }
}

impl StartCount {
    /// 2^53 − 2: the first visit must still have a [`Count`].
    pub const MAX: Self = Self(Count::MAX.0 - 1);
}

impl From<StartCount> for Count {
    fn from(start: StartCount) -> Self {
        Self(start.0)
    }
}

impl FromStr for Count {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        whole_number(text, 0..=Self::MAX.0).map(Self)
    }
}

impl Setting for StartCount {
    const ALLOWED: &str = "a whole number from 0 to 9007199254740990 (2^53 - 2)";
}

impl FromStr for StartCount {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        whole_number(text, 0..=Self::MAX.0).map(Self)
    }
}

/// Only digits: the standard library's parser also accepts a sign.
fn whole_number(text: &str, range: RangeInclusive<u64>) -> Result<u64, NotAllowed> {
    let is_signed = text.starts_with('+');
    text.parse()
        .ok()
        .filter(|number| !is_signed && range.contains(number))
        .ok_or(NotAllowed)
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for StartCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
