//! `make bench`: what the function costs beside the alternatives.
//!
//! Everybody gets the same fakes of Lambda and DynamoDB. Both run on plain threads, since times
//! include them.
//!
//! * `contenders`: the programs to compare, and how to build them.
//! * `dynamodb`: an embedded DynamoDB. Lambda's Runtime API is in the testkit.
//! * `session`: one contender, from its start to its end.
//! * `model`: instructions and cache misses under valgrind; `rounds`: times, in many rounds.
//! * `figures`: all measurements; `targets`: the limits that some of them must keep.
//! * `report`, `chart`: a table and an SVG.

mod chart;
mod contenders;
mod dynamodb;
mod figures;
mod model;
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

    model::require_valgrind()?;

    report::say("building the contenders, which takes minutes the first time");
    Contender::build_all()?;
    pin_to_one_core()?;
    let mut figures = Figures::default();
    for contender in Contender::ALL {
        contender.measure_archive(&mut figures)?;
    }
    model::measure(&mut figures)?;
    rounds::measure(rounds, &mut figures)?;

    let verdicts = targets.check(&figures);
    let table = report::table(&figures);
    report::say(&format!("\n{table}\n{}", report::verdicts(&verdicts)));
    if env::var_os("PUBLISH").is_some() {
        fs::write(CHART, chart::draw(&figures))?;
        report::publish(Path::new(PAGE), &table, rounds)?;
    }
    Ok(verdicts.iter().all(targets::Verdict::is_fine))
}
