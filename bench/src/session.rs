//! One contender, from its start to its end.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;
use visitor_counter_testkit::RuntimeApi;

use crate::contenders::{Contender, Transport};
use crate::dynamodb::DynamoDb;

/// A visit: API Gateway's event for a request by Chrome on a phone, from a page of another origin.
const EVENT: &str = include_str!("event.json");

/// A running contender. Dropping it ends the contender.
pub(crate) struct Session {
    process: Child,
    lambda: RuntimeApi,
    /// From the start of the process to its first question for an event.
    pub(crate) init: Duration,
    output: NamedTempFile,
}

impl Session {
    /// Starts a contender, under a tool where there is one, and waits until it asks for an event.
    pub(crate) fn start(
        contender: Contender,
        transport: Transport,
        dynamodb: &DynamoDb,
        tool: &[String],
    ) -> Result<Self> {
        let lambda = RuntimeApi::start()?;
        let output = NamedTempFile::new()?;
        let words = [tool, &contender.command()].concat();
        let started = Instant::now();
        let process = Command::new(&words[0])
            .args(&words[1..])
            .current_dir(contender.folder())
            .env_clear()
            .envs(environment(&lambda, dynamodb, transport))
            .envs(contender.environment().iter().copied())
            .stdin(Stdio::null())
            .stdout(File::create(output.path())?)
            .stderr(File::options().append(true).open(output.path())?)
            .spawn()
            .with_context(|| format!("can't start {}", words[0]))?;
        let mut session = Self {
            process,
            lambda,
            init: Duration::ZERO,
            output,
        };
        let asked = session.explain(session.lambda.asked())?;
        session.init = asked - started;
        Ok(session)
    }

    /// Sends one visit, and returns how long it took.
    pub(crate) fn call(&self) -> Result<Duration> {
        self.explain(self.lambda.call(EVENT))
    }

    /// The most memory that it had in its hands, in kB.
    pub(crate) fn peak_memory(&self) -> Result<u32> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
        Ok(kilobytes.context("no VmHWM in /proc")?.parse()?)
    }

    /// Ends it by a signal, and returns what it has written.
    pub(crate) fn end(mut self, signal: &str) -> Result<String> {
        let id = self.process.id().to_string();
        Command::new("kill").args([signal, &id]).status()?;
        self.process.wait()?;
        Ok(fs::read_to_string(self.output.path())?)
    }

    /// Adds what it has written to an error.
    fn explain<T>(&self, result: Result<T>) -> Result<T> {
        result.with_context(|| {
            let output = fs::read_to_string(self.output.path()).unwrap_or_default();
            format!("it wrote:\n{output}\nand then")
        })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What Lambda sets for a function, and where its DynamoDB is.
fn environment(
    lambda: &RuntimeApi,
    dynamodb: &DynamoDb,
    transport: Transport,
) -> Vec<(&'static str, String)> {
    // Signing takes the longer the longer it is, and Lambda's are about this long.
    let session_token = "IQoJb3JpZ2luX2Vj".repeat(75);
    let path = |path: &Path| path.display().to_string();
    vec![
        ("AWS_LAMBDA_RUNTIME_API", lambda.address().to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_DEFAULT_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLEAKIDEXAMP".to_owned()),
        (
            "AWS_SECRET_ACCESS_KEY",
            "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00".to_owned(),
        ),
        ("AWS_SESSION_TOKEN", session_token),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url(transport)),
        ("TABLE_NAME", "visits".to_owned()),
        ("SSL_CERT_FILE", path(dynamodb.certificates())),
        // The same for boto3.
        ("AWS_CA_BUNDLE", path(dynamodb.certificates())),
    ]
}
