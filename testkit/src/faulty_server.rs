//! Servers and ports whose connections fail.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::http::read_message;

/// What a [`FaultyServer`] does with each connection.
#[derive(Clone, Copy, Debug)]
pub enum ConnectionFault {
    /// Closes it at once.
    CloseAtOnce,
    /// Sends nothing, and reads nothing.
    Silence,
    /// Reads a request, then resets the connection.
    ResetAfterRequest,
    /// Reads a request, then closes the connection.
    CloseAfterRequest,
    /// Reads a request and never answers.
    SilenceAfterRequest,
    /// Reads a request, answers these bytes and closes the connection.
    Answer(&'static str),
    /// Reads a request, answers these bytes and no more.
    AnswerThenSilence(&'static str),
}

/// A server whose connections all have the same fault.
#[derive(Debug)]
pub struct FaultyServer {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl FaultyServer {
    /// Starts it on a free port.
    pub async fn start(fault: ConnectionFault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (server.connections.clone(), server.requests.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(fail(stream, fault, requests.clone()));
            }
        });
        server
    }

    /// Its URL, without a path.
    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    /// The number of connections so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The number of requests that were read so far.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn fail(mut stream: TcpStream, fault: ConnectionFault, requests: Arc<AtomicUsize>) {
    match fault {
        ConnectionFault::CloseAtOnce => return,
        ConnectionFault::Silence => return std::future::pending().await,
        _ => {}
    }
    while read_message(&mut stream).await.is_some() {
        requests.fetch_add(1, Ordering::SeqCst);
        match fault {
            ConnectionFault::ResetAfterRequest => return stream.set_zero_linger().unwrap(),
            ConnectionFault::SilenceAfterRequest => {}
            ConnectionFault::Answer(bytes) => {
                return stream.write_all(bytes.as_bytes()).await.unwrap();
            }
            ConnectionFault::AnswerThenSilence(bytes) => {
                stream.write_all(bytes.as_bytes()).await.unwrap();
            }
            _ => return,
        }
    }
}

/// A port on which nothing listens, and nothing can until this is dropped.
#[derive(Debug)]
pub struct ClosedPort(TcpSocket);

impl ClosedPort {
    /// Reserves a free port.
    pub fn reserve() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        Self(socket)
    }

    /// An HTTP URL with this port.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }
}
