//! The targets of `bench/targets.toml`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::figures::Figures;

/// All targets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Targets {
    target: Vec<Target>,
}

/// A limit for a figure, or for its ratio to another one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    name: String,
    figure: String,
    /// The figure to divide it by.
    per: Option<String>,
    #[serde(flatten)]
    limit: Limit,
    /// Why the figure may be missing, and what to do about it.
    missing: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

/// A target with its result.
#[derive(Debug)]
pub(crate) struct Verdict {
    name: String,
    limit: Limit,
    result: Measurement,
}

#[derive(Debug)]
enum Measurement {
    Measured(f64),
    NotMeasured(String),
}

impl Targets {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} isn't a list of targets", path.display()))
    }

    pub(crate) fn check(&self, figures: &Figures) -> Vec<Verdict> {
        self.target
            .iter()
            .map(|target| target.check(figures))
            .collect()
    }
}

impl Target {
    fn check(&self, figures: &Figures) -> Verdict {
        let measured = match &self.per {
            None => figures.get(&self.figure),
            Some(per) => figures.ratio(&self.figure, per),
        };
        Verdict {
            name: self.name.clone(),
            limit: self.limit,
            result: match (measured, &self.missing) {
                (Some(value), _) => Measurement::Measured(value),
                (None, Some(reason)) => Measurement::NotMeasured(reason.clone()),
                // Missing for no known reason: NaN misses every limit.
                (None, None) => Measurement::Measured(f64::NAN),
            },
        }
    }
}

impl Verdict {
    /// Whether it is reached, or is missing for a known reason.
    pub(crate) fn is_fine(&self) -> bool {
        match (&self.result, self.limit) {
            (Measurement::NotMeasured(_), _) => true,
            (Measurement::Measured(value), Limit::AtMost(limit)) => *value <= limit,
            (Measurement::Measured(value), Limit::AtLeast(limit)) => *value >= limit,
        }
    }

    /// One line.
    pub(crate) fn line(&self) -> String {
        let limit = match self.limit {
            Limit::AtMost(limit) => format!("at most {limit}"),
            Limit::AtLeast(limit) => format!("at least {limit}"),
        };
        let (mark, value) = match &self.result {
            Measurement::NotMeasured(reason) => ("-", format!("not measured: {reason}")),
            Measurement::Measured(value) if self.is_fine() => ("ok", format!("{value:.2}")),
            Measurement::Measured(value) => ("MISSED", format!("{value:.2}")),
        };
        format!("{mark:<7} {:<58} {limit:<14} {value}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::Contender;

    fn check(target: &str) -> Verdict {
        let mut figures = Figures::default();
        figures.enter(Contender::Counter, "a", 6.0);
        figures.enter(Contender::Raw, "b", 3.0);
        let targets: Targets =
            toml::from_str(&format!("[[target]]\nname = \"it\"\n{target}")).unwrap();
        targets.check(&figures).remove(0)
    }

    #[test]
    fn a_figure_is_held_to_its_limit() {
        assert!(check("figure = \"counter.a\"\nat_most = 6").is_fine());
        assert!(!check("figure = \"counter.a\"\nat_most = 5.9").is_fine());
        assert!(check("figure = \"counter.a\"\nat_least = 6").is_fine());
        assert!(!check("figure = \"counter.a\"\nat_least = 6.1").is_fine());
    }

    #[test]
    fn a_ratio_is_held_to_its_limit() {
        assert!(check("figure = \"counter.a\"\nper = \"raw.b\"\nat_most = 2").is_fine());
        let missed = check("figure = \"counter.a\"\nper = \"raw.b\"\nat_most = 1.9");
        assert!(!missed.is_fine());
        assert!(missed.line().starts_with("MISSED  it"), "{}", missed.line());
    }

    #[test]
    fn a_missing_figure_misses_its_target_unless_the_target_says_why() {
        assert!(!check("figure = \"counter.c\"\nat_most = 6").is_fine());
        assert!(!check("figure = \"counter.c\"\nat_least = 6").is_fine());
        assert!(!check("figure = \"counter.a\"\nper = \"counter.c\"\nat_most = 6").is_fine());
        let foreseen = check("figure = \"counter.c\"\nat_most = 6\nmissing = \"no counter\"");
        assert!(foreseen.is_fine());
        assert!(foreseen.line().contains("not measured: no counter"));
    }

    #[test]
    fn the_targets_of_this_project_can_be_read() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("targets.toml");
        assert!(!Targets::read(&path).unwrap().target.is_empty());
    }
}
