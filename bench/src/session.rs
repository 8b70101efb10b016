//! One contender, from its start to its end.

use std::fs::{self, File};
use std::iter;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use tempfile::NamedTempFile;
use visitor_counter_testkit::{Call, RuntimeApi};

use crate::contenders::Contender;
use crate::dynamodb::DynamoDb;

/// A visit: API Gateway's event for a request by Chrome on a phone, from a page of another origin.
const EVENT: &str = include_str!("event.json");

/// Stands in the event for the name of the page view.
const VIEW: &str = "VIEW";

/// Longer than any contender takes for anything, even under valgrind.
const PATIENCE: Duration = Duration::from_mins(10);

/// A running contender. Dropping it ends the contender.
pub(crate) struct Session {
    process: Child,
    lambda: RuntimeApi,
    calls: Receiver<Call>,
    /// From the start of the process until it asked for its first event.
    pub(crate) init: Duration,
    output: NamedTempFile,
}

impl Session {
    /// Starts a contender, under a tool if there is one, and waits until it asks for an event.
    pub(crate) fn start(
        contender: Contender,
        dynamodb: &DynamoDb,
        tool: &[String],
    ) -> Result<Self> {
        let (report, calls) = channel();
        let lambda = RuntimeApi::start(move |call| {
            // The session may have ended.
            let _ = report.send(call);
        })?;
        let output = NamedTempFile::new()?;
        let words = [tool, &contender.command()].concat();
        let started = Instant::now();
        let process = Command::new(&words[0])
            .args(&words[1..])
            .current_dir(contender.folder())
            .env_clear()
            .envs(environment(&lambda, dynamodb))
            .envs(contender.environment().iter().copied())
            .stdin(Stdio::null())
            .stdout(File::create(output.path())?)
            .stderr(File::options().append(true).open(output.path())?)
            .spawn()
            .with_context(|| format!("can't start {}", words[0]))?;
        let mut session = Self {
            process,
            lambda,
            calls,
            init: Duration::ZERO,
            output,
        };
        let asked = session.explain(session.asked())?;
        session.init = asked - started;
        Ok(session)
    }

    /// The id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Sends one visit, and waits until the contender asks for the next one. Returns the time from
    /// the first byte of the event to the last byte of the answer.
    pub(crate) fn call(&self) -> Result<Duration> {
        let (time, answer) = self.explain(self.visit())?;
        if answer["statusCode"] != 200 {
            self.explain(Err(anyhow!("its answer is {answer}")))?;
        }
        Ok(time)
    }

    /// Sends visits, each of which may fail. While valgrind translates a program, it is so slow that
    /// the program's time limits end its first calls on a busy machine.
    pub(crate) fn settle(&self, visits: u32) -> Result<()> {
        (0..visits).try_for_each(|_| self.explain(self.visit()).map(drop))
    }

    fn visit(&self) -> Result<(Duration, Value)> {
        // Two visits of one millisecond may meet in a slot, and the second one would write twice.
        sleep(Duration::from_millis(1));
        self.lambda.send(&EVENT.replace(VIEW, &view()));
        let Call::Response { sent, read, body } = self.next()? else {
            bail!("it asked for another event before it answered");
        };
        let answer = serde_json::from_slice(&body).context("its answer isn't JSON")?;
        self.asked()?;
        Ok((read - sent, answer))
    }

    /// Waits until it asks for an event, and returns when it did.
    fn asked(&self) -> Result<Instant> {
        match self.next()? {
            Call::Next(at) => Ok(at),
            _ => bail!("it answered without an event"),
        }
    }

    fn next(&self) -> Result<Call> {
        match self.calls.recv_timeout(PATIENCE) {
            Ok(Call::Error(body)) => bail!("it failed: {}", String::from_utf8_lossy(&body)),
            Ok(Call::Unknown(error)) => bail!(error),
            Ok(call) => Ok(call),
            Err(_) => bail!("nothing happened for {PATIENCE:?}"),
        }
    }

    /// Its peak memory, in kB.
    pub(crate) fn peak_memory(&self) -> Result<u32> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
        Ok(kilobytes.context("no VmHWM in /proc")?.parse()?)
    }

    /// The time for which its threads had a CPU so far, in the kernel too.
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        let mut nanoseconds = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.id()))? {
            let schedule = fs::read_to_string(thread?.path().join("schedstat"))?;
            let on_cpu = schedule.split(' ').next().unwrap_or_default();
            nanoseconds += on_cpu.parse::<u64>().context("no time in schedstat")?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// Adds its output to an error.
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

/// The name of a new page view, as `<visitor-count>` makes it, but always of one length.
fn view() -> String {
    let numbers: Vec<_> = iter::repeat_with(|| fastrand::u8(100..).to_string())
        .take(16)
        .collect();
    numbers.join("-")
}

/// The environment of a function in Lambda, with our DynamoDB.
fn environment(lambda: &RuntimeApi, dynamodb: &DynamoDb) -> Vec<(&'static str, String)> {
    // Signing gets slower with the length of the token. Lambda's have about this length.
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
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url()),
        ("TABLE_NAME", "visits".to_owned()),
        ("SSL_CERT_FILE", path(dynamodb.certificate())),
        // The same for boto3.
        ("AWS_CA_BUNDLE", path(dynamodb.certificate())),
    ]
}
