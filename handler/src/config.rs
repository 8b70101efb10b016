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
    /// `START_COUNT`: the number that the first visit counts up from, 0 by default.
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

/// All variables that can't be used: at least one.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{}", sentences(.0))]
pub struct ConfigError(Vec<VariableError>);

/// A variable that can't be used, and what it may hold.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum VariableError {
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

impl ConfigError {
    /// One error a variable.
    #[must_use]
    pub fn errors(&self) -> &[VariableError] {
        &self.0
    }
}

fn sentences(errors: &[VariableError]) -> String {
    let sentences: Vec<_> = errors.iter().map(ToString::to_string).collect();
    sentences.join(" ")
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
        let vars = Vars(get);
        let mut errors = Errors::default();
        let table_name = errors.keep(vars.required("TABLE_NAME"));
        let allowed_origins = errors.keep(vars.optional("ALLOWED_ORIGINS")).flatten();
        let start_count = errors.keep(vars.optional("START_COUNT")).flatten();
        let region = errors.keep(vars.required("AWS_REGION"));
        let endpoint = errors.keep(vars.endpoint()).flatten();
        let root_certificates = errors.keep(vars.optional("SSL_CERT_FILE")).flatten();
        let credentials = vars.credentials(&mut errors);
        let level = errors.keep(vars.optional("AWS_LAMBDA_LOG_LEVEL")).flatten();
        let format = errors
            .keep(vars.optional("AWS_LAMBDA_LOG_FORMAT"))
            .flatten();
        match (table_name, region, credentials) {
            (Some(table_name), Some(region), Some(credentials)) if errors.0.is_empty() => {
                Ok(Self {
                    table_name,
                    allowed_origins: allowed_origins.unwrap_or_default(),
                    start_count: start_count.unwrap_or_default(),
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
            _ => Err(ConfigError(errors.0)),
        }
    }
}

/// Collects the errors of all variables, so that they are reported together.
#[derive(Default)]
struct Errors(Vec<VariableError>);

impl Errors {
    fn keep<T>(&mut self, read: Result<T, VariableError>) -> Option<T> {
        read.map_err(|error| self.0.push(error)).ok()
    }
}

struct Vars<F>(F);

impl<F: Fn(&str) -> Option<OsString>> Vars<F> {
    fn required<T: Setting>(&self, variable: &'static str) -> Result<T, VariableError> {
        let allowed = T::ALLOWED;
        self.optional(variable)?
            .ok_or(VariableError::Missing { variable, allowed })
    }

    fn optional<T: Setting>(&self, variable: &'static str) -> Result<Option<T>, VariableError> {
        let allowed = T::ALLOWED;
        let parse = |text: String| {
            text.parse().map_err(|NotAllowed| VariableError::Invalid {
                variable,
                value: T::show(&text),
                allowed,
            })
        };
        self.text(variable, allowed)?.map(parse).transpose()
    }

    /// DynamoDB's own variable goes before the one for all services. The AWS SDKs treat an empty
    /// variable as unset, and so does this.
    fn endpoint(&self) -> Result<Option<Endpoint>, VariableError> {
        let is_set = |variable: &&str| (self.0)(variable).is_some_and(|value| !value.is_empty());
        ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"]
            .into_iter()
            .find(is_set)
            .map_or(Ok(None), |variable| self.optional(variable))
    }

    fn credentials(&self, errors: &mut Errors) -> Option<Credentials> {
        let allowed = "the function's AWS credentials, which Lambda sets";
        let optional = |variable| {
            let value = self.text(variable, allowed)?;
            Ok(value.filter(|value| !value.is_empty()))
        };
        let required =
            |variable| optional(variable)?.ok_or(VariableError::Missing { variable, allowed });
        let key_id = errors.keep(required("AWS_ACCESS_KEY_ID"));
        let secret_key = errors.keep(required("AWS_SECRET_ACCESS_KEY"));
        let session_token = errors.keep(optional("AWS_SESSION_TOKEN")).flatten();
        Some(Credentials::new(
            key_id?,
            secret_key?,
            session_token,
            None,
            "environment",
        ))
    }

    fn text(
        &self,
        variable: &'static str,
        allowed: &'static str,
    ) -> Result<Option<String>, VariableError> {
        (self.0)(variable)
            .map(OsString::into_string)
            .transpose()
            .map_err(|_| VariableError::NotText { variable, allowed })
    }
}
