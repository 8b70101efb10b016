//! A proxy before DynamoDB that fails as planned.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpSocket, TcpStream};
use tokio::select;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::timeout;

use visitor_counter::OPERATION_LIMIT;
use visitor_counter_testkit::until_closed;

use super::fault::{Fault, Until};
use super::plan::Plan;
use super::wire::Wire;
use super::write::{Outcome, Write};

/// A proxy on a port of its own.
pub(super) struct Proxy {
    address: SocketAddr,
    /// Reserves the port while nothing listens on it.
    _reserved: TcpSocket,
    wire: Arc<Wire>,
    /// The task that listens. Dropping the proxy ends it and the connections.
    accepting: JoinSet<()>,
    connections: Arc<Mutex<JoinSet<io::Result<()>>>>,
}

/// The requests of one visit, and the writes that reached DynamoDB meanwhile.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) attempts: Vec<Attempt>,
    /// In the order in which DynamoDB got them, with what it did.
    pub(super) deliveries: Vec<(Write, Outcome)>,
    /// No connection was accepted after the last of the attempts.
    pub(super) is_gone: bool,
}

/// A request of a visit.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) fault: Fault,
    /// What it writes, if it was read and is a write.
    pub(super) write: Option<Write>,
    /// What DynamoDB did, if it had done it before the request was answered.
    pub(super) outcome: Option<Outcome>,
}

impl Proxy {
    pub(super) fn start(dynamodb: &str) -> Self {
        let reserved = socket(SocketAddr::from(([127, 0, 0, 1], 0)));
        let mut proxy = Self {
            address: reserved.local_addr().unwrap(),
            _reserved: reserved,
            wire: Arc::new(Wire::new(dynamodb.strip_prefix("http://").unwrap())),
            accepting: JoinSet::new(),
            connections: Arc::default(),
        };
        proxy.open();
        proxy
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Plans the requests of the visit with this number. Shuts at once if none of them may arrive.
    pub(super) async fn plan(&mut self, visit: usize, plan: &Plan) {
        if plan.reachable_for == Some(0) {
            self.shut().await;
        }
        self.wire.plan(visit, plan);
        self.wire.seen.lock().unwrap().attempts.clear();
    }

    /// Ends a visit that was answered: delivers what was held back until then, and returns all that
    /// was seen since the last one. Is open again.
    pub(super) async fn end_visit(&mut self) -> Seen {
        self.end(|until| matches!(until, Until::Retried | Until::Answered))
            .await
    }

    /// Delivers all that is still held back, and returns what was seen meanwhile.
    pub(super) async fn end_all(&mut self) -> Seen {
        self.end(|_| true).await
    }

    async fn end(&mut self, is_due: impl Fn(Until) -> bool) -> Seen {
        let nothing_under_way = timeout(OPERATION_LIMIT, self.wire.busy.lock())
            .await
            .expect("no request is still being handled");
        self.wire.release(is_due).await;
        let mut seen = std::mem::take(&mut *self.wire.seen.lock().unwrap());
        drop(nothing_under_way);
        if self.wire.accepting.lock().unwrap().is_none() {
            seen.is_gone = true;
            // The program must know that its connections are closed, before the next visit.
            self.shut().await;
            self.open();
        }
        seen
    }

    /// Closes all connections.
    pub(super) async fn hang_up(&mut self) {
        if !self.accepting.is_empty() {
            let wire = self.wire.clone();
            let _nothing_under_way = wire.busy.lock().await;
            self.shut().await;
            self.open();
        }
    }

    /// Forwards nothing more on the connections that are open, but doesn't close them.
    pub(super) fn fall_silent(&self) {
        self.wire.generation.fetch_add(1, Ordering::SeqCst);
    }

    /// Closes all connections, and stops listening.
    async fn shut(&mut self) {
        self.wire.accepting.lock().unwrap().take();
        self.accepting.shutdown().await;
        let mut connections = std::mem::take(&mut *self.connections.lock().unwrap());
        connections.shutdown().await;
        until_closed(self.address.port()).await;
    }

    /// Starts listening, if it isn't.
    fn open(&mut self) {
        if self.accepting.is_empty() {
            let listener = socket(self.address).listen(64).unwrap();
            let (wire, connections) = (self.wire.clone(), self.connections.clone());
            let serve = move |stream| {
                let wire = wire.clone();
                let serve = async move { wire.serve(stream).await };
                connections.lock().unwrap().spawn(serve);
            };
            let (stop, mut stopped) = oneshot::channel();
            let accepting = self.accepting.spawn(async move {
                loop {
                    select! {
                        accepted = listener.accept() => serve(accepted.unwrap().0),
                        _ = &mut stopped => break,
                    }
                }
                // What is connected stays connected, or the program would lose requests on it that
                // nobody has planned.
                let listener = listener.into_std().unwrap();
                while let Ok((stream, _)) = listener.accept() {
                    stream.set_nonblocking(true).unwrap();
                    serve(TcpStream::from_std(stream).unwrap());
                }
            });
            *self.wire.accepting.lock().unwrap() = Some((stop, accepting));
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

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for attempt in &self.attempts {
            writeln!(f, "  sent: {attempt:?}")?;
        }
        for (write, outcome) in &self.deliveries {
            writeln!(f, "  delivered: {write:?}: {outcome:?}")?;
        }
        if self.is_gone {
            writeln!(f, "  then unreachable")?;
        }
        Ok(())
    }
}
