//! Names, addresses and files, as types that are valid once they exist.

use std::fmt;
use std::fs;
use std::str::FromStr;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;

use crate::setting::{NotAllowed, Setting, one_of};

/// Name of a DynamoDB table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TableName(String);

/// Name of an AWS region.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegionName(String);

/// HTTP address of a DynamoDB that isn't the region's own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint(String);

/// A file of PEM certificates, with those that it held when it was read.
#[derive(Clone, Debug)]
pub struct RootCertificates {
    path: String,
    roots: RootCertStore,
}

/// Something that is on or off.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Switch(bool);

impl Setting for TableName {
    const ALLOWED: &str = "the table's name: 3 to 255 of a-z, A-Z, 0-9, '_', '-' and '.'";
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

impl Setting for RegionName {
    const ALLOWED: &str = "the name of an AWS region, such as eu-central-1";
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

impl Setting for Endpoint {
    const ALLOWED: &str = "a URL with http or https, such as http://127.0.0.1:8000, without a user, \
                           a query or a fragment";

    /// Hides everything that may be a password.
    fn show(text: &str) -> String {
        match text.rsplit_once('@') {
            Some((_, host)) => format!("{:?}", format!("…@{host}")),
            None => format!("{text:?}"),
        }
    }
}

impl FromStr for Endpoint {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let url = Url::parse(text).map_err(|_| NotAllowed)?;
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if is_plain && matches!(url.scheme(), "http" | "https") {
            Ok(Self(url.into()))
        } else {
            Err(NotAllowed)
        }
    }
}

impl Endpoint {
    /// Whether the connection is encrypted.
    pub(crate) fn is_tls(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl Setting for RootCertificates {
    const ALLOWED: &str = "the path of a readable file of PEM certificates, at least one";
}

impl FromStr for RootCertificates {
    type Err = NotAllowed;

    /// Reads the file at this path. All certificates in it must be usable: one that is passed over
    /// would be missed only later.
    fn from_str(path: &str) -> Result<Self, NotAllowed> {
        let pem = fs::read(path).map_err(|_| NotAllowed)?;
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|_| NotAllowed)?;
            roots.add(certificate).map_err(|_| NotAllowed)?;
        }
        if roots.is_empty() {
            return Err(NotAllowed);
        }
        Ok(Self {
            path: path.to_owned(),
            roots,
        })
    }
}

impl RootCertificates {
    pub(crate) fn store(&self) -> &RootCertStore {
        &self.roots
    }
}

impl Setting for Switch {
    const ALLOWED: &str = "true or false";
}

impl FromStr for Switch {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        one_of(text, &[("true", true), ("false", false)]).map(Self)
    }
}

impl Switch {
    pub(crate) fn is_on(self) -> bool {
        self.0
    }
}

impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
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
        f.write_str(&self.path)
    }
}
