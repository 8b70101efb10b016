//! Configuration from the environment, read once.

mod types;

use std::env;
use std::ffi::OsString;
use std::fmt;

use aws_sdk_dynamodb::config::Credentials;
use thiserror::Error;

pub use self::types::{Endpoint, RegionName, RootCertificates, Switch, TableName};
use crate::count::StartCount;
use crate::day::HistoryDays;
use crate::log::Log;
use crate::origin::AllowedOrigins;
use crate::page::Pages;
use crate::setting::Setting;

/// Everything that can be set. Each field names its environment variable.
#[derive(Clone, Debug)]
pub struct Config {
    /// `TABLE_NAME`, required: the DynamoDB table that holds the counter.
    pub table_name: TableName,
    /// `ALLOWED_ORIGINS`: `*` (the default), or comma-separated origins.
    pub allowed_origins: AllowedOrigins,
    /// `START_COUNT`: the number that the first visit counts up from, 0 by default.
    pub start_count: StartCount,
    /// `COUNT_CRAWLERS`: whether crawlers are counted, `false` by default.
    pub count_crawlers: Switch,
    /// `HISTORY_DAYS`: for how many days the number of visits is kept, 30 by default.
    pub history_days: HistoryDays,
    /// `PAGES`: comma-separated patterns of the pages that have a number of their own, none by
    /// default.
    pub pages: Pages,
    /// `AWS_REGION`, required. Lambda sets it.
    pub region: RegionName,
    /// `AWS_ENDPOINT_URL_DYNAMODB`, else `AWS_ENDPOINT_URL`, else the region's own endpoint.
    pub endpoint: Option<Endpoint>,
    /// `SSL_CERT_FILE`: the certificates to trust instead of the system's.
    pub root_certificates: Option<RootCertificates>,
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, required, and `AWS_SESSION_TOKEN`. Lambda
    /// sets them.
    pub credentials: Credentials,
    /// `AWS_LAMBDA_LOG_LEVEL` and `AWS_LAMBDA_LOG_FORMAT`. Lambda sets them from the function's
    /// logging configuration.
    pub log: Log,
}

/// All variables that can't be used: at least one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigError(Vec<VariableError>);

/// A variable that can't be used, and what it may hold.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{variable} {reason}. It must hold {allowed}.")]
pub struct VariableError {
    variable: &'static str,
    reason: Reason,
    allowed: &'static str,
}

#[derive(Clone, Debug, Eq, Error, PartialEq)]
enum Reason {
    #[error("is not set")]
    Missing,
    /// The value is in quotes and without secrets.
    #[error("is {0}")]
    Invalid(String),
    #[error("is not valid UTF-8")]
    NotText,
}

impl ConfigError {
    /// One error a variable.
    #[must_use]
    pub fn errors(&self) -> &[VariableError] {
        &self.0
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut space = "";
        for error in &self.0 {
            write!(f, "{space}{error}")?;
            space = " ";
        }
        Ok(())
    }
}

impl Config {
    /// Reads the environment of this process.
    ///
    /// # Errors
    ///
    /// All variables that can't be used.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_vars(|variable| env::var_os(variable))
    }

    /// Reads variables from any source.
    ///
    /// # Errors
    ///
    /// All variables that can't be used.
    pub fn from_vars(get: impl Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let mut vars = Vars {
            get: &get,
            errors: Vec::new(),
        };
        // All are read before any error ends this.
        let table_name = vars.required("TABLE_NAME");
        let allowed_origins = vars.optional("ALLOWED_ORIGINS");
        let start_count = vars.optional("START_COUNT");
        let count_crawlers = vars.optional("COUNT_CRAWLERS");
        let history_days = vars.optional("HISTORY_DAYS");
        let pages = vars.optional("PAGES");
        let region = vars.required("AWS_REGION");
        let endpoint = vars.endpoint();
        let root_certificates = vars.optional("SSL_CERT_FILE");
        let credentials = vars.credentials();
        let level = vars.optional("AWS_LAMBDA_LOG_LEVEL");
        let format = vars.optional("AWS_LAMBDA_LOG_FORMAT");
        match (table_name, region, credentials) {
            (Some(table_name), Some(region), Some(credentials)) if vars.errors.is_empty() => {
                Ok(Self {
                    table_name,
                    allowed_origins: allowed_origins.unwrap_or_default(),
                    start_count: start_count.unwrap_or_default(),
                    count_crawlers: count_crawlers.unwrap_or_default(),
                    history_days: history_days.unwrap_or_default(),
                    pages: pages.unwrap_or_default(),
                    region,
                    endpoint,
                    root_certificates,
                    credentials,
                    log: Log {
                        level: level.unwrap_or_default(),
                        format: format.unwrap_or_default(),
                    },
                })
            }
            _ => Err(ConfigError(vars.errors)),
        }
    }
}

/// Reads variables, and collects the errors of those that can't be used.
struct Vars<'a> {
    get: &'a dyn Fn(&str) -> Option<OsString>,
    errors: Vec<VariableError>,
}

impl Vars<'_> {
    fn required<T: Setting>(&mut self, variable: &'static str) -> Option<T> {
        let value = (self.get)(variable);
        if value.is_none() {
            self.refuse(variable, Reason::Missing, T::ALLOWED);
        }
        self.parse(variable, value?)
    }

    fn optional<T: Setting>(&mut self, variable: &'static str) -> Option<T> {
        let value = (self.get)(variable)?;
        self.parse(variable, value)
    }

    /// DynamoDB's own variable goes before the one for all services.
    fn endpoint(&mut self) -> Option<Endpoint> {
        ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"]
            .into_iter()
            .find_map(|variable| Some((variable, self.non_empty(variable)?)))
            .and_then(|(variable, value)| self.parse(variable, value))
    }

    fn credentials(&mut self) -> Option<Credentials> {
        const ALLOWED: &str = "the function's AWS credentials, which Lambda sets";
        let [key_id, secret_key, session_token] = [
            ("AWS_ACCESS_KEY_ID", true),
            ("AWS_SECRET_ACCESS_KEY", true),
            ("AWS_SESSION_TOKEN", false),
        ]
        .map(|(variable, is_required)| {
            let value = self.non_empty(variable);
            if value.is_none() && is_required {
                self.refuse(variable, Reason::Missing, ALLOWED);
            }
            self.text(variable, value?, ALLOWED)
        });
        Some(Credentials::new(
            key_id?,
            secret_key?,
            session_token,
            None,
            "environment",
        ))
    }

    /// The AWS SDKs treat an empty variable as unset, and so does this.
    fn non_empty(&self, variable: &str) -> Option<OsString> {
        (self.get)(variable).filter(|value| !value.is_empty())
    }

    fn parse<T: Setting>(&mut self, variable: &'static str, value: OsString) -> Option<T> {
        let text = self.text(variable, value, T::ALLOWED)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.refuse(variable, Reason::Invalid(T::show(&text)), T::ALLOWED);
        }
        parsed
    }

    fn text(
        &mut self,
        variable: &'static str,
        value: OsString,
        allowed: &'static str,
    ) -> Option<String> {
        let text = value.into_string().ok();
        if text.is_none() {
            self.refuse(variable, Reason::NotText, allowed);
        }
        text
    }

    fn refuse(&mut self, variable: &'static str, reason: Reason, allowed: &'static str) {
        self.errors.push(VariableError {
            variable,
            reason,
            allowed,
        });
    }
}
