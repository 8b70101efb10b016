//! How the counter behaves, seen from outside: from the gateway, from DynamoDB, from Lambda.
//!
//! * `decisions`: what each answer of DynamoDB comes to, over a faked wire.
//! * `broken_wire`: the same for connections that fail, down to the bytes.
//! * `counting`: the count in an embedded DynamoDB.
//! * `faults`: random sequences of everything that fails, with books that must balance.
//! * `requests`: routing, origins and headers.
//! * `process`: the built program as Lambda would run it; `BOOTSTRAP=path` runs another build.
//! * `events`: what API Gateway sends that program and reads from it.
//! * `settings`: the environment, and properties of what is parsed from it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that can't go on should fail there"
)]

mod broken_wire;
mod counting;
mod decisions;
mod events;
mod faults;
mod process;
mod requests;
mod settings;
mod support;
