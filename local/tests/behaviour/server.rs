//! The program, started as `make run` starts it, in a folder of its own.

use std::path::Path;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;
use visitor_counter_testkit::process::{self, Ended, isolate};

const PROGRAM: &str = env!("CARGO_BIN_EXE_visitor-counter-local");

/// Longer than the program takes for anything.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    program: Child,
    stdout: BufReader<ChildStdout>,
    /// What it printed at its start.
    pub(crate) banner: String,
    /// URL without a path.
    pub(crate) url: String,
}

impl Server {
    /// Starts it in a folder, on any free port, with more variables.
    pub(crate) async fn start(folder: &TempDir, more: &[(&str, &str)]) -> Self {
        Self::spawn(command(folder.path(), more)).await
    }

    /// Starts it on a disk where no file can become larger than so many kB.
    pub(crate) async fn start_with_space(folder: &TempDir, kilobytes: u64) -> Self {
        Self::spawn(limited(folder.path(), kilobytes)).await
    }

    async fn spawn(mut program: Command) -> Self {
        let mut program = program.env("PORT", "0").spawn().unwrap();
        let mut stdout = BufReader::new(program.stdout.take().unwrap());
        let mut banner = String::new();
        while !banner.contains("Ctrl-C") {
            let read = timeout(PATIENCE, stdout.read_line(&mut banner))
                .await
                .unwrap()
                .unwrap();
            assert_ne!(read, 0, "it ended after: {banner}");
        }
        let page = banner
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .unwrap();
        let url = page.trim_end_matches('/').to_owned();
        Self {
            program,
            stdout,
            banner,
            url,
        }
    }

    /// Starts it where it should refuse to, and waits for its end.
    pub(crate) async fn refuse(folder: &Path, more: &[(&str, &str)]) -> Ended {
        Self::end(command(folder, more)).await
    }

    /// The same on a disk where no file can become larger than so many kB.
    pub(crate) async fn refuse_with_space(folder: &Path, kilobytes: u64) -> Ended {
        let mut program = limited(folder, kilobytes);
        program.env("PORT", "0");
        Self::end(program).await
    }

    async fn end(mut program: Command) -> Ended {
        let output = timeout(PATIENCE, program.output()).await.unwrap();
        output.unwrap().into()
    }

    pub(crate) fn build(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        // The developer's own proxy doesn't know this server.
        let client = Client::builder().no_proxy().build().unwrap();
        client.request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn request(&self, method: &str, path: &str) -> Response {
        self.build(method, path).send().await.unwrap()
    }

    /// URL of the embedded DynamoDB, without a path.
    pub(crate) fn dynamodb(&self) -> &str {
        let mut words = self.banner.split_whitespace();
        words.find(|word| *word == "dynamodb").unwrap();
        words.next().unwrap()
    }

    /// Sends one visit, and returns its number.
    pub(crate) async fn visit(&self) -> u64 {
        let response = self.request("GET", "/visitorcount").await;
        let answer: Value = response.json().await.unwrap();
        answer["count"]
            .as_u64()
            .unwrap_or_else(|| panic!("{answer}"))
    }

    /// Resident memory in kB.
    pub(crate) fn memory(&self) -> u64 {
        let id = self.program.id().unwrap().to_string();
        let ps = std::process::Command::new("ps")
            .args(["-o", "rss=", "-p", &id])
            .output();
        let rss = String::from_utf8(ps.unwrap().stdout).unwrap();
        rss.trim().parse().unwrap()
    }

    /// Sends a signal, and waits for the end.
    pub(crate) async fn signal(mut self, signal: &str) -> Ended {
        process::signal(self.program.id().unwrap(), signal).unwrap();
        let mut stdout = String::new();
        timeout(PATIENCE, self.stdout.read_to_string(&mut stdout))
            .await
            .unwrap()
            .unwrap();
        let output = timeout(PATIENCE, self.program.wait_with_output())
            .await
            .unwrap();
        let ended = Ended::from(output.unwrap());
        Ended { stdout, ..ended }
    }
}

/// The program under a limit of the size of files: like a full disk, and without root's rights.
fn limited(folder: &Path, kilobytes: u64) -> Command {
    let mut command = Command::new("/bin/sh");
    // The shell counts in blocks of 512 bytes. By default, the signal would end the program.
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\"", kilobytes * 2);
    command.args(["-c", &script, PROGRAM]);
    isolate(&mut command);
    command.current_dir(folder);
    command
}

fn command(folder: &Path, more: &[(&str, &str)]) -> Command {
    let mut command = Command::new(PROGRAM);
    isolate(&mut command);
    command.current_dir(folder).envs(more.iter().copied());
    command
}
