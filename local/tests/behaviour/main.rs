//! How `make run` behaves: its API, its data, its start and its end.
//!
//! * `api`: what browsers and curl get.
//! * `dynamodb`: who may call its embedded DynamoDB.
//! * `life`: starts, restarts, signals, and everything that keeps it from starting.
//! * `soak`: many visitors for a long time, and `kill -9` in between.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that can't go on should fail there"
)]

mod api;
mod dynamodb;
mod life;
mod server;
mod soak;
