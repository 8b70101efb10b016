//! A proxy before DynamoDB that fails as planned.

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
    /// Reserves the port while nothing listens on it.
    _reserved: TcpSocket,
    shared: Arc<Shared>,
    /// The task that listens. Dropping the proxy ends it and the connections.
    accepting: JoinSet<()>,
    connections: Arc<Mutex<JoinSet<io::Result<()>>>>,
}

/// Shared by all connections.
struct Shared {
    dynamodb: String,
    faults: Mutex<VecDeque<Fault>>,
    seen: Mutex<Seen>,
    /// Locked while a request is handled.
    busy: tokio::sync::Mutex<()>,
}

/// The requests of one visit.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) requests: usize,
    /// The number that each applied request stored.
    pub(super) stored: Vec<u64>,
}

impl Proxy {
    pub(super) fn start(dynamodb: &str) -> Self {
        let reserved = socket(SocketAddr::from(([127, 0, 0, 1], 0)));
        let mut proxy = Self {
            address: reserved.local_addr().unwrap(),
            _reserved: reserved,
            shared: Arc::new(Shared {
                dynamodb: dynamodb.strip_prefix("http://").unwrap().to_owned(),
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

    /// Plans the faults of the next requests, in this order.
    pub(super) fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        *self.shared.faults.lock().unwrap() = faults.into_iter().collect();
    }

    /// Takes the requests since the last call, including late ones.
    pub(super) async fn seen(&self) -> Seen {
        let _nothing_under_way = timeout(OPERATION_LIMIT, self.shared.busy.lock())
            .await
            .expect("no request is still being handled");
        std::mem::take(&mut *self.shared.seen.lock().unwrap())
    }

    /// Closes all connections.
    pub(super) async fn hang_up(&mut self) {
        if !self.accepting.is_empty() {
            self.shut().await;
            self.open();
        }
    }

    /// Closes all connections, and stops listening.
    pub(super) async fn shut(&mut self) {
        self.accepting.shutdown().await;
        let mut connections = std::mem::take(&mut *self.connections.lock().unwrap());
        connections.shutdown().await;
        until_closed(self.address.port()).await;
    }

    /// Starts listening, if it isn't.
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

/// A socket whose port others can bind too.
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
                Fault::Unreachable => unreachable!("the proxy isn't listening"),
            }
        }
        Ok(())
    }

    /// Forwards a request to DynamoDB, and records the number that it stored.
    async fn apply(&self, request: &[u8]) -> Vec<u8> {
        let mut dynamodb = TcpStream::connect(&self.dynamodb).await.unwrap();
        dynamodb.write_all(request).await.unwrap();
        let answer = read_message(&mut dynamodb).await.unwrap();
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

/// Waits until the client has closed its connection.
async fn until_gone(client: &mut TcpStream) {
    while matches!(client.read(&mut [0; 64]).await, Ok(1..)) {}
}

/// Makes the connection end with a reset when it is dropped, if it should.
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
