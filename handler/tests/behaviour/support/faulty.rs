//! Connections that fail.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

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
    while read_request(&mut stream).await {
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

/// Reads one request to the end of its body; false where the client went away.
async fn read_request(stream: &mut TcpStream) -> bool {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer).await {
            Ok(read @ 1..) => request.extend_from_slice(&buffer[..read]),
            _ => return false,
        }
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1).unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if body.len() >= length {
                return true;
            }
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
