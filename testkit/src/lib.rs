//! Test doubles of what surrounds the counter, for the tests of the handler and the local run and for
//! the bench. It knows nothing of the handler, whose tests depend on it.
//!
//! * `table`: the counter's table in an embedded DynamoDB.
//! * `faulty_server`, `relay`, `tls`: what can happen on the way to DynamoDB.
//! * `runtime_api`: Lambda, as the function sees it.
//! * `http`: messages on raw connections; `connections`: when they are closed for both sides.

#![expect(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::unwrap_used,
    reason = "a test that can't go on should fail there"
)]

mod connections;
mod faulty_server;
pub mod http;
mod relay;
mod runtime_api;
mod table;
mod tls;

pub use connections::until_closed;
pub use faulty_server::{ClosedPort, ConnectionFault, FaultyServer};
pub use relay::Relay;
pub use runtime_api::RuntimeApi;
pub use table::{TABLE, Table};
pub use tls::TlsTerminator;
