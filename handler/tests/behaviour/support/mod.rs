//! The handler, its requests and its replies. The doubles of its surroundings are in the testkit.
//!
//! * `environment`: the handler in this process; `lambda`: the built program, as Lambda runs it.
//! * `event`, `reply`: what API Gateway sends, and what its caller gets.
//! * `canned`: a DynamoDB with canned answers.

pub(crate) mod canned;
pub(crate) mod environment;
pub(crate) mod event;
pub(crate) mod lambda;
pub(crate) mod reply;
