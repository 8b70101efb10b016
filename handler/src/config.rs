//! Configuration from the environment, read once.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use aws_sdk_dynamodb::config::Credentials;
use thiserror::Error;
use url::Url;

use crate::count::StartCount;
use crate::log::Log;
use crate::origin::AllowedOrigins;

/// Everything that can be set. Each field names its environment variable.
#[derive(Clone, Debug)]
pub struct Config {
    /// `TABLE_NAME`, required: the DynamoDB table that holds the counter.
    pub table_name: TableName,
    /// `ALLOWED_ORIGINS`: `*` (the default), or origins between commas.
    pub allowed_origins: AllowedOrigins,
    /// `START_COUNT`: what the first visit counts up from, 0 by default.
    pub start_count: StartCount,
    /// `AWS_REGION`, required. Lambda sets it.
    pub region: RegionName,
    /// `AWS_ENDPOINT_URL_DYNAMODB`, else `AWS_ENDPOINT_URL`, else the region's own endpoint.
    pub endpoint: Option<Endpoint>,
    /// `SSL_CERT_FILE`: certificates to trust instead of the system's. The TLS library reads the
    /// variable as well; here it is checked, since the library would go on without any.
    pub root_certificates: Option<RootCertificates>,
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, required, and `AWS_SESSION_TOKEN`. Lambda
    /// sets them.
    pub credentials: Credentials,
    /// `AWS_LAMBDA_LOG_LEVEL` and `AWS_LAMBDA_LOG_FORMAT`. Lambda sets them from the function's
    /// logging configuration.
    pub log: Log,
}

/// Name of a DynamoDB table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TableName(String);

/// Name of an AWS region.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegionName(String);

/// HTTP address of a DynamoDB that isn't the region's own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint(String);

/// File with at least one PEM certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RootCertificates(String);

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
    #[error("{variable} is {value:?}. It must hold {allowed}.")]
    Invalid {
        /// Its name.
        variable: &'static str,
        /// Its value, as far as it is text.
        value: String,
        /// What it may hold.
        allowed: &'static str,
    },
}

/// A value that its type can't hold; [`ConfigError`] says the rest.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not allowed")]
pub struct NotAllowed;

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
            table_name: vars.required("TABLE_NAME", TABLE_NAMES)?,
            allowed_origins: vars
                .optional("ALLOWED_ORIGINS", ORIGINS)?
                .unwrap_or_default(),
            start_count: vars
                .optional("START_COUNT", START_COUNTS)?
                .unwrap_or_default(),
            region: vars.required("AWS_REGION", REGIONS)?,
            endpoint: match vars.optional_aws("AWS_ENDPOINT_URL_DYNAMODB", ENDPOINTS)? {
                Some(endpoint) => Some(endpoint),
                None => vars.optional_aws("AWS_ENDPOINT_URL", ENDPOINTS)?,
            },
            root_certificates: vars.optional("SSL_CERT_FILE", CERTIFICATES)?,
            credentials: Credentials::new(
                vars.required::<String>("AWS_ACCESS_KEY_ID", CREDENTIALS)?,
                vars.required::<String>("AWS_SECRET_ACCESS_KEY", CREDENTIALS)?,
                vars.optional_aws("AWS_SESSION_TOKEN", CREDENTIALS)?,
                None,
                "environment",
            ),
            log: Log {
                level: vars
                    .optional("AWS_LAMBDA_LOG_LEVEL", LOG_LEVELS)?
                    .unwrap_or_default(),
                format: vars
                    .optional("AWS_LAMBDA_LOG_FORMAT", LOG_FORMATS)?
                    .unwrap_or_default(),
            },
        })
    }
}

// What each variable may hold, as the end of the sentence "It must hold …".
const TABLE_NAMES: &str = "the table's name: 3 to 255 of a-z, A-Z, 0-9, '_', '-' and '.'";
const ORIGINS: &str = "* or origins between commas, such as https://example.com: a scheme (http or \
                       https), a host and perhaps a port, without a path or a slash at the end";
const START_COUNTS: &str = "a whole number from 0 to 9007199254740990 (2^53 - 2)";
const REGIONS: &str = "the name of an AWS region, such as eu-central-1";
const ENDPOINTS: &str = "a URL such as http://127.0.0.1:8000, with http or https";
const CERTIFICATES: &str = "the path of a readable file with at least one PEM certificate";
const CREDENTIALS: &str = "the function's AWS credentials, which Lambda sets";
const LOG_LEVELS: &str = "TRACE, DEBUG, INFO, WARN, ERROR or FATAL";
const LOG_FORMATS: &str = "JSON or Text";

struct Vars<F>(F);

impl<F: Fn(&str) -> Option<OsString>> Vars<F> {
    fn required<T: FromStr>(
        &self,
        variable: &'static str,
        allowed: &'static str,
    ) -> Result<T, ConfigError> {
        self.optional(variable, allowed)?
            .ok_or(ConfigError::Missing { variable, allowed })
    }

    fn optional<T: FromStr>(
        &self,
        variable: &'static str,
        allowed: &'static str,
    ) -> Result<Option<T>, ConfigError> {
        let Some(value) = (self.0)(variable) else {
            return Ok(None);
        };
        value
            .to_str()
            .and_then(|value| value.parse().ok())
            .map(Some)
            .ok_or_else(|| {
                let value = value.to_string_lossy().into_owned();
                ConfigError::Invalid {
                    variable,
                    value,
                    allowed,
                }
            })
    }

    /// Of the SDKs' own variables an empty one is as good as none.
    fn optional_aws<T: FromStr>(
        &self,
        variable: &'static str,
        allowed: &'static str,
    ) -> Result<Option<T>, ConfigError> {
        match (self.0)(variable) {
            Some(value) if !value.is_empty() => self.optional(variable, allowed),
            _ => Ok(None),
        }
    }
}

impl FromStr for TableName {
    type Err = NotAllowed;

    /// The [rule] is DynamoDB's.
    ///
    /// [rule]: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if (3..=255).contains(&text.len()) && text.chars().all(is_allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAllowed)
        }
    }
}

impl FromStr for RegionName {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !text.is_empty() && text.chars().all(is_allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAllowed)
        }
    }
}

impl FromStr for Endpoint {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let url = Url::parse(text).map_err(|_| NotAllowed)?;
        if matches!(url.scheme(), "http" | "https") {
            Ok(Self(url.into()))
        } else {
            Err(NotAllowed)
        }
    }
}

impl FromStr for RootCertificates {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let found = rustls_native_certs::load_certs_from_paths(Some(Path::new(text)), None);
        if found.certs.is_empty() {
            Err(NotAllowed)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl Endpoint {
    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RegionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RootCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
