//! Connections that fail.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::http::read_message;

/// What a server on raw TCP does with each connection.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// Closes it at once.
    CloseAtOnce,
    /// Says nothing, from the first byte on.
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

/// A server that fails in one way.
pub(crate) struct Faulty {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Faulty {
    pub(crate) async fn start(fault: Fault) -> Self {
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

    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn fail(mut stream: TcpStream, fault: Fault, requests: Arc<AtomicUsize>) {
    match fault {
        Fault::CloseAtOnce => return,
        Fault::Silence => return std::future::pending().await,
        _ => {}
    }
    while read_message(&mut stream).await.is_some() {
        requests.fetch_add(1, Ordering::SeqCst);
        match fault {
            Fault::ResetAfterRequest => return stream.set_zero_linger().unwrap(),
            Fault::SilenceAfterRequest => {}
            Fault::Answer(bytes) => return stream.write_all(bytes.as_bytes()).await.unwrap(),
            Fault::AnswerThenSilence(bytes) => stream.write_all(bytes.as_bytes()).await.unwrap(),
            _ => return,
        }
    }
}

/// An address where nothing listens, and nothing will while this is alive.
pub(crate) struct Nowhere(TcpSocket);

impl Nowhere {
    pub(crate) fn reserve() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        Self(socket)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }
}
