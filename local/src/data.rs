//! The file that keeps the count, and the embedded DynamoDB that opens it.

use std::fs;
use std::io::{self, Write};
use std::path::{self, PathBuf};

use visitor_counter::KEY;
use visitor_counter_dynamodb::{EmbeddedDynamoDb, is_damage};

use crate::start_error::StartError;

/// The counter's table.
pub(crate) const TABLE: &str = "visitor-counter-local";

/// Where the data is, relative to the folder that the program is started in.
const FOLDER: &str = ".local";
const FILE: &str = ".local/dynamodb.sqlite";

/// More than a start writes, which is about 100 kB.
const SPACE: usize = 256 << 10;

/// Opens the data, and creates what is missing.
pub(crate) fn open() -> Result<EmbeddedDynamoDb, StartError> {
    let path = path()?;
    if let Err(source) = check_folder() {
        return Err(if is_full(&source) {
            StartError::NoSpace { path, source }
        } else {
            StartError::Unwritable { path, source }
        });
    }
    EmbeddedDynamoDb::in_file(FILE, TABLE, KEY).map_err(|source| {
        if is_damage(&source) {
            StartError::BrokenData { path, source }
        } else {
            StartError::Unopened { path, source }
        }
    })
}

/// Whether the disk, the user's share of it or the largest size of a file is used up.
fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

/// The file's absolute path.
pub(crate) fn path() -> Result<PathBuf, StartError> {
    Ok(path::absolute(FILE)?)
}

/// SQLite opens a file in a folder that it can't write to, and fails only at the first visit. If
/// the disk is full, it often says no more than "disk I/O error".
fn check_folder() -> io::Result<()> {
    fs::create_dir_all(FOLDER)?;
    tempfile::tempfile_in(FOLDER)?.write_all(&vec![0; SPACE])?;
    fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(FILE)?;
    Ok(())
}
