//! The instructions of a start and of a call. Other load on the machine doesn't change them.

use std::process::Command;

use anyhow::{Context, Result};

use crate::contenders::{Contender, Transport};
use crate::dynamodb::DynamoDb;
use crate::figures::{Figures, Unit};
use crate::report;
use crate::session::Session;

/// The instructions of a call are the difference between runs with these numbers of calls.
const CALLS: [u32; 2] = [100, 300];

/// A tool that counts instructions.
#[derive(Clone, Copy)]
enum Tool {
    /// Counts in the processor.
    Perf,
    /// Counts in a simulated processor, which lacks the real one's instructions for SHA-256.
    Valgrind,
}

impl Tool {
    /// The best tool that works here.
    fn here() -> Option<Self> {
        [Self::Perf, Self::Valgrind].into_iter().find(|tool| {
            let words = tool.words();
            let output = Command::new(&words[0])
                .args(&words[1..])
                .arg("true")
                .output();
            output.is_ok_and(|output| {
                tool.count(&String::from_utf8_lossy(&output.stderr))
                    .is_some()
            })
        })
    }

    fn words(self) -> Vec<String> {
        match self {
            Self::Perf => vec!["perf", "stat", "-x,", "-e", "instructions:u"],
            Self::Valgrind => vec![
                "valgrind",
                "--tool=callgrind",
                "--callgrind-out-file=/dev/null",
            ],
        }
        .into_iter()
        .map(str::to_owned)
        .collect()
    }

    /// The signal that ends the program and makes the tool report.
    fn signal(self) -> &'static str {
        match self {
            Self::Perf => "-INT",
            Self::Valgrind => "-TERM",
        }
    }

    /// Finds the count in the tool's output.
    fn count(self, output: &str) -> Option<f64> {
        match self {
            Self::Perf => output
                .lines()
                .find(|line| line.contains("instructions:u"))
                .and_then(|line| line.split(',').next()),
            Self::Valgrind => output
                .lines()
                .find_map(|line| line.split_once("Collected : "))
                .map(|(_, count)| count.trim()),
        }?
        .parse()
        .ok()
    }

    fn figure(self) -> &'static str {
        match self {
            Self::Perf => "instructions",
            Self::Valgrind => "valgrind_instructions",
        }
    }
}

/// Counts those of each contender, if a tool works here. Leaves out Python under valgrind, which
/// takes minutes.
pub(crate) fn measure(figures: &mut Figures) -> Result<()> {
    let Some(tool) = Tool::here() else {
        report::say("no instructions: neither perf (with a counter) nor valgrind works here");
        return Ok(());
    };
    let dynamodb = DynamoDb::start()?;
    for contender in Contender::ALL {
        if matches!(tool, Tool::Valgrind) && !contender.is_rust() {
            continue;
        }
        report::progress(&format!("counting instructions of {}", contender.name()));
        let count = |calls| {
            run(tool, contender, calls, &dynamodb)
                .with_context(|| format!("{} under {}", contender.name(), tool.words()[0]))
        };
        let [few, many] = CALLS;
        let init = count(0)?;
        let warm = (count(many)? - count(few)?) / f64::from(many - few);
        let mut enter = |when: &str, value| {
            let name = format!("{}.http.{when}_{}", contender.name(), tool.figure());
            figures.enter(&name, Unit::Thousands, value / 1e3);
        };
        enter("init", init);
        enter("warm", warm);
    }
    report::say("");
    Ok(())
}

fn run(tool: Tool, contender: Contender, calls: u32, dynamodb: &DynamoDb) -> Result<f64> {
    let session = Session::start(contender, Transport::Http, dynamodb, &tool.words())?;
    for _ in 0..calls {
        session.call()?;
    }
    let output = session.end(tool.signal())?;
    tool.count(&output)
        .with_context(|| format!("no count in:\n{output}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_found_in_the_output_of_each_tool() {
        let perf = "51234,,instructions:u,1012,100.00,,\n";
        assert_eq!(Tool::Perf.count(perf), Some(51_234.0));
        let valgrind = "==1== Events    : Ir\n==1== Collected : 590266\n";
        assert_eq!(Tool::Valgrind.count(valgrind), Some(590_266.0));
    }

    #[test]
    fn a_processor_without_a_counter_gives_no_count() {
        assert_eq!(
            Tool::Perf.count("<not supported>,,instructions:u,0,100.00,,\n"),
            None
        );
    }
}
