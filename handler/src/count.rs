//! The numbers a counter holds.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use thiserror::Error;

/// Number of visits counted: 1 to 2^53 − 1.
///
/// The upper end is JavaScript's `Number.MAX_SAFE_INTEGER`, the largest integer that every JSON
/// reader of a browser gets exactly.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Count(u64);

/// Number that the first visit counts up from: 0 to 2^53 − 2.
///
/// Not 0 where a site brings its count along from an older counter.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct StartCount(u64);

/// Text that is no whole number, or one outside of the type's range.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a whole number in range")]
pub struct OutOfRange;

impl Count {
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

impl FromStr for Count {
    type Err = OutOfRange;

    fn from_str(text: &str) -> Result<Self, OutOfRange> {
        match text.parse() {
            Ok(number) if (1..=Self::MAX.0).contains(&number) => Ok(Self(number)),
            _ => Err(OutOfRange),
        }
    }
}

impl FromStr for StartCount {
    type Err = OutOfRange;

    fn from_str(text: &str) -> Result<Self, OutOfRange> {
        match text.parse() {
            Ok(number) if number <= Self::MAX.0 => Ok(Self(number)),
            _ => Err(OutOfRange),
        }
    }
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
