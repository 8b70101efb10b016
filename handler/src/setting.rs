//! Types that parse themselves from the text of an environment variable.

use std::str::FromStr;

use thiserror::Error;

/// A value that its type can't hold. [`VariableError`](crate::VariableError) has the details.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not allowed")]
pub struct NotAllowed;

/// A type that a variable is parsed into.
pub(crate) trait Setting: FromStr<Err = NotAllowed> {
    /// The allowed values, as the end of the sentence "It must hold …".
    const ALLOWED: &str;

    /// How a message shows a value that isn't allowed.
    fn show(text: &str) -> String {
        format!("{text:?}")
    }
}

/// Finds the value with this name, in upper or lower case.
pub(crate) fn one_of<T: Copy>(text: &str, values: &[(&str, T)]) -> Result<T, NotAllowed> {
    values
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
        .map(|(_, value)| *value)
        .ok_or(NotAllowed)
}
