//! The settings of the local run, and the port that it listens on.

use std::env;
use std::io;
use std::net::Ipv4Addr;

use tokio::net::TcpListener;
use visitor_counter::{Config, ConfigError};

use crate::data;
use crate::start_error::{BadPort, SettingsError, StartError};

const DEFAULT_PORT: u16 = 3000;

/// Everything that can be set.
pub(crate) struct Settings {
    /// `PORT`, 3000 by default.
    pub(crate) port: u16,
    /// The function's configuration, still without an endpoint.
    pub(crate) config: Config,
}

/// Reads the environment.
pub(crate) fn settings() -> Result<Settings, SettingsError> {
    match (port(), config()) {
        (Ok(port), Ok(config)) => Ok(Settings { port, config }),
        (port, config) => Err(SettingsError {
            port: port.err(),
            config: config.err(),
        }),
    }
}

fn port() -> Result<u16, BadPort> {
    match env::var_os("PORT") {
        None => Ok(DEFAULT_PORT),
        Some(text) => text
            .to_str()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| BadPort(text.to_string_lossy().into_owned())),
    }
}

/// The settings that a stack has for its function (`ALLOWED_ORIGINS` and so on, the log level) can be
/// set here as well. All pages have a number, so that the demo page has one.
fn config() -> Result<Config, ConfigError> {
    Config::from_vars(|variable| match variable {
        "TABLE_NAME" => Some(data::TABLE.into()),
        "AWS_LAMBDA_LOG_FORMAT" => Some("Text".into()),
        "ALLOWED_ORIGINS"
        | "COUNT_CRAWLERS"
        | "HISTORY_DAYS"
        | "START_COUNT"
        | "AWS_LAMBDA_LOG_LEVEL" => env::var_os(variable),
        "PAGES" => env::var_os(variable).or_else(|| Some("/*".into())),
        // The embedded DynamoDB accepts any region and any credentials, but they must be there.
        "AWS_REGION" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("local".into()),
        _ => None,
    })
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
