//! The figures on the terminal and in the docs.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::contenders::Contender;
use crate::figures::Figures;
use crate::targets::Verdict;

/// The rows of the table: a label, the name of its figure, and its unit.
const ROWS: [(&str, &str, &str); 16] = [
    ("archive", "archive", " MB"),
    ("peak memory", "memory", " MB"),
    ("init, instructions", "init_instructions", "k"),
    ("init, lines from memory", "init_lines", ""),
    ("call, instructions", "instructions", "k"),
    ("call, first-level misses", "misses", ""),
    ("call, lines from memory", "lines", ""),
    ("init, CPU time", "init_cpu", " ms"),
    ("warm call, CPU time", "warm_cpu", " ms"),
    ("cold call, CPU time", "cold_cpu", " ms"),
    ("call with a handshake, CPU time", "handshake_cpu", " ms"),
    ("init, time", "init", " ms"),
    ("first call, time", "first", " ms"),
    ("warm call, time", "warm", " ms"),
    ("cold call, time", "cold", " ms"),
    ("call with a handshake, time", "handshake", " ms"),
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

/// The figures as a Markdown table: medians, and the counter's ratio to raw.
pub(crate) fn table(figures: &Figures) -> String {
    let mut table = String::from("| |");
    for contender in Contender::ALL {
        let _ = write!(table, " {} |", contender.name());
    }
    table += " counter / raw |\n|---|";
    table += &"--:|".repeat(Contender::ALL.len() + 1);
    table.push('\n');
    for (label, figure, unit) in ROWS {
        let names = Contender::ALL.map(|contender| format!("{}.{figure}", contender.name()));
        let _ = write!(table, "| {label} |");
        for name in &names {
            let value = figures.get(name).map(|value| show(value) + unit);
            let _ = write!(table, " {} |", value.unwrap_or_default());
        }
        let [counter, raw, ..] = &names;
        let ratio = figures
            .ratio(counter, raw)
            .filter(|ratio| ratio.is_finite());
        let ratio = ratio.map(|ratio| format!("{ratio:.2}"));
        let _ = writeln!(table, " {} |", ratio.unwrap_or_default());
    }
    table
}

/// With three digits, or all before the point.
fn show(value: f64) -> String {
    let decimals = match value {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    let digits = format!("{value:.decimals$}");
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

/// The targets, one a line.
pub(crate) fn verdicts(verdicts: &[Verdict]) -> String {
    verdicts
        .iter()
        .map(|verdict| verdict.line() + "\n")
        .collect()
}

/// Writes the table into a page of the docs.
pub(crate) fn publish(page: &Path, table: &str, rounds: usize) -> Result<()> {
    let text = fs::read_to_string(page)?;
    let on = format!("{} {rounds} rounds, medians.\n\n", machine()?);
    let written = replace(&text, &format!("\n{on}{table}\n"))
        .with_context(|| format!("{} has no marks for the table", page.display()))?;
    Ok(fs::write(page, written)?)
}

/// The machine and its software.
fn machine() -> Result<String> {
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or(std::env::consts::ARCH, |model| {
        model.trim_start_matches([' ', '\t', ':'])
    });
    let output = |command: &[&str]| -> Result<String> {
        let output = Command::new(command[0]).args(&command[1..]).output()?;
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    };
    Ok(format!(
        "{}: one core of {model}, {}, {}, {}, {}.",
        output(&["date", "--iso-8601"])?,
        output(&["uname", "-sr"])?,
        output(&["rustc", "--version"])?,
        output(&["python3", "--version"])?,
        output(&["valgrind", "--version"])?,
    ))
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
            figures.enter(Contender::Counter, "warm", value);
        }
        figures.enter(Contender::Raw, "warm", 0.5);
        figures.enter(Contender::Python, "warm", 15.25);
        let table = table(&figures);
        let row = "| warm call, time | 2.00 ms | 0.50 ms |  | 15.2 ms | 2.00 |";
        assert!(table.lines().any(|line| line == row), "{table}");
    }

    #[test]
    fn a_number_has_three_digits_or_all_before_the_point() {
        let shown = [0.123, 12.345, 999.6, 1_234_567.0].map(show);
        assert_eq!(shown, ["0.12", "12.3", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_published_table_replaces_the_one_before() {
        let page = format!("# Page\n{BEGIN}old\n{END}\nmore\n");
        let written = replace(&page, "new\n").unwrap();
        assert_eq!(written, format!("# Page\n{BEGIN}new\n{END}\nmore\n"));
        assert_eq!(replace("# Page", "new"), None);
    }
}
