//! Whether both sides know that a connection is closed.

use std::fs;

use tokio::task::yield_now;

/// State of a connection whose program doesn't know yet that it is closed.
const ESTABLISHED: &str = "01";

/// Waits until no program takes a connection to this port for open.
///
/// On a busy machine, bytes on another connection may arrive before the end of this one, though
/// they were sent later. Only Linux shows the state; elsewhere this returns at once.
pub async fn until_closed(port: u16) {
    let remote = format!(":{port:04X}");
    let is_open = |line: &str| {
        let mut columns = line.split_whitespace().skip(2);
        columns
            .next()
            .is_some_and(|address| address.ends_with(&remote))
            && columns.next() == Some(ESTABLISHED)
    };
    while fs::read_to_string("/proc/net/tcp").is_ok_and(|table| table.lines().any(is_open)) {
        yield_now().await;
    }
}
