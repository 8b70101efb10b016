//! Programs in processes of their own.

use std::env;
use std::io;
use std::process::{Command, ExitStatus, Output, Stdio};

use serde_json::Value;

/// What a program left behind.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code, or the signal that ended it.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            status: output.status,
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ended {
    /// The lines on standard output, each of them a JSON object.
    pub fn log(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        self.stdout.lines().map(parse).collect()
    }

    /// Checks that it refused to start: exit code 1, and one line on standard error with this text.
    #[track_caller]
    pub fn assert_refused(&self, text: &str) {
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        assert!(self.stderr.contains(text), "{}", self.stderr);
        assert_eq!((self.status.code(), self.stdout.as_str()), (Some(1), ""));
    }
}

/// Gives a program an empty environment and no input, and reads its output. It is killed when its
/// handle is dropped.
pub fn isolate(command: &mut tokio::process::Command) {
    command
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
}

/// Sends a signal, such as `-TERM`, to a process.
///
/// # Errors
///
/// There is no such process, or no `kill`.
pub fn signal(process: u32, signal: &str) -> io::Result<()> {
    let status = Command::new("kill")
        .args([signal, &process.to_string()])
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("kill {signal} {process} failed")))
    }
}

/// Reads a whole number from the environment, or none where the variable isn't set.
pub fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{variable} is {text:?}. It must hold a whole number.")))
}
