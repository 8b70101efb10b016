//! The reply that a caller of the API gets.

use std::collections::BTreeMap;

use lambda_http::{Body, Response};
use serde_json::Value;

/// A response with its header names in lower case.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u64,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Reply {
    /// Reads a function's response as API Gateway does.
    pub(crate) fn from_gateway(response: &Value) -> Self {
        assert_eq!(response["isBase64Encoded"], false, "{response}");
        let single = response["headers"].as_object().into_iter().flatten();
        let several = response["multiValueHeaders"]
            .as_object()
            .into_iter()
            .flatten();
        let headers = single
            .map(|(name, value)| (name, vec![value.clone()]))
            .chain(several.map(|(name, values)| (name, values.as_array().unwrap().clone())))
            .map(|(name, values)| {
                let [Value::String(value)] = &values[..] else {
                    panic!("{name}: {values:?}")
                };
                (name.to_ascii_lowercase(), value.clone())
            });
        Self {
            status: response["statusCode"].as_u64().unwrap(),
            headers: headers.collect(),
            body: response["body"].as_str().unwrap_or_default().to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// Checks that this is a 200 with everything it needs, for a visit that was counted, and returns
    /// its number.
    #[track_caller]
    pub(crate) fn count(&self) -> u64 {
        let json = self.visits();
        assert_eq!(json["counted"], true, "{json}");
        assert_eq!(json.get("reason"), None, "{json}");
        json["count"].as_u64().unwrap()
    }

    /// Checks that this is a 200 with everything it needs, for a visit that was not counted, and
    /// returns the reason and the number.
    #[track_caller]
    pub(crate) fn not_counted(&self) -> (String, u64) {
        let json = self.visits();
        assert_eq!(json["counted"], false, "{json}");
        let reason = json["reason"].as_str().unwrap().to_owned();
        (reason, json["count"].as_u64().unwrap())
    }

    #[track_caller]
    fn visits(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        self.assert_common_headers();
        self.json()
    }

    /// Checks that this is a number that was read, to be kept for this long, and returns it.
    #[track_caller]
    pub(crate) fn read(&self, cache: &str) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/json"));
        self.assert_read(cache);
        self.json()
    }

    /// Checks the headers of what every page may read.
    #[track_caller]
    pub(crate) fn assert_read(&self, cache: &str) {
        assert_eq!(self.header("cache-control"), Some(cache));
        assert_eq!(self.header("access-control-allow-origin"), Some("*"));
        self.assert_common_headers();
    }

    /// Checks that this is a problem with this status and everything it needs.
    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u64) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(self.header("cache-control"), Some("no-store"));
        self.assert_common_headers();
        let json = self.json();
        assert_eq!(json["type"], "about:blank");
        assert_eq!(json["status"], status);
        assert!(
            json["title"].is_string() && json["detail"].is_string(),
            "{json}"
        );
        assert!(json["requestId"].is_string(), "{json}");
        assert_eq!(
            json.as_object().unwrap().len(),
            5,
            "a problem has five members: {json}"
        );
    }

    /// Checks that this is a 503 that tells frontends to retry, since nothing was counted.
    #[track_caller]
    pub(crate) fn assert_busy(&self) {
        self.assert_problem(503);
        assert_eq!(self.header("retry-after"), Some("1"));
    }

    /// Checks that this is a 503 that doesn't, since the visit may have been counted.
    #[track_caller]
    pub(crate) fn assert_unconfirmed(&self) {
        self.assert_problem(503);
        assert_eq!(self.header("retry-after"), None);
    }

    #[track_caller]
    fn assert_common_headers(&self) {
        assert_eq!(self.header("vary"), Some("Origin"));
        assert_eq!(
            self.header("access-control-expose-headers"),
            Some("Retry-After")
        );
        assert!(
            self.header("access-control-allow-origin").is_some(),
            "{self:?}"
        );
    }
}

impl From<Response<Body>> for Reply {
    fn from(response: Response<Body>) -> Self {
        let headers = response.headers().iter();
        Self {
            status: response.status().as_u16().into(),
            headers: headers
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                .collect(),
            body: String::from_utf8(response.body().to_vec()).unwrap(),
        }
    }
}
