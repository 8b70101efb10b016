//! When a connection is closed for both of its sides.

use std::fs;

use tokio::task::yield_now;

/// State of a connection that its program doesn't yet know to be over.
const ESTABLISHED: &str = "01";

/// Waits until no program holds a connection to this port for open.
///
/// On a busy machine, the end of a connection may be overtaken by what is sent on another one
/// afterwards. Only Linux tells; elsewhere nobody waits.
pub(crate) async fn until_closed(port: u16) {
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
