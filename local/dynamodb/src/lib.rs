//! An embedded DynamoDB with the counter's table.
//!
//! The local run keeps its data in one, the tests and the bench keep theirs in memory. It is a
//! crate of its own so that the table is defined once: the local run must not depend on test
//! doubles, and the testkit must not depend on the handler, whose tests depend on the testkit.
//!
//! * `protocol`: DynamoDB over HTTP, for programs and not for pages.

mod protocol;

use std::fmt;
use std::io;
use std::net::Ipv4Addr;

use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::types::{AttributeDefinition, KeySchemaElement, KeyType, ScalarAttributeType};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use dynoxide::{Database, DynoxideError as Error};

/// An embedded DynamoDB with one table.
#[derive(Clone)]
pub struct EmbeddedDynamoDb(Database);

impl EmbeddedDynamoDb {
    /// Creates a table that lives as long as the last clone of this.
    ///
    /// # Errors
    ///
    /// The table can't be created.
    pub fn in_memory(table: &str, key: &str) -> Result<Self, Error> {
        create_table(Database::memory()?, table, key)
    }

    /// Opens a file. Creates the file and the table if they don't exist.
    ///
    /// # Errors
    ///
    /// The file can't be opened, or isn't a database.
    pub fn in_file(path: &str, table: &str, key: &str) -> Result<Self, Error> {
        create_table(Database::new(path)?, table, key)
    }

    /// The database itself, for calls that don't go over the network.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.0
    }

    /// Does one operation of DynamoDB's protocol, such as `UpdateItem`, and returns its answer in
    /// JSON.
    ///
    /// # Errors
    ///
    /// DynamoDB's own, such as a condition that failed.
    pub fn call(&self, operation: &str, body: &[u8]) -> Result<String, Error> {
        protocol::call(&self.0, operation, body)
    }

    /// Serves DynamoDB's protocol on a free port of the loopback interface. Requests of pages are
    /// refused.
    ///
    /// # Errors
    ///
    /// There is no free port.
    pub async fn serve(&self) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let mut accepting = JoinSet::new();
        accepting.spawn(axum::serve(listener, protocol::routes(self.0.clone())).into_future());
        Ok(Server {
            url,
            _accepting: accepting,
        })
    }
}

/// Whether an error of [`EmbeddedDynamoDb::in_file`] means that the file is damaged or no database.
/// The others may pass, and the file may be sound: a full disk, missing rights, a newer version.
#[must_use]
pub fn is_damage(error: &Error) -> bool {
    // dynoxide passes most errors of SQLite on as text. These are the texts of SQLITE_CORRUPT and
    // SQLITE_NOTADB, and dynoxide's two for the latter.
    let error = error.to_string();
    [
        "database disk image is malformed",
        "file is not a database",
        "not a valid database",
        "not a valid SQLite database",
    ]
    .iter()
    .any(|text| error.contains(text))
}

impl fmt::Debug for EmbeddedDynamoDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedDynamoDb").finish_non_exhaustive()
    }
}

/// An embedded DynamoDB on a port. It accepts connections until this is dropped.
#[derive(Debug)]
pub struct Server {
    url: String,
    _accepting: JoinSet<io::Result<()>>,
}

impl Server {
    /// Its URL, without a path.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Creates the table with a string as its partition key. One that exists stays as it is.
fn create_table(database: Database, table: &str, key: &str) -> Result<EmbeddedDynamoDb, Error> {
    let created = database.create_table(CreateTableRequest {
        table_name: table.to_owned(),
        attribute_definitions: vec![AttributeDefinition {
            attribute_name: key.to_owned(),
            attribute_type: ScalarAttributeType::S,
        }],
        key_schema: vec![KeySchemaElement {
            attribute_name: key.to_owned(),
            key_type: KeyType::HASH,
        }],
        billing_mode: Some("PAY_PER_REQUEST".to_owned()),
        ..CreateTableRequest::default()
    });
    match created {
        Ok(_) | Err(Error::ResourceInUseException(_)) => Ok(EmbeddedDynamoDb(database)),
        Err(error) => Err(error),
    }
}
