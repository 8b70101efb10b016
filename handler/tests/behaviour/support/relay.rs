//! A way to DynamoDB that can be cut.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::closed::until_closed;

/// Hands bytes on to a plain server.
pub(crate) struct Relay {
    address: SocketAddr,
    connections: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Relay {
    pub(crate) async fn start(behind: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let behind = behind.strip_prefix("http://").unwrap().to_owned();
        let connections = Arc::<Mutex<Vec<_>>>::default();
        let opened = connections.clone();
        tokio::spawn(async move {
            while let Ok((mut outside, _)) = listener.accept().await {
                let mut inside = TcpStream::connect(&behind).await.unwrap();
                let connection = tokio::spawn(async move {
                    // Either side may end it, in any way.
                    let _ = copy_bidirectional(&mut outside, &mut inside).await;
                });
                opened.lock().unwrap().push(connection);
            }
        });
        Self {
            address,
            connections,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Closes the connections that are open, and returns how many there were.
    pub(crate) async fn hang_up(&self) -> usize {
        let connections = std::mem::take(&mut *self.connections.lock().unwrap());
        let mut open = 0;
        for connection in connections {
            connection.abort();
            open += usize::from(connection.await.is_err());
        }
        until_closed(self.address.port()).await;
        open
    }
}
