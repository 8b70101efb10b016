//! Lambda faked around the built program: its environment, and the Runtime API it asks for work.
//!
//! The program is the one that cargo built for these tests, or the one that `BOOTSTRAP` names. It
//! is run by `BOOTSTRAP_RUNNER`, if that is set, such as qemu with its arguments.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path as Segments, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use super::environment;
use super::reply::Reply;

/// Lambda's own limit for a function's start.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// Longer than the function's timeout: a program that needs this long doesn't answer at all.
const INVOKE_LIMIT: Duration = Duration::from_secs(15);

/// Lambda's id of every request. They come one after the other, so one will do.
pub(crate) const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// The program, running as a function.
pub(crate) struct Lambda {
    program: Child,
    /// What it has written, to its end.
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
    api: Arc<RuntimeApi>,
    events: mpsc::UnboundedSender<Invocation>,
    /// Ends with it.
    _server: JoinSet<io::Result<()>>,
}

/// What the program left behind.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// How an invocation ended: with a response, or reported as failed.
#[derive(Debug)]
pub(crate) enum Outcome {
    Response(Value),
    Failure(Value),
}

struct Invocation {
    event: String,
    outcome: oneshot::Sender<Outcome>,
}

struct RuntimeApi {
    asked: Notify,
    queue: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    running: Mutex<Option<oneshot::Sender<Outcome>>>,
}

impl Lambda {
    /// Starts the program with its DynamoDB at `endpoint` and more variables, and waits until it
    /// asks for its first event.
    pub(crate) async fn start(endpoint: &str, more: &[(&str, &str)]) -> Self {
        let lambda = Self::spawn(endpoint, more).await;
        timeout(INIT_LIMIT, lambda.is_idle())
            .await
            .expect("the program starts within the limit");
        lambda
    }

    /// Starts the program where it should refuse to, and waits for its end.
    pub(crate) async fn refuse(endpoint: &str, more: &[(&str, &str)]) -> Ended {
        Self::spawn(endpoint, more).await.ended().await
    }

    async fn spawn(endpoint: &str, more: &[(&str, &str)]) -> Self {
        let (events, queue) = mpsc::unbounded_channel();
        let api = Arc::new(RuntimeApi {
            asked: Notify::new(),
            queue: queue.into(),
            running: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{id}/{outcome}",
                post(outcome),
            )
            .with_state(api.clone());
        let mut server = JoinSet::new();
        server.spawn(axum::serve(listener, routes).into_future());

        let mut program = command()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .envs([
                ("AWS_LAMBDA_FUNCTION_NAME", "visitor-counter"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ])
            .envs(environment(endpoint))
            .envs(more.iter().copied())
            .spawn()
            .unwrap();
        Self {
            stdout: tokio::spawn(read(program.stdout.take().unwrap())),
            stderr: tokio::spawn(read(program.stderr.take().unwrap())),
            program,
            api,
            events,
            _server: server,
        }
    }

    /// Waits until the program asks for its first event, or the next one.
    pub(crate) async fn is_idle(&self) {
        self.api.asked.notified().await;
    }

    /// Hands over one event and waits for its outcome.
    pub(crate) async fn invoke(&self, event: impl ToString) -> Outcome {
        let (sender, outcome) = oneshot::channel();
        let invocation = Invocation {
            event: event.to_string(),
            outcome: sender,
        };
        self.events.send(invocation).ok().unwrap();
        timeout(INVOKE_LIMIT, outcome)
            .await
            .expect("an outcome in time")
            .unwrap()
    }

    /// Hands over one event and reads the response as API Gateway does.
    pub(crate) async fn request(&self, event: &Value) -> Reply {
        match self.invoke(event).await {
            Outcome::Response(response) => Reply::from_gateway(&response),
            Outcome::Failure(error) => panic!("reported as failed: {error}"),
        }
    }

    /// Freezes the program, as Lambda does between two events.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.program.id().unwrap().to_string();
        let kill = std::process::Command::new("kill")
            .args([signal, &id])
            .status();
        assert!(kill.unwrap().success());
    }

    /// Ends the program as Lambda does, without a word, and reads what it left behind.
    pub(crate) async fn end(mut self) -> Ended {
        self.program.start_kill().unwrap();
        self.ended().await
    }

    async fn ended(mut self) -> Ended {
        let status = timeout(INIT_LIMIT, self.program.wait())
            .await
            .expect("the program ends by itself")
            .unwrap();
        Ended {
            status,
            stdout: self.stdout.await.unwrap(),
            stderr: self.stderr.await.unwrap(),
        }
    }
}

/// Reads to the end, lest the program wait for its reader.
async fn read(mut stream: impl AsyncRead + Unpin) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

impl Ended {
    pub(crate) fn read(output: &std::process::Output) -> Self {
        Self {
            status: output.status,
            stdout: String::from_utf8(output.stdout.clone()).unwrap(),
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// The lines on standard output, each of them a JSON object.
    pub(crate) fn log(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        self.stdout.lines().map(parse).collect()
    }
}

/// The program with an empty environment.
pub(crate) fn command() -> Command {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let program = env::var_os("BOOTSTRAP").map_or_else(
        || env!("CARGO_BIN_EXE_visitor-counter").into(),
        |path| workspace.join(path),
    );
    let runner = env::var("BOOTSTRAP_RUNNER").unwrap_or_default();
    let mut words = runner
        .split_whitespace()
        .map(OsStr::new)
        .chain([program.as_os_str()]);
    let mut command = Command::new(words.next().unwrap());
    command
        .args(words)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

async fn next(State(api): State<Arc<RuntimeApi>>) -> impl IntoResponse {
    api.asked.notify_one();
    let Some(invocation) = api.queue.lock().await.recv().await else {
        return std::future::pending().await;
    };
    let headers = [
        ("lambda-runtime-aws-request-id", REQUEST_ID),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:visitor-counter",
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5e66d96f-7491f09xmpl79d18acf3d050",
        ),
    ];
    *api.running.lock().unwrap() = Some(invocation.outcome);
    (headers, invocation.event)
}

async fn outcome(
    State(api): State<Arc<RuntimeApi>>,
    Segments((id, kind)): Segments<(String, String)>,
    body: String,
) -> StatusCode {
    let body = serde_json::from_str(&body).unwrap();
    let outcome = match kind.as_str() {
        "response" => Outcome::Response(body),
        _ => Outcome::Failure(body),
    };
    assert_eq!(id, REQUEST_ID);
    let waiting = api.running.lock().unwrap().take().unwrap();
    waiting.send(outcome).unwrap();
    StatusCode::ACCEPTED
}
