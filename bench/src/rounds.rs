//! The times of all contenders, many times. Other load on the machine changes them.

use std::env;
use std::fs;
use std::hint::black_box;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::contenders::Contender;
use crate::dynamodb::DynamoDb;
use crate::figures::{Figures, median};
use crate::report;
use crate::session::Session;

const ROUNDS: usize = 20;

/// Visits of a round after the first one.
const WARM_CALLS: u32 = 200;

/// Visits of a round that find nothing of theirs in the caches.
const COLD_CALLS: u32 = 20;

/// Visits of a round that need a new connection.
const HANDSHAKES: u32 = 20;

/// Bytes of a line of the caches, or less.
const LINE: usize = 64;

/// The number of rounds: `ROUNDS`, or enough for stable medians.
pub(crate) fn wanted() -> Result<usize> {
    match env::var("ROUNDS") {
        Err(_) => Ok(ROUNDS),
        Ok(text) => text
            .parse()
            .ok()
            .filter(|rounds| *rounds > 0)
            .with_context(|| format!("ROUNDS is {text:?}. It must hold a whole number above 0.")),
    }
}

/// Measures all contenders once a round, in random order.
pub(crate) fn measure(rounds: usize, figures: &mut Figures) -> Result<()> {
    let dynamodb = DynamoDb::start()?;
    let mut caches = Caches::of_this_machine();
    let mut order = Contender::ALL;
    for round in 1..=rounds {
        report::progress(&format!("round {round} of {rounds}"));
        fastrand::shuffle(&mut order);
        for contender in order {
            one(contender, &dynamodb, &mut caches, figures)
                .with_context(|| contender.name().to_owned())?;
        }
    }
    report::say("");
    Ok(())
}

fn one(
    contender: Contender,
    dynamodb: &DynamoDb,
    caches: &mut Caches,
    figures: &mut Figures,
) -> Result<()> {
    let session = Session::start(contender, dynamodb, &[])?;
    let mut enter = |figure, value| figures.enter(contender, figure, value);
    enter("init", milliseconds(session.init));
    enter("init_cpu", milliseconds(session.cpu_time()?));
    enter("first", milliseconds(session.call()?));
    let (wall, cpu) = calls(&session, WARM_CALLS, || ())?;
    enter("warm", wall);
    enter("warm_cpu", cpu);
    let (wall, cpu) = calls(&session, COLD_CALLS, || caches.overwrite())?;
    enter("cold", wall);
    enter("cold_cpu", cpu);
    if contender == Contender::Counter {
        let (wall, cpu) = calls(&session, HANDSHAKES, || dynamodb.hang_up())?;
        enter("handshake", wall);
        enter("handshake_cpu", cpu);
    }
    enter("memory", f64::from(session.peak_memory()?) / 1e3);
    Ok(())
}

/// The median time, and the mean CPU time, of some calls.
fn calls(session: &Session, count: u32, mut before: impl FnMut()) -> Result<(f64, f64)> {
    let cpu = session.cpu_time()?;
    let mut times = Vec::new();
    for _ in 0..count {
        before();
        times.push(milliseconds(session.call()?));
    }
    let cpu = session.cpu_time()?.saturating_sub(cpu);
    Ok((median(&times), milliseconds(cpu) / f64::from(count)))
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// More memory than the largest cache of this machine holds.
struct Caches(Vec<u8>);

impl Caches {
    fn of_this_machine() -> Self {
        let largest = (0..8)
            .filter_map(|index| {
                let size = format!("/sys/devices/system/cpu/cpu0/cache/index{index}/size");
                let size = fs::read_to_string(size).ok()?;
                size.trim().strip_suffix('K')?.parse().ok()
            })
            .max();
        // A machine that doesn't say has hardly more.
        let kilobytes: usize = largest.unwrap_or(64 * 1024);
        Self(vec![0; 2 * kilobytes * 1024])
    }

    /// Fills the caches with something else.
    fn overwrite(&mut self) {
        for line in self.0.chunks_mut(LINE) {
            line[0] = line[0].wrapping_add(1);
        }
        black_box(&self.0);
    }
}
