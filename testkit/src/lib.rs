//! Test doubles of everything around the counter, for the tests of the handler and the local run,
//! and for the bench. They don't depend on the handler, since its tests depend on them.
//!
//! * `runtime_api`: Lambda, as a function sees it; `process`: programs and what they leave behind.
//! * `table`: the counter's table in an embedded DynamoDB.
//! * `faulty_server`, `relay`, `tls`: what can happen on the way to DynamoDB.
//! * `http`: messages on raw connections; `listener`: a port that threads serve; `connections`:
//!   whether both sides know that one is closed.

#![expect(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that can't go on should fail there"
)]

mod connections;
mod faulty_server;
pub mod http;
mod listener;
pub mod process;
mod relay;
mod runtime_api;
mod table;
mod tls;

pub use connections::until_closed;
pub use faulty_server::{ClosedPort, ConnectionFault, FaultyServer};
pub use listener::Listener;
pub use relay::Relay;
pub use runtime_api::{Call, REQUEST_ID, RuntimeApi, TRACE_ID};
pub use table::{TABLE, Table};
pub use tls::{CertificateAuthority, TlsTerminator};
