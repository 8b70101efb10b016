//! `make bench`: the function's speed beside the alternatives, as ratios of one run.
//!
//! Each round starts every contender anew, in random order, between the same stand-ins for Lambda and
//! DynamoDB, so that whatever else the machine does hits all of them.
//!
//! * `contenders`: who they are, and how they are built.
//! * `http`, `lambda`, `dynamodb`: the stand-ins, on plain threads, since all that they take is in
//!   the figures.
//! * `session`: one contender from its start to its end; `rounds`: all of them, again and again.
//! * `instructions`: the same under `perf` or valgrind.
//! * `figures`: what was measured, and its medians; `targets`: what must be reached.
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

/// Where the results go, from the workspace's root.
const RESULTS: &str = "target/bench";

/// The page whose table is between these marks.
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

/// Keeps this process, and what it starts, on the core that it is on.
///
/// A small function has less than one core as well. With two, a good part of each figure is the time
/// until an idle one wakes up, which differs from machine to machine.
fn stay_on_one_core() -> Result<()> {
    let mut one = CpuSet::new();
    one.set(sched_getcpu());
    sched_setaffinity(None, &one).context("can't stay on one core")
}

/// Measures, reports, and says whether all targets are reached.
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
    stay_on_one_core()?;
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
