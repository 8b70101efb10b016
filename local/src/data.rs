//! The file that keeps the count, and the embedded DynamoDB that opens it.

use std::fs;
use std::io;
use std::path::{self, PathBuf};

use visitor_counter::KEY;
use visitor_counter_dynamodb::EmbeddedDynamoDb;

use crate::start_error::StartError;

/// The counter's table.
pub(crate) const TABLE: &str = "visitor-counter-local";

/// Where the data is, relative to the folder that the program is started in.
const FOLDER: &str = ".local";
const FILE: &str = ".local/dynamodb.sqlite";

/// Opens the data, and creates what is missing.
pub(crate) fn open() -> Result<EmbeddedDynamoDb, StartError> {
    let path = path()?;
    check_folder().map_err(|source| StartError::Unwritable {
        path: path.clone(),
        source,
    })?;
    EmbeddedDynamoDb::in_file(FILE, TABLE, KEY)
        .map_err(|source| StartError::BrokenData { path, source })
}

/// The file's absolute path.
pub(crate) fn path() -> Result<PathBuf, StartError> {
    Ok(path::absolute(FILE)?)
}

/// SQLite opens a file in a folder that it can't write to, and fails only at the first visit.
fn check_folder() -> io::Result<()> {
    fs::create_dir_all(FOLDER)?;
    tempfile::tempfile_in(FOLDER)?;
    fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(FILE)?;
    Ok(())
}
