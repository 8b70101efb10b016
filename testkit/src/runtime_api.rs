//! Lambda's Runtime API, for one program.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::http::{Connection, response};

/// Longer than any program takes for anything, also under valgrind.
const PATIENCE: Duration = Duration::from_mins(2);

const HEADERS: &str = "content-type: application/json\r\n\
    lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
    lambda-runtime-deadline-ms: 4102444800000\r\n\
    lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-central-1:123456789012:function:bench\r\n\
    lambda-runtime-trace-id: Root=1-5e66d96f-7491f09xmpl79d18acf3d050\r\n";

/// What the threads of the Runtime API tell.
enum News {
    /// The program asked for an event.
    Asked(Instant),
    /// It answered one.
    Answered {
        sent: Instant,
        read: Instant,
        body: Vec<u8>,
    },
    /// It reported a failure, or spoke something else.
    Failed(String),
}

/// The Runtime API. Its threads end with the program's connections.
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    events: Sender<String>,
    news: Receiver<News>,
}

/// What the connections share.
struct Shared {
    events: Mutex<Receiver<String>>,
    /// When the latest event was sent.
    sent: Mutex<Instant>,
    news: Mutex<Sender<News>>,
}

impl RuntimeApi {
    /// Serves it on a free port.
    ///
    /// # Errors
    ///
    /// There is no free port.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let ((events, queue), (tell, news)) = (channel(), channel());
        let shared = Arc::new(Shared {
            events: Mutex::new(queue),
            sent: Mutex::new(Instant::now()),
            news: Mutex::new(tell),
        });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                thread::spawn(move || {
                    if let Err(error) = shared.serve(stream) {
                        shared.tell(News::Failed(format!("{error:#}")));
                    }
                });
            }
        });
        Ok(Self {
            address,
            events,
            news,
        })
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the program asks for an event, and returns when it did.
    ///
    /// # Errors
    ///
    /// It does something else.
    pub fn asked(&self) -> Result<Instant> {
        match self.next()? {
            News::Asked(at) => Ok(at),
            News::Answered { .. } => bail!("it answered without an event"),
            News::Failed(error) => bail!(error),
        }
    }

    /// Hands an event over, and returns how long its answer took, from the event's first byte to the
    /// answer's last. Waits until the program asks for the next one.
    ///
    /// # Errors
    ///
    /// It does something else, or its answer isn't a 200.
    pub fn call(&self, event: &str) -> Result<Duration> {
        self.events.send(event.to_owned())?;
        let News::Answered { sent, read, body } = self.next()? else {
            bail!("it failed, or asked for another event before it answered");
        };
        let answer: Value = serde_json::from_slice(&body).context("its answer is no JSON")?;
        if answer["statusCode"] != 200 {
            bail!("its answer is {answer}");
        }
        self.asked()?;
        Ok(read - sent)
    }

    fn next(&self) -> Result<News> {
        match self.news.recv_timeout(PATIENCE) {
            Ok(News::Failed(error)) => bail!(error),
            Ok(news) => Ok(news),
            Err(_) => bail!("nothing happened for {PATIENCE:?}"),
        }
    }
}

impl Shared {
    fn serve(&self, stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut connection = Connection::new(stream);
        while let Some(request) = connection.read()? {
            let read = Instant::now();
            match (request.method.as_str(), request.path.rsplit('/').next()) {
                ("GET", Some("next")) => {
                    self.tell(News::Asked(read));
                    let waiting = self.events.lock().map(|events| events.recv());
                    let Ok(Ok(event)) = waiting else {
                        return Ok(());
                    };
                    let event = response("200 OK", HEADERS, &event);
                    if let Ok(mut sent) = self.sent.lock() {
                        *sent = Instant::now();
                    }
                    connection.write(&event)?;
                }
                ("POST", Some("response")) => {
                    let sent = self.sent.lock().map_or(read, |sent| *sent);
                    let body = request.body;
                    connection.write(&response("202 Accepted", "", ""))?;
                    self.tell(News::Answered { sent, read, body });
                }
                _ => bail!(
                    "{} {}: {}",
                    request.method,
                    request.path,
                    String::from_utf8_lossy(&request.body)
                ),
            }
        }
        Ok(())
    }

    fn tell(&self, news: News) {
        if let Ok(tell) = self.news.lock() {
            // Nobody listens any longer where the program has ended.
            let _ = tell.send(news);
        }
    }
}
