//! How the counter behaves towards API Gateway, DynamoDB and Lambda.
//!
//! * `decisions`: what the counter does with each answer of DynamoDB.
//! * `broken_wire`: the same for connections that fail, down to the bytes.
//! * `counting`: the count in an embedded DynamoDB.
//! * `faults`: random sequences of all failures, with books that must balance.
//! * `requests`: routing, origins and headers; `reasons`: which visits aren't counted, and why.
//! * `reading`: the paths that count nothing; `days`, `pages`: the numbers beside the site's.
//! * `process`: the built program as Lambda runs it; `BOOTSTRAP=path` tests another build.
//! * `events`: the events that API Gateway sends that program, and its responses.
//! * `settings`: the environment, and properties of the parsed types.
//! * `traffic`: what `make profile` records the program on.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that can't go on should fail there"
)]

mod broken_wire;
mod counting;
mod days;
mod decisions;
mod events;
mod faults;
mod pages;
mod process;
mod reading;
mod reasons;
mod requests;
mod settings;
mod support;
mod traffic;
