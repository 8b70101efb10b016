//! A connection to DynamoDB that can be closed in the middle.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::connections::until_closed;

/// Forwards bytes to a plain server.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    connections: Arc<Mutex<Vec<JoinHandle<()>>>>,
    /// How often it has fallen silent.
    silences: watch::Sender<usize>,
}

impl Relay {
    /// Starts it before the server at this URL.
    pub async fn start(behind: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let behind = behind.strip_prefix("http://").unwrap().to_owned();
        let connections = Arc::<Mutex<Vec<_>>>::default();
        let opened = connections.clone();
        let silences = watch::Sender::new(0);
        let listening = silences.clone();
        tokio::spawn(async move {
            while let Ok((mut outside, _)) = listener.accept().await {
                let mut inside = TcpStream::connect(&behind).await.unwrap();
                let mut silence = listening.subscribe();
                let connection = tokio::spawn(async move {
                    tokio::select! {
                        // Either side may close it, in any way.
                        _ = copy_bidirectional(&mut outside, &mut inside) => {}
                        _ = silence.changed() => pending().await,
                    }
                });
                opened.lock().unwrap().push(connection);
            }
        });
        Self {
            address,
            connections,
            silences,
        }
    }

    /// Its URL, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Forwards nothing more on the connections that are open, as if their peer were gone without a
    /// word.
    pub fn fall_silent(&self) {
        self.silences.send_modify(|silences| *silences += 1);
    }

    /// Closes the connections that are open, and returns how many there were.
    pub async fn hang_up(&self) -> usize {
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
