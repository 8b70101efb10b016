//! Lambda, with the built program as its function.
//!
//! The program is the one that cargo built for these tests, or the one that `BOOTSTRAP` names. If
//! `BOOTSTRAP_RUNNER` is set, it runs the program: qemu and its arguments, for example.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;
use visitor_counter_testkit::process::{Ended, isolate, signal};
use visitor_counter_testkit::{Call, RuntimeApi};

use super::environment::environment;
use super::reply::Reply;

/// Lambda's own limit for a function's start.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// Longer than the function's timeout: a program that takes this long never answers.
const INVOKE_LIMIT: Duration = Duration::from_secs(15);

/// The program, running as a function. Dropping it kills the program.
pub(crate) struct Lambda {
    program: u32,
    output: JoinSet<io::Result<Output>>,
    api: RuntimeApi,
    calls: Mutex<UnboundedReceiver<Call>>,
}

impl Lambda {
    /// Starts the program with its DynamoDB at `endpoint` and more variables, and waits until it
    /// asks for its first event.
    pub(crate) async fn start(endpoint: &str, more: &[(&str, &str)]) -> Self {
        let lambda = Self::spawn(endpoint, more);
        timeout(INIT_LIMIT, lambda.is_idle())
            .await
            .expect("the program starts within the limit");
        lambda
    }

    /// Starts the program where it should refuse to, and waits for its end.
    pub(crate) async fn refuse(endpoint: &str, more: &[(&str, &str)]) -> Ended {
        ended(Self::spawn(endpoint, more).output).await
    }

    fn spawn(endpoint: &str, more: &[(&str, &str)]) -> Self {
        let (report, calls) = unbounded_channel();
        let api = RuntimeApi::start(move |call| {
            // The test may have ended.
            let _ = report.send(call);
        })
        .unwrap();
        let program = command()
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
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
            program: program.id().unwrap(),
            // Reads all the time, or the program might wait for its reader.
            output: JoinSet::from_iter([program.wait_with_output()]),
            api,
            calls: calls.into(),
        }
    }

    /// Waits until the program asks for an event.
    pub(crate) async fn is_idle(&self) {
        let call = self.calls.lock().await.recv().await;
        assert!(matches!(call, Some(Call::Next(_))), "{call:?}");
    }

    /// Sends one event, and returns the program's response, or its report of an error.
    pub(crate) async fn invoke(&self, event: impl ToString) -> Result<Value, Value> {
        self.api.send(&event.to_string());
        let mut calls = self.calls.lock().await;
        let invoked = async {
            loop {
                match calls.recv().await {
                    Some(Call::Next(_)) => {}
                    Some(Call::Response { body, .. }) => return Ok(body),
                    Some(Call::Error(body)) => return Err(body),
                    other => panic!("{other:?}"),
                }
            }
        };
        let json = |body: Vec<u8>| serde_json::from_slice(&body).unwrap();
        timeout(INVOKE_LIMIT, invoked)
            .await
            .expect("the program answers within the limit")
            .map(json)
            .map_err(json)
    }

    /// Sends one event, and reads the response as API Gateway does.
    pub(crate) async fn request(&self, event: &Value) -> Reply {
        let response = self.invoke(event).await;
        Reply::from_gateway(&response.unwrap())
    }

    /// Freezes the program, as Lambda does between two events.
    pub(crate) fn freeze(&self) {
        signal(self.program, "-STOP").unwrap();
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) {
        signal(self.program, "-CONT").unwrap();
    }

    /// Kills the program, as Lambda does, and reads what it left behind.
    pub(crate) async fn end(self) -> Ended {
        signal(self.program, "-KILL").unwrap();
        ended(self.output).await
    }

    /// Lets the program end by itself, and reads what it left behind. It fails to ask for an event.
    pub(crate) async fn stop(self) -> Ended {
        let Self { output, api, .. } = self;
        drop(api);
        ended(output).await
    }
}

async fn ended(mut output: JoinSet<io::Result<Output>>) -> Ended {
    let output = timeout(INIT_LIMIT, output.join_next())
        .await
        .expect("the program ends within the limit");
    output.unwrap().unwrap().unwrap().into()
}

/// The program, isolated.
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
    command.args(words);
    isolate(&mut command);
    command
}
