//! What stands before the engine and fails as it is told.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use visitor_counter::OPERATION_LIMIT;
use visitor_counter_testkit::http::read_message;
use visitor_counter_testkit::until_closed;

use super::fault::{Applied, Cut, Fault};

/// A proxy on a port of its own.
pub(super) struct Proxy {
    address: SocketAddr,
    /// Keeps the port while nothing listens on it.
    _reserved: TcpSocket,
    shared: Arc<Shared>,
    /// Listens. Ends with the proxy, as the connections do.
    accepting: JoinSet<()>,
    connections: Arc<Mutex<JoinSet<io::Result<()>>>>,
}

/// What all connections share.
struct Shared {
    engine: String,
    faults: Mutex<VecDeque<Fault>>,
    seen: Mutex<Seen>,
    /// Held for as long as a request is dealt with.
    busy: tokio::sync::Mutex<()>,
}

/// What became of the requests of one visit.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) requests: usize,
    /// The number that each one stored that was applied.
    pub(super) stored: Vec<u64>,
}

impl Proxy {
    pub(super) fn start(engine: &str) -> Self {
        let reserved = socket(SocketAddr::from(([127, 0, 0, 1], 0)));
        let mut proxy = Self {
            address: reserved.local_addr().unwrap(),
            _reserved: reserved,
            shared: Arc::new(Shared {
                engine: engine.strip_prefix("http://").unwrap().to_owned(),
                faults: Mutex::default(),
                seen: Mutex::default(),
                busy: tokio::sync::Mutex::default(),
            }),
            accepting: JoinSet::new(),
            connections: Arc::default(),
        };
        proxy.open();
        proxy
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sets what happens to the next requests, one after the other.
    pub(super) fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        *self.shared.faults.lock().unwrap() = faults.into_iter().collect();
    }

    /// What happened since the last time, late requests included.
    pub(super) async fn seen(&self) -> Seen {
        let _nothing_under_way = timeout(OPERATION_LIMIT, self.shared.busy.lock())
            .await
            .expect("no request is under way any longer");
        std::mem::take(&mut *self.shared.seen.lock().unwrap())
    }

    /// Closes all connections.
    pub(super) async fn hang_up(&mut self) {
        if !self.accepting.is_empty() {
            self.shut().await;
            self.open();
        }
    }

    /// Closes all connections, and listens no longer.
    pub(super) async fn shut(&mut self) {
        self.accepting.shutdown().await;
        let mut connections = std::mem::take(&mut *self.connections.lock().unwrap());
        connections.shutdown().await;
        until_closed(self.address.port()).await;
    }

    /// Listens, if it doesn't yet.
    pub(super) fn open(&mut self) {
        if self.accepting.is_empty() {
            let listener = socket(self.address).listen(64).unwrap();
            let (shared, connections) = (self.shared.clone(), self.connections.clone());
            self.accepting.spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let shared = shared.clone();
                    let serve = async move { shared.serve(stream).await };
                    connections.lock().unwrap().spawn(serve);
                }
            });
        }
    }
}

/// A socket that shares its port with others of its kind.
fn socket(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.set_reuseport(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

impl Shared {
    async fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        while client.peek(&mut [0]).await? > 0 {
            let _busy = self.busy.lock().await;
            self.seen.lock().unwrap().requests += 1;
            let fault = self.faults.lock().unwrap().pop_front();
            let fault = fault.unwrap_or(Fault::None);
            if let Fault::Cut {
                at: Cut::Unread,
                reset,
            } = fault
            {
                return cut(&client, reset);
            }
            let Some(request) = read_message(&mut client).await else {
                return Ok(());
            };
            if fault == Fault::Late(Applied::Late) {
                until_gone(&mut client).await;
            }
            let answer = if fault.is_applied() {
                self.apply(&request).await
            } else {
                Vec::new()
            };
            match fault {
                Fault::None => client.write_all(&answer).await?,
                Fault::Error { status, code, .. } => client.write_all(&error(status, code)).await?,
                Fault::Garbage { text, .. } | Fault::Numberless { text, .. } => {
                    client.write_all(text.as_bytes()).await?;
                }
                Fault::Late(_) => until_gone(&mut client).await,
                Fault::Cut { at, reset } => {
                    let sent = match at {
                        Cut::InHead => 10,
                        Cut::InBody => answer.len() - 10,
                        Cut::Unread | Cut::Unapplied | Cut::BeforeAnswer => 0,
                    };
                    client.write_all(&answer[..sent]).await?;
                    return cut(&client, reset);
                }
                Fault::Unreachable => unreachable!("nothing listens then"),
            }
        }
        Ok(())
    }

    /// Hands a request to the engine, and keeps what it stored.
    async fn apply(&self, request: &[u8]) -> Vec<u8> {
        let mut engine = TcpStream::connect(&self.engine).await.unwrap();
        engine.write_all(request).await.unwrap();
        let answer = read_message(&mut engine).await.unwrap();
        let text = String::from_utf8(answer.clone()).unwrap();
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        if let Value::String(visits) = &body["Attributes"]["visits"]["N"] {
            let visits = visits.parse().unwrap();
            self.seen.lock().unwrap().stored.push(visits);
        }
        answer
    }
}

/// Waits until the caller has closed its connection.
async fn until_gone(client: &mut TcpStream) {
    while matches!(client.read(&mut [0; 64]).await, Ok(1..)) {}
}

/// Ends a connection with its end: orderly, or with a reset.
fn cut(client: &TcpStream, reset: bool) -> io::Result<()> {
    if reset {
        client.set_zero_linger()?;
    }
    Ok(())
}

fn error(status: u16, code: &str) -> Vec<u8> {
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"no"}}"#);
    let head = format!(
        "HTTP/1.1 {status} -\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    (head + &body).into_bytes()
}
