//! Counts the visits of a site in DynamoDB, each exactly once.
//!
//! The binary beside this library is the Lambda function. `make run` serves the same [`Handler`] on
//! a local port. A visit passes these modules:
//!
//! * `config`, with `origin`, `page`, `day` and `count`: the environment, parsed once into types that can't
//!   hold a wrong value; `setting`: what these types have in common.
//! * `event`: API Gateway's requests and responses.
//! * `handler`: from event to response. Routes, checks origins, catches panics; `cors`: headers.
//! * `reason`: why a visit isn't counted; `crawler`: which user agents aren't people; `page`: which
//!   pages have a number of their own.
//! * `counter`: the atomic write, and when it is sent again; `item`: its expressions; `view` and
//!   `token`: by what a visit's own write is known again; `attempt`: what one write came to.
//! * `reading`: reads of the numbers; `day`: the days that they are kept by; `badge`: a number as an
//!   image.
//! * `dynamodb`: the client with its time limits; `http_client`: its connections;
//!   `unused_interceptors`: SDK features that are switched off.
//! * `visit_error`: whether a failed visit may have been counted; `problem`: from errors to HTTP.
//! * `random`: random numbers; `log`: one JSON line per failure, including panics.
//!
//! There is no store trait: tests replace DynamoDB itself, by its endpoint's URL.

mod attempt;
mod badge;
mod config;
mod cors;
mod count;
mod counter;
mod crawler;
mod day;
mod dynamodb;
mod event;
mod handler;
mod http_client;
mod item;
mod log;
mod origin;
mod page;
mod problem;
mod random;
mod reading;
mod reason;
mod setting;
mod token;
mod unused_interceptors;
mod view;
mod visit_error;

pub use config::{
    Config, ConfigError, Endpoint, RegionName, RootCertificates, Switch, TableName, VariableError,
};
pub use count::{Count, StartCount};
pub use crawler::is_crawler;
pub use day::HistoryDays;
pub use dynamodb::{ATTEMPT_LIMIT, OPERATION_LIMIT};
pub use event::{Event, proxy_response};
pub use handler::Handler;
pub use http_client::CONNECT_LIMIT;
pub use item::KEY;
pub use log::{Format, Level, Log, causes};
pub use origin::{AllowedOrigins, Origin, OriginPattern};
pub use page::{PagePath, Pages};
pub use setting::NotAllowed;
