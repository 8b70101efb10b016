//! Lambda's [Runtime API], for one program.
//!
//! [Runtime API]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use crate::http::{Connection, response};
use crate::listener::Listener;

/// Lambda's id of every request. They come one after the other, so one is enough.
pub const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// The trace id of every request.
pub const TRACE_ID: &str = "Root=1-5e66d96f-7491f09xmpl79d18acf3d050";

const NEXT: &str = "/2018-06-01/runtime/invocation/next";

/// What the program did.
#[derive(Debug)]
pub enum Call {
    /// It asked for an event.
    Next(Instant),
    /// It answered the event.
    Response {
        /// When the event was sent.
        sent: Instant,
        /// When the answer was read to its end.
        read: Instant,
        /// The answer.
        body: Vec<u8>,
    },
    /// It reported that it can't handle the event.
    Error(Vec<u8>),
    /// Something that is no part of the Runtime API.
    Unknown(String),
}

/// The Runtime API on a port. It hands out events, and reports each call of the program.
#[derive(Debug)]
pub struct RuntimeApi {
    listener: Listener,
    events: Sender<String>,
}

/// What the connections share.
struct Shared<F> {
    events: Mutex<Receiver<String>>,
    /// When the latest event was sent.
    sent: Mutex<Instant>,
    report: F,
}

impl RuntimeApi {
    /// Serves it on a free port.
    ///
    /// # Errors
    ///
    /// There is no free port.
    pub fn start(report: impl Fn(Call) + Send + Sync + 'static) -> io::Result<Self> {
        let (events, queue) = channel();
        let shared = Shared {
            events: Mutex::new(queue),
            sent: Mutex::new(Instant::now()),
            report,
        };
        let listener = Listener::start(move |stream, _| {
            if let Err(error) = shared.serve(stream) {
                (shared.report)(Call::Unknown(error.to_string()));
            }
        })?;
        Ok(Self { listener, events })
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// Queues an event. The program gets it when it asks for one.
    pub fn send(&self, event: &str) {
        self.events.send(event.to_owned()).unwrap();
    }
}

impl<F: Fn(Call)> Shared<F> {
    /// Ends with the connection, or while it waits for an event, with the API.
    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        let mut connection = Connection::new(stream);
        let headers = format!(
            "content-type: application/json\r\n\
             lambda-runtime-aws-request-id: {REQUEST_ID}\r\n\
             lambda-runtime-deadline-ms: 4102444800000\r\n\
             lambda-runtime-invoked-function-arn: \
             arn:aws:lambda:eu-central-1:123456789012:function:visitor-counter\r\n\
             lambda-runtime-trace-id: {TRACE_ID}\r\n"
        );
        let [answered, failed] = ["response", "error"]
            .map(|end| format!("/2018-06-01/runtime/invocation/{REQUEST_ID}/{end}"));
        while let Some(request) = connection.read()? {
            let read = Instant::now();
            let call = match (request.method.as_str(), request.path) {
                ("GET", path) if path == NEXT => {
                    (self.report)(Call::Next(read));
                    let Ok(event) = self.events.lock().unwrap().recv() else {
                        return Ok(());
                    };
                    let event = response("200 OK", &headers, &event);
                    *self.sent.lock().unwrap() = Instant::now();
                    connection.write(&event)?;
                    continue;
                }
                ("POST", path) if path == answered => Call::Response {
                    sent: *self.sent.lock().unwrap(),
                    read,
                    body: request.body,
                },
                ("POST", path) if path == failed => Call::Error(request.body),
                (method, path) => {
                    let body = String::from_utf8_lossy(&request.body);
                    return Err(io::Error::other(format!("{method} {path}: {body}")));
                }
            };
            connection.write(&response("202 Accepted", "", ""))?;
            (self.report)(call);
        }
        Ok(())
    }
}
