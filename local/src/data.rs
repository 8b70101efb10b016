//! DynamoDB, embedded in this process, with its data in a file.
//!
//! It speaks its protocol on a port of its own, since that is how the function's code reaches it.
//! Other programs of this machine can use it too.

use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::path::{self, PathBuf};

use dynoxide::DynoxideError;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::types::{AttributeDefinition, KeySchemaElement, KeyType, ScalarAttributeType};
use tokio::net::TcpListener;
use visitor_counter::KEY;

use crate::start::StartError;

/// The table of the counter.
pub(crate) const TABLE: &str = "visitor-counter-local";

/// Where the data lies, from the folder that the program is started in.
const FOLDER: &str = ".local";
const FILE: &str = ".local/dynamodb.sqlite";

/// An embedded DynamoDB with the counter's table.
pub(crate) struct Database(dynoxide::Database);

impl Database {
    /// Opens the data, and creates what is missing.
    pub(crate) fn open() -> Result<Self, StartError> {
        let path = path()?;
        check_folder().map_err(|source| StartError::Unwritable {
            path: path.clone(),
            source,
        })?;
        let broken = |source| StartError::BrokenData { path, source };
        let engine = dynoxide::Database::new(FILE)
            .and_then(create_table)
            .map_err(broken)?;
        Ok(Self(engine))
    }

    /// Serves DynamoDB's protocol on a free port of the loopback interface, for as long as the
    /// process lives; returns the URL.
    pub(crate) async fn serve(self) -> Result<String, StartError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(dynoxide::server::serve_on(listener, self.0));
        Ok(url)
    }
}

/// The file that holds the data.
pub(crate) fn path() -> Result<PathBuf, StartError> {
    Ok(path::absolute(FILE)?)
}

/// SQLite opens a file in a folder that it can't write to, and fails at the first visit.
fn check_folder() -> io::Result<()> {
    fs::create_dir_all(FOLDER)?;
    tempfile::tempfile_in(FOLDER)?;
    fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(FILE)?;
    Ok(())
}

fn create_table(engine: dynoxide::Database) -> Result<dynoxide::Database, DynoxideError> {
    let table = engine.create_table(CreateTableRequest {
        table_name: TABLE.to_owned(),
        attribute_definitions: vec![AttributeDefinition {
            attribute_name: KEY.to_owned(),
            attribute_type: ScalarAttributeType::S,
        }],
        key_schema: vec![KeySchemaElement {
            attribute_name: KEY.to_owned(),
            key_type: KeyType::HASH,
        }],
        billing_mode: Some("PAY_PER_REQUEST".to_owned()),
        ..CreateTableRequest::default()
    });
    match table {
        Ok(_) | Err(DynoxideError::ResourceInUseException(_)) => Ok(engine),
        Err(error) => Err(error),
    }
}
