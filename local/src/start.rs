//! Settings of the local run, and what keeps it from starting.

use std::env;
use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use dynoxide::DynoxideError;
use thiserror::Error;
use tokio::net::TcpListener;
use visitor_counter::{Config, ConfigError};

use crate::data;

const DEFAULT_PORT: u16 = 3000;

/// What keeps the local run from starting, and what to do about it.
#[derive(Debug, Error)]
pub(crate) enum StartError {
    #[error("PORT is {0:?}. It must hold a whole number from 0 to 65535 (0 takes any free port).")]
    BadPort(String),
    #[error("port {0} is taken. Choose another one: PORT=8080 make run (0 takes any free port)")]
    PortTaken(u16),
    #[error("can't listen on port {port}: {source}. Choose another one: PORT=8080 make run")]
    PortUnusable { port: u16, source: io::Error },
    #[error("can't write to {}: {source}. The counter keeps its data there.", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error(
        "{} is damaged or not the counter's data ({source}). Move it away to start a new count.",
        path.display()
    )]
    BrokenData {
        path: PathBuf,
        source: DynoxideError,
    },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The port to listen on, from the variable `PORT`.
pub(crate) fn port() -> Result<u16, StartError> {
    match env::var_os("PORT") {
        None => Ok(DEFAULT_PORT),
        Some(text) => text
            .to_str()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| StartError::BadPort(text.to_string_lossy().into_owned())),
    }
}

/// Listens on this port of the loopback interface.
pub(crate) async fn listen(port: u16) -> Result<TcpListener, StartError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => StartError::PortTaken(port),
            _ => StartError::PortUnusable {
                port,
                source: error,
            },
        })
}

/// The function's configuration with the DynamoDB at `endpoint`. What a stack sets for its function
/// (`ALLOWED_ORIGINS`, `START_COUNT`, the log level) can be set here as well.
pub(crate) fn config(endpoint: &str) -> Result<Config, ConfigError> {
    Config::from_vars(|variable| match variable {
        "TABLE_NAME" => Some(data::TABLE.into()),
        "AWS_ENDPOINT_URL_DYNAMODB" => Some(endpoint.into()),
        "AWS_LAMBDA_LOG_FORMAT" => Some("Text".into()),
        "ALLOWED_ORIGINS" | "START_COUNT" | "AWS_LAMBDA_LOG_LEVEL" => env::var_os(variable),
        // The embedded DynamoDB takes any region and any credentials, but not none.
        "AWS_REGION" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("local".into()),
        _ => None,
    })
}
