//! Everything that can keep the local run from starting, and what to do about it.

use std::io;
use std::path::PathBuf;

use thiserror::Error;
use visitor_counter::ConfigError;

#[derive(Debug, Error)]
pub(crate) enum StartError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("port {0} is taken. Choose another one: PORT=8080 make run (0 takes any free port)")]
    PortTaken(u16),
    #[error("can't listen on port {port}: {source}. Choose another one: PORT=8080 make run")]
    PortUnusable { port: u16, source: io::Error },
    #[error("can't write to {}: {source}. The counter keeps its data there.", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error(
        "there is no space for {}: {source}. Make some, and start again. The count is kept.",
        path.display()
    )]
    NoSpace { path: PathBuf, source: io::Error },
    #[error("can't open {} ({source}). Its count may be sound: keep the file.", path.display())]
    Unopened {
        path: PathBuf,
        source: visitor_counter_dynamodb::Error,
    },
    #[error(
        "{} is damaged or not the counter's data ({source}). Move it away to start a new count.",
        path.display()
    )]
    BrokenData {
        path: PathBuf,
        source: visitor_counter_dynamodb::Error,
    },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// All variables that can't be used, one a line.
#[derive(Debug, Error)]
#[error("{}", self.lines())]
pub(crate) struct SettingsError {
    pub(crate) port: Option<BadPort>,
    pub(crate) config: Option<ConfigError>,
}

#[derive(Debug, Error)]
#[error("PORT is {0:?}. It must hold a whole number from 0 to 65535 (0 takes any free port).")]
pub(crate) struct BadPort(pub(crate) String);

impl SettingsError {
    fn lines(&self) -> String {
        let port = self.port.iter().map(ToString::to_string);
        let errors = self.config.iter().flat_map(ConfigError::errors);
        let lines: Vec<_> = port.chain(errors.map(ToString::to_string)).collect();
        lines.join("\n")
    }
}
