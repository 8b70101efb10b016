//! The figures on the terminal, in the docs and as JSON.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::contenders::Contender;
use crate::figures::{Figure, Figures, Unit};
use crate::targets::Verdict;

/// The rows of the table: a label, and the name of its figure.
const ROWS: [(&str, &str); 13] = [
    ("archive", "zip"),
    ("init", "http.init"),
    ("init, without a warm-up call", "http.init_without_warm_up"),
    ("first call", "http.first"),
    ("warm call, p50", "http.p50"),
    ("warm call, p99", "http.p99"),
    ("peak memory", "http.memory"),
    ("init, TLS", "tls.init"),
    ("first call, TLS", "tls.first"),
    ("warm call, TLS, p50", "tls.p50"),
    ("warm call, TLS, p99", "tls.p99"),
    ("instructions of init", "http.init_instructions"),
    ("instructions of a warm call", "http.warm_instructions"),
];

/// Rows for machines whose processor can't count instructions.
const SIMULATED: [(&str, &str); 2] = [
    (
        "instructions of init, by valgrind",
        "http.init_valgrind_instructions",
    ),
    (
        "instructions of a warm call, by valgrind",
        "http.warm_valgrind_instructions",
    ),
];

const BEGIN: &str = "<!-- make bench PUBLISH=1 writes from here -->\n";
const END: &str = "<!-- to here -->";

/// Prints a line.
pub(crate) fn say(text: &str) {
    // The reader may be gone, which is no reason to end.
    let _ = writeln!(io::stdout(), "{text}");
}

/// Replaces the current line.
pub(crate) fn progress(text: &str) {
    let _ = write!(io::stdout(), "\r{text:<60}").and_then(|()| io::stdout().flush());
}

/// The figures as a Markdown table: medians, with quartiles if there are several values.
pub(crate) fn table(figures: &Figures) -> String {
    let mut table = String::from("|");
    for name in std::iter::once("").chain(Contender::ALL.map(Contender::name)) {
        let _ = write!(table, " {name} |");
    }
    table += "\n|---|---|---|---|---|---|\n";
    for (label, figure) in ROWS.iter().chain(&SIMULATED) {
        let names = Contender::ALL.map(|contender| format!("{}.{figure}", contender.name()));
        if names.iter().all(|name| figures.get(name).is_none()) {
            continue;
        }
        let _ = write!(table, "| {label} |");
        for name in names {
            let _ = write!(
                table,
                " {} |",
                figures.get(&name).map_or("–".to_owned(), show)
            );
        }
        table.push('\n');
    }
    table
}

fn show(figure: &Figure) -> String {
    let spread = figure.spread();
    let number = |value: f64| {
        let decimals = if value < 10.0 { 3 } else { 1 };
        format!("{value:.decimals$}")
    };
    let unit = match figure.unit {
        Unit::Milliseconds => "ms",
        Unit::Megabytes => "MB",
        Unit::Thousands => return format!("{:.0}k", spread.median),
    };
    if spread.lower_quartile.to_bits() == spread.upper_quartile.to_bits() {
        return format!("{} {unit}", number(spread.median));
    }
    let [lower, upper] = [spread.lower_quartile, spread.upper_quartile].map(number);
    format!("{} {unit} ({lower}–{upper})", number(spread.median))
}

/// The targets, one a line.
pub(crate) fn verdicts(verdicts: &[Verdict]) -> String {
    verdicts
        .iter()
        .map(|verdict| verdict.line() + "\n")
        .collect()
}

/// Everything as JSON.
pub(crate) fn json(figures: &Figures, verdicts: &[Verdict], rounds: usize) -> Result<String> {
    let figures: serde_json::Map<_, _> = figures
        .iter()
        .map(|(name, figure)| {
            let value = json!({ "unit": figure.unit, "spread": figure.spread() });
            (name.clone(), value)
        })
        .collect();
    let results = json!({
        "machine": machine()?,
        "rounds": rounds,
        "figures": figures,
        "targets": verdicts,
    });
    Ok(serde_json::to_string_pretty(&results)? + "\n")
}

/// The machine and its software.
fn machine() -> Result<Value> {
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or(std::env::consts::ARCH, |model| {
        model.trim_start_matches([' ', '\t', ':'])
    });
    let output = |command: &[&str]| -> Result<String> {
        let output = Command::new(command[0]).args(&command[1..]).output()?;
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    };
    Ok(json!({
        "date": output(&["date", "--iso-8601"])?,
        "cpu": model,
        "kernel": output(&["uname", "-sr"])?,
        "rustc": output(&["rustc", "--version"])?,
        "python": output(&["python3", "--version"])?,
    }))
}

/// Writes the table into a page of the docs.
pub(crate) fn publish(page: &Path, table: &str, rounds: usize) -> Result<()> {
    let text = fs::read_to_string(page)?;
    let machine = machine()?;
    let said = |name: &str| machine[name].as_str().unwrap_or_default().to_owned();
    let on = format!(
        "{}: one core of {}, {}, {}, {}. {rounds} rounds; medians, with the quartiles in brackets.\n\n",
        said("date"),
        said("cpu"),
        said("kernel"),
        said("rustc"),
        said("python"),
    );
    let written = replace(&text, &format!("\n{on}{table}\n"))
        .with_context(|| format!("{} has no marks for the table", page.display()))?;
    Ok(fs::write(page, written)?)
}

fn replace(page: &str, table: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{table}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_shows_all_contenders_including_those_without_a_figure() {
        let mut figures = Figures::default();
        for value in [1.0, 2.0, 3.0, 4.0] {
            figures.enter("counter.tls.first", Unit::Milliseconds, value);
        }
        figures.enter("python.tls.first", Unit::Milliseconds, 15.25);
        let table = table(&figures);
        let row = "| first call, TLS | 2.000 ms (1.000–3.000) | – | – | – | 15.2 ms |";
        assert_eq!(table.lines().nth(2), Some(row), "{table}");
        assert_eq!(table.lines().count(), 3, "{table}");
    }

    #[test]
    fn a_published_table_replaces_the_one_before() {
        let page = format!("# Page\n{BEGIN}old\n{END}\nmore\n");
        let written = replace(&page, "new\n").unwrap();
        assert_eq!(written, format!("# Page\n{BEGIN}new\n{END}\nmore\n"));
        assert_eq!(replace("# Page", "new"), None);
    }
}
