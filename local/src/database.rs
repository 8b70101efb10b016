//! DynamoDB, embedded in this process, with its data in a file.

use std::fs::{self, OpenOptions};
use std::future;
use std::net::Ipv4Addr;
use std::path::{self, Path, PathBuf};

use dynoxide::DynoxideError;
use dynoxide::actions::create_table::CreateTableRequest;
use serde_json::json;
use tokio::net::TcpListener;
use visitor_counter::KEY;

use crate::start::StartError;

/// The table of the counter.
pub(crate) const TABLE: &str = "visitor-counter-local";

/// An embedded DynamoDB with the counter's table.
pub(crate) struct Database {
    engine: dynoxide::Database,
    path: PathBuf,
}

impl Database {
    /// Opens the data in a folder, and creates what is missing.
    pub(crate) fn open(folder: &Path) -> Result<Self, StartError> {
        let path = path::absolute(folder)?.join("dynamodb.sqlite");
        let unwritable = |source| StartError::Unwritable {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(folder).map_err(unwritable)?;
        // SQLite opens a file that it can't write to, and fails at the first visit.
        OpenOptions::new()
            .append(true)
            .create(true)
            .open(&path)
            .map_err(unwritable)?;

        let broken = |cause: &dyn ToString| StartError::BrokenData {
            path: path.clone(),
            cause: cause.to_string(),
        };
        let text = path
            .to_str()
            .ok_or_else(|| broken(&"the path is not Unicode"))?;
        let engine = dynoxide::Database::new(text).map_err(|error| broken(&error))?;
        create_table(&engine).map_err(|error| broken(&error))?;
        Ok(Self { engine, path })
    }

    /// File that holds the data.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Serves DynamoDB's protocol on a free port of the loopback interface, for as long as the
    /// process lives; returns the URL.
    pub(crate) async fn serve(&self) -> Result<String, StartError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let engine = self.engine.clone();
        tokio::spawn(dynoxide::server::serve_with_shutdown(
            listener,
            engine,
            future::pending(),
        ));
        Ok(url)
    }
}

fn create_table(engine: &dynoxide::Database) -> Result<(), DynoxideError> {
    let request = json!({
        "TableName": TABLE,
        "AttributeDefinitions": [{ "AttributeName": KEY, "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": KEY, "KeyType": "HASH" }],
        "BillingMode": "PAY_PER_REQUEST",
    });
    let request: CreateTableRequest = serde_json::from_value(request)
        .map_err(|error| DynoxideError::ValidationException(error.to_string()))?;
    match engine.create_table(request) {
        Err(DynoxideError::ResourceInUseException(_)) => Ok(()),
        other => other.map(|_| ()),
    }
}
