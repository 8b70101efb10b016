//! The instructions and cache misses of a start and of a call, in a processor that valgrind
//! simulates. Other load on the machine doesn't change them.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::contenders::Contender;
use crate::dynamodb::DynamoDb;
use crate::figures::Figures;
use crate::report;
use crate::session::Session;

/// It counts.
const TOOL: [&str; 3] = ["valgrind", "--tool=callgrind", "--cache-sim=yes"];

/// First-level caches of 32 kB for instructions and for data, as most cores have.
///
/// The last level holds only 128 kB, which is less than a call touches. So nothing is left of the
/// call before: each call is a cold one, as that of a function between many others.
const CACHES: [&str; 3] = ["--I1=32768,8,64", "--D1=32768,8,64", "--LL=131072,8,64"];

/// Calls until a process does the same in each.
const FIRST_CALLS: u32 = 30;
const CALLS: u32 = 50;

/// Fails where valgrind is missing.
pub(crate) fn require_valgrind() -> Result<()> {
    let found = Command::new("valgrind").arg("--version").output();
    if !found.is_ok_and(|output| output.status.success()) {
        bail!("valgrind is missing. Debian: apt install valgrind");
    }
    Ok(())
}

/// Measures all contenders.
pub(crate) fn measure(figures: &mut Figures) -> Result<()> {
    let dynamodb = DynamoDb::start()?;
    for contender in Contender::ALL {
        report::progress(&format!("{} under valgrind", contender.name()));
        one(contender, &dynamodb, figures)
            .with_context(|| format!("{} under valgrind", contender.name()))?;
    }
    report::say("");
    Ok(())
}

fn one(contender: Contender, dynamodb: &DynamoDb, figures: &mut Figures) -> Result<()> {
    // On a busy machine, the counter's init may not connect in time. So it never does.
    dynamodb.open(false);
    let mut callgrind = Callgrind::start(contender, dynamodb)?;
    let init = callgrind.take()?;
    dynamodb.open(true);
    callgrind.session.settle(FIRST_CALLS)?;
    callgrind.take()?;
    for _ in 0..CALLS {
        callgrind.session.call()?;
    }
    let calls = callgrind.take()?;

    let mut enter = |figure, value| figures.enter(contender, figure, value);
    enter("init_instructions", init.instructions / 1e3);
    enter("init_lines", init.from_memory);
    let mut enter = |figure, value| enter(figure, value / f64::from(CALLS));
    enter("instructions", calls.instructions / 1e3);
    enter("misses", calls.first_level);
    enter("lines", calls.from_memory);
    Ok(())
}

/// A contender under callgrind.
struct Callgrind {
    session: Session,
    folder: TempDir,
    taken: u32,
}

/// What callgrind counted.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    instructions: f64,
    /// Lines of 64 bytes that a first-level cache didn't hold.
    first_level: f64,
    /// Lines of 64 bytes that no cache held.
    from_memory: f64,
}

impl Callgrind {
    fn start(contender: Contender, dynamodb: &DynamoDb) -> Result<Self> {
        let folder = TempDir::new()?;
        let output = folder.path().join("counts");
        let mut tool = TOOL
            .into_iter()
            .chain(CACHES)
            .map(str::to_owned)
            .collect::<Vec<_>>();
        tool.push(format!("--callgrind-out-file={}", output.display()));
        Ok(Self {
            session: Session::start(contender, dynamodb, &tool)?,
            folder,
            taken: 0,
        })
    }

    /// What it counted since the last time.
    fn take(&mut self) -> Result<Counts> {
        let output = Command::new("vgdb")
            .arg(format!("--pid={}", self.session.id()))
            .arg("dump")
            .output()
            .context("can't run vgdb, which comes with valgrind")?;
        if !output.status.success() {
            let error = String::from_utf8_lossy(&output.stderr);
            bail!("vgdb can't reach valgrind: {error}");
        }
        self.taken += 1;
        let path = self.folder.path().join(format!("counts.{}", self.taken));
        let text = fs::read_to_string(&path)
            .with_context(|| format!("valgrind wrote no {}", path.display()))?;
        Counts::parse(&text).with_context(|| format!("not callgrind's format:\n{text}"))
    }
}

impl Counts {
    /// Reads [callgrind's format], as far as it is needed.
    ///
    /// [callgrind's format]: https://valgrind.org/docs/manual/cl-format.html
    fn parse(text: &str) -> Option<Self> {
        let mut counts = Self::default();
        let after = |key| text.lines().find_map(|line| line.strip_prefix(key));
        let events = after("events: ")?.split_whitespace();
        for (event, count) in events.zip(after("totals: ")?.split_whitespace()) {
            let count: f64 = count.parse().ok()?;
            match event {
                "Ir" => counts.instructions = count,
                "I1mr" | "D1mr" | "D1mw" => counts.first_level += count,
                "ILmr" | "DLmr" | "DLmw" => counts.from_memory += count,
                _ => {}
            }
        }
        Some(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_sums_of_events() {
        let text = "events: Ir Dr I1mr D1mr D1mw ILmr DLmr DLmw\n\
            \n\
            fn=main\n0 700 1\n\ntotals: 5000 900 1 2 3 4 5 6\n";
        let counts = Counts {
            instructions: 5000.0,
            first_level: 6.0,
            from_memory: 15.0,
        };
        assert_eq!(Counts::parse(text), Some(counts));
    }

    #[test]
    fn what_callgrind_did_not_write_gives_no_counts() {
        assert_eq!(Counts::parse("error"), None);
    }
}
