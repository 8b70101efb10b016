//! Counts the visits of a site in DynamoDB, each at most once.
//!
//! The binary beside this library is the Lambda function. `make run` serves the same [`Handler`] on
//! a local port. A visit passes these modules:
//!
//! * `config`, with `origin` and `count`: the environment, parsed once into types that can't
//!   hold a wrong value; `setting`: what these types have in common.
//! * `event`: API Gateway's requests and responses.
//! * `handler`: from event to response. Routes, checks origins, catches panics; `cors`: headers.
//! * `counter`: the one atomic write.
//! * `dynamodb`: the client with its time limits; `retry`: which requests may be sent again;
//!   `unused_interceptors`: SDK features that are switched off.
//! * `visit_error`: whether a failed visit may have been counted; `problem`: from errors to HTTP.
//! * `log`: one JSON line per failure, including panics.
//!
//! There is no store trait: tests replace DynamoDB itself, by its endpoint's URL.

mod config;
mod cors;
mod count;
mod counter;
mod dynamodb;
mod event;
mod handler;
mod log;
mod origin;
mod problem;
mod retry;
mod setting;
mod unused_interceptors;
mod visit_error;

pub use config::{
    Config, ConfigError, Endpoint, RegionName, RootCertificates, TableName, VariableError,
};
pub use count::{Count, StartCount};
pub use counter::KEY;
pub use dynamodb::{ATTEMPT_LIMIT, CONNECT_LIMIT, OPERATION_LIMIT};
pub use event::{Event, proxy_response};
pub use handler::Handler;
pub use log::{Format, Level, Log, causes};
pub use origin::{AllowedOrigins, Origin};
pub use setting::NotAllowed;
