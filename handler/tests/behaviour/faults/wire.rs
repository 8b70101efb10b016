//! What the proxy does with the requests that its connections bring.

use std::collections::VecDeque;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, yield_now};

use visitor_counter_testkit::http::read_message;

use super::answer;
use super::fault::{Delivery, Fault, Until};
use super::plan::{Plan, Planned};
use super::proxy::{Attempt, Seen};
use super::write::{Outcome, Write};

/// Shared by all connections.
pub(super) struct Wire {
    dynamodb: String,
    plan: Mutex<Remaining>,
    held: Mutex<Vec<Held>>,
    pub(super) seen: Mutex<Seen>,
    rivals: AtomicUsize,
    /// Connections that were opened before this changed are dead.
    pub(super) generation: AtomicU64,
    /// Stops the task that listens.
    pub(super) accepting: Mutex<Option<(oneshot::Sender<()>, AbortHandle)>>,
    /// Locked while a request is handled.
    pub(super) busy: tokio::sync::Mutex<()>,
}

/// What remains of a visit's plan.
#[derive(Default)]
struct Remaining {
    visit: usize,
    requests: VecDeque<Planned>,
    reachable_for: Option<usize>,
}

/// A request that was read.
#[derive(Clone)]
struct Request {
    visit: usize,
    /// Which one of its visit it is.
    attempt: usize,
    message: Vec<u8>,
    /// None if it isn't a write, as that which opens the connection.
    write: Option<Write>,
}

/// A request that DynamoDB gets later.
struct Held {
    until: Until,
    request: Request,
}

impl Wire {
    pub(super) fn new(dynamodb: &str) -> Self {
        Self {
            dynamodb: dynamodb.to_owned(),
            plan: Mutex::default(),
            held: Mutex::default(),
            seen: Mutex::default(),
            rivals: AtomicUsize::new(0),
            generation: AtomicU64::new(0),
            accepting: Mutex::default(),
            busy: tokio::sync::Mutex::default(),
        }
    }

    pub(super) fn plan(&self, visit: usize, plan: &Plan) {
        *self.plan.lock().unwrap() = Remaining {
            visit,
            requests: plan.requests.into(),
            reachable_for: plan.reachable_for,
        };
    }

    /// Serves a connection until it is closed.
    pub(super) async fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        let generation = self.generation.load(Ordering::SeqCst);
        while client.peek(&mut [0]).await? > 0 {
            let _busy = self.busy.lock().await;
            let is_dead = generation < self.generation.load(Ordering::SeqCst);
            let stays_open = self.handle(&mut client, is_dead).await?;
            if !stays_open {
                break;
            }
        }
        Ok(())
    }

    /// Delivers the requests that are held back until then.
    pub(super) async fn release(&self, is_due: impl Fn(Until) -> bool) {
        self.release_those(|held| is_due(held.until)).await;
    }

    async fn release_those(&self, are_due: impl Fn(&Held) -> bool) {
        let due: Vec<_> = self
            .held
            .lock()
            .unwrap()
            .extract_if(.., |held| are_due(held))
            .collect();
        for Held { request, .. } in due {
            self.deliver(&request.message, request.write.as_ref()).await;
        }
    }

    async fn release_of_earlier_visits(&self, until: Until, visit: usize) {
        self.release_those(|held| held.until == until && held.request.visit < visit)
            .await;
    }

    /// Handles one request, and returns whether the connection stays open.
    async fn handle(&self, client: &mut TcpStream, is_dead: bool) -> io::Result<bool> {
        let (visit, Planned { rival, fault }, is_last) = self.next(is_dead);
        let attempt = self.enter(fault);
        if is_last {
            self.stop_accepting().await;
        }
        if answer::is_unread(fault.answer) {
            return answer::send(client, fault.answer, &[], is_last).await;
        }
        let Some(message) = read_message(client).await else {
            return Ok(false);
        };
        let write = Write::read(&message, visit);
        self.seen.lock().unwrap().attempts[attempt]
            .write
            .clone_from(&write);
        let request = Request {
            visit,
            attempt,
            message,
            write,
        };

        self.release_of_earlier_visits(Until::NextArrives, visit)
            .await;
        if let (Some(rival), Some(write)) = (rival, &request.write) {
            let number = self.rivals.fetch_add(1, Ordering::SeqCst);
            let (message, write) = rival.request(&request.message, write, number);
            self.deliver(&message, Some(&write)).await;
        }
        let answered = self.pass_on(client, &request, fault.delivery).await;
        self.release_of_earlier_visits(Until::NextDelivered, visit)
            .await;
        let stays_open = answer::send(client, fault.answer, &answered, is_last).await?;
        self.release_those(|Held { until, request }| {
            *until == Until::Retried && request.visit == visit && request.attempt < attempt
        })
        .await;
        Ok(stays_open)
    }

    /// Delivers a request as planned, and returns DynamoDB's answer if it is there at once.
    async fn pass_on(
        &self,
        client: &mut TcpStream,
        request: &Request,
        delivery: Delivery,
    ) -> Vec<u8> {
        if let Delivery::Later(Until::GivenUp) = delivery {
            until_gone(client).await;
            self.deliver(&request.message, request.write.as_ref()).await;
        } else if let Delivery::Later(until) | Delivery::OnceAndLater(until) = delivery {
            let request = request.clone();
            self.held.lock().unwrap().push(Held { until, request });
        }
        if delivery == Delivery::Twice {
            self.deliver(&request.message, request.write.as_ref()).await;
        }
        if !delivery.is_at_once() {
            return Vec::new();
        }
        let (answer, outcome) = self.deliver(&request.message, request.write.as_ref()).await;
        self.seen.lock().unwrap().attempts[request.attempt].outcome = outcome;
        answer
    }

    /// The visit that is under way, the plan for its next request, and whether that is the last one
    /// before the proxy refuses connections.
    fn next(&self, is_dead: bool) -> (usize, Planned, bool) {
        let mut plan = self.plan.lock().unwrap();
        let mut planned = Planned {
            rival: None,
            fault: if is_dead { Fault::DEAD } else { Fault::NONE },
        };
        if !is_dead {
            planned = plan.requests.pop_front().unwrap_or(planned);
            // Below 0 on a connection that was open before.
            plan.reachable_for = plan
                .reachable_for
                .map(|requests| requests.saturating_sub(1));
        }
        (plan.visit, planned, plan.reachable_for == Some(0))
    }

    /// Enters a request into the records, and returns which one of its visit it is.
    fn enter(&self, fault: Fault) -> usize {
        let attempts = &mut self.seen.lock().unwrap().attempts;
        attempts.push(Attempt {
            fault,
            write: None,
            outcome: None,
        });
        attempts.len() - 1
    }

    async fn stop_accepting(&self) {
        let accepting = self.accepting.lock().unwrap().take();
        if let Some((stop, accepting)) = accepting {
            let _ = stop.send(());
            while !accepting.is_finished() {
                yield_now().await;
            }
        }
    }

    /// Forwards a request to DynamoDB, and records what it did with a write.
    async fn deliver(&self, message: &[u8], write: Option<&Write>) -> (Vec<u8>, Option<Outcome>) {
        let mut dynamodb = TcpStream::connect(&self.dynamodb).await.unwrap();
        dynamodb.write_all(message).await.unwrap();
        let answer = read_message(&mut dynamodb).await.unwrap();
        let outcome = write.map(|write| Outcome::read(&answer, write));
        if let (Some(write), Some(outcome)) = (write, &outcome) {
            let deliveries = &mut self.seen.lock().unwrap().deliveries;
            deliveries.push((write.clone(), outcome.clone()));
        }
        (answer, outcome)
    }
}

/// Waits until the client has closed its connection.
pub(super) async fn until_gone(client: &mut TcpStream) {
    while matches!(client.read(&mut [0; 64]).await, Ok(1..)) {}
}
