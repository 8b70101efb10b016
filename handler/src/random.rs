//! Random numbers, where nobody gains by guessing one.

use std::hash::{BuildHasher, RandomState};

/// 64 random bits, from the standard library's only source: each state has keys of its own.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(())
}
