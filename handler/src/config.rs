//! Configuration from the environment, read once.

mod types;

use std::env;
use std::ffi::OsString;

use aws_sdk_dynamodb::config::Credentials;
use thiserror::Error;

pub use self::types::{Endpoint, RegionName, RootCertificates, TableName};
use crate::count::StartCount;
use crate::log::Log;
use crate::origin::AllowedOrigins;
use crate::setting::{NotAllowed, Setting};

/// Everything that can be set. Each field names its environment variable.
#[derive(Clone, Debug)]
pub struct Config {
    /// `TABLE_NAME`, required: the DynamoDB table that holds the counter.
    pub table_name: TableName,
    /// `ALLOWED_ORIGINS`: `*` (the default), or comma-separated origins.
    pub allowed_origins: AllowedOrigins,
    /// `START_COUNT`: what the first visit counts up from, 0 by default.
    pub start_count: StartCount,
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

/// A variable that can't be used, and what it may hold.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ConfigError {
    /// A required variable isn't set.
    #[error("{variable} is not set. It must hold {allowed}.")]
    Missing {
        /// Its name.
        variable: &'static str,
        /// What it may hold.
        allowed: &'static str,
    },
    /// A variable has a wrong value.
    #[error("{variable} is {value}. It must hold {allowed}.")]
    Invalid {
        /// Its name.
        variable: &'static str,
        /// Its value, in quotes and without secrets.
        value: String,
        /// What it may hold.
        allowed: &'static str,
    },
    /// A variable isn't text.
    #[error("{variable} is not valid UTF-8. It must hold {allowed}.")]
    NotText {
        /// Its name.
        variable: &'static str,
        /// What it may hold.
        allowed: &'static str,
    },
}

impl Config {
    /// Reads the environment of this process.
    ///
    /// # Errors
    ///
    /// The first variable that can't be used.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_vars(|variable| env::var_os(variable))
    }

    /// Reads variables from anywhere.
    ///
    /// # Errors
    ///
    /// The first variable that can't be used.
    pub fn from_vars(get: impl Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let vars = Vars(get);
        Ok(Self {
            table_name: vars.required("TABLE_NAME")?,
            allowed_origins: vars.optional("ALLOWED_ORIGINS")?.unwrap_or_default(),
            start_count: vars.optional("START_COUNT")?.unwrap_or_default(),
            region: vars.required("AWS_REGION")?,
            endpoint: match vars.optional_unless_empty("AWS_ENDPOINT_URL_DYNAMODB")? {
                Some(endpoint) => Some(endpoint),
                None => vars.optional_unless_empty("AWS_ENDPOINT_URL")?,
            },
            root_certificates: vars.optional("SSL_CERT_FILE")?,
            credentials: vars.credentials()?,
            log: Log {
                level: vars.optional("AWS_LAMBDA_LOG_LEVEL")?.unwrap_or_default(),
                format: vars.optional("AWS_LAMBDA_LOG_FORMAT")?.unwrap_or_default(),
            },
        })
    }
}

struct Vars<F>(F);

impl<F: Fn(&str) -> Option<OsString>> Vars<F> {
    fn required<T: Setting>(&self, variable: &'static str) -> Result<T, ConfigError> {
        let allowed = T::ALLOWED;
        self.optional(variable)?
            .ok_or(ConfigError::Missing { variable, allowed })
    }

    fn optional<T: Setting>(&self, variable: &'static str) -> Result<Option<T>, ConfigError> {
        let allowed = T::ALLOWED;
        match (self.0)(variable).map(OsString::into_string) {
            None => Ok(None),
            Some(Err(_)) => Err(ConfigError::NotText { variable, allowed }),
            Some(Ok(text)) => text.parse().map(Some).map_err(|NotAllowed| {
                let value = T::show(&text);
                ConfigError::Invalid {
                    variable,
                    value,
                    allowed,
                }
            }),
        }
    }

    /// The AWS SDKs treat an empty variable as unset, and so does this.
    fn optional_unless_empty<T: Setting>(
        &self,
        variable: &'static str,
    ) -> Result<Option<T>, ConfigError> {
        match (self.0)(variable) {
            Some(value) if !value.is_empty() => self.optional(variable),
            _ => Ok(None),
        }
    }

    fn credentials(&self) -> Result<Credentials, ConfigError> {
        let allowed = "the function's AWS credentials, which Lambda sets";
        let secret = |variable| match (self.0)(variable).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value).filter(|value| !value.is_empty())),
            Some(Err(_)) => Err(ConfigError::NotText { variable, allowed }),
        };
        let required =
            |variable| secret(variable)?.ok_or(ConfigError::Missing { variable, allowed });
        Ok(Credentials::new(
            required("AWS_ACCESS_KEY_ID")?,
            required("AWS_SECRET_ACCESS_KEY")?,
            secret("AWS_SESSION_TOKEN")?,
            None,
            "environment",
        ))
    }
}
