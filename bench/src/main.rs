//! `make bench`: the function's speed compared with the alternatives, as ratios within one run.
//!
//! Each round starts every contender anew, in random order, with the same fakes of Lambda and
//! DynamoDB. So other load on the machine slows all of them.
//!
//! * `contenders`: the programs to compare, and how to build them.
//! * `dynamodb`: an embedded DynamoDB for all of them. Lambda's Runtime API is in the testkit. Both
//!   run on plain threads, since the figures include the time that they take.
//! * `session`: one contender, from its start to its end; `rounds`: all of them, many times.
//! * `instructions`: the same under `perf` or valgrind.
//! * `figures`: all measurements and their medians; `targets`: the limits that they must keep.
//! * `report`, `chart`: tables, JSON and SVG.

mod chart;
mod contenders;
mod dynamodb;
mod figures;
mod instructions;
mod report;
mod rounds;
mod session;
mod targets;

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use rustix::thread::{CpuSet, sched_getcpu, sched_setaffinity};

use crate::contenders::Contender;
use crate::figures::Figures;
use crate::targets::Targets;

/// The folder of the results, relative to the workspace.
const RESULTS: &str = "target/bench";

/// The page with the table of figures.
const PAGE: &str = "docs/performance.md";
const CHART: &str = "docs/images/performance.svg";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Pins this process and its children to one core.
///
/// A small function has less than one core, too. With two, each figure would include the time to
/// wake up an idle core, which differs between machines.
fn pin_to_one_core() -> Result<()> {
    let mut one = CpuSet::new();
    one.set(sched_getcpu());
    sched_setaffinity(None, &one).context("can't pin the process to one core")
}

/// Measures and reports. Returns whether all targets are reached.
fn run() -> Result<bool> {
    if !cfg!(target_os = "linux") {
        bail!("the bench reads a process's peak memory from /proc: run it on Linux");
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    env::set_current_dir(&workspace).context("can't enter the workspace")?;
    let targets = Targets::read(Path::new("bench/targets.toml"))?;
    let rounds = rounds::wanted()?;

    report::say("building the contenders, which takes minutes the first time");
    Contender::build_all()?;
    pin_to_one_core()?;
    let mut figures = Figures::default();
    rounds::measure(rounds, &mut figures)?;
    instructions::measure(&mut figures)?;
    for contender in Contender::ALL {
        contender.measure_archive(&mut figures)?;
    }

    let verdicts = targets.check(&figures);
    let table = report::table(&figures);
    let chart = chart::draw(&figures);
    fs::create_dir_all(RESULTS)?;
    let json = report::json(&figures, &verdicts, rounds)?;
    fs::write(Path::new(RESULTS).join("results.json"), json)?;
    fs::write(Path::new(RESULTS).join("performance.svg"), &chart)?;
    report::say(&format!("\n{table}\n{}", report::verdicts(&verdicts)));
    if env::var_os("PUBLISH").is_some() {
        fs::write(CHART, &chart)?;
        report::publish(Path::new(PAGE), &table, rounds)?;
    }
    Ok(verdicts.iter().all(targets::Verdict::is_fine))
}
