//! All measurements.

use std::collections::BTreeMap;

use serde::Serialize;

/// The unit of a figure.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub(crate) enum Unit {
    #[serde(rename = "ms")]
    Milliseconds,
    #[serde(rename = "MB")]
    Megabytes,
    /// Thousands of instructions.
    #[serde(rename = "thousands")]
    Thousands,
}

/// A value for each round, or a single one.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) unit: Unit,
    values: Vec<f64>,
}

/// Median and quartiles of some values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) lower_quartile: f64,
    pub(crate) median: f64,
    pub(crate) upper_quartile: f64,
}

/// All figures, named `contender.transport.figure`, or `contender.zip`.
#[derive(Debug, Default)]
pub(crate) struct Figures(BTreeMap<String, Figure>);

impl Figures {
    /// Adds the value of a round.
    pub(crate) fn enter(&mut self, name: &str, unit: Unit, value: f64) {
        let figure = self.0.entry(name.to_owned()).or_insert_with(|| Figure {
            unit,
            values: Vec::new(),
        });
        figure.values.push(value);
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Figure> {
        self.0.get(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Figure)> {
        self.0.iter()
    }
}

impl Figure {
    pub(crate) fn spread(&self) -> Spread {
        spread(&self.values)
    }

    /// The ratio to another figure, taken within each round: load that slows a round slows both.
    pub(crate) fn per(&self, other: &Self) -> Spread {
        let rounds = self.values.iter().zip(&other.values);
        spread(&rounds.map(|(own, other)| own / other).collect::<Vec<_>>())
    }
}

fn spread(values: &[f64]) -> Spread {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Spread {
        lower_quartile: percentile(&sorted, 25),
        median: percentile(&sorted, 50),
        upper_quartile: percentile(&sorted, 75),
    }
}

/// The value that so many percent of the sorted values don't exceed.
pub(crate) fn percentile<T: Copy + Default>(sorted: &[T], percent: usize) -> T {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(named: &[(&str, &[f64])]) -> Figures {
        let mut figures = Figures::default();
        for (name, values) in named {
            for value in *values {
                figures.enter(name, Unit::Milliseconds, *value);
            }
        }
        figures
    }

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(percentile(&hundred, 50), 50);
        assert_eq!(percentile(&hundred, 99), 99);
        assert_eq!(percentile(&[7], 99), 7);
        assert_eq!(percentile::<u32>(&[], 50), 0);
    }

    #[test]
    fn a_spread_does_not_depend_on_the_order_of_the_rounds() {
        let figures = figures(&[("a", &[3.0, 1.0, 4.0, 2.0])]);
        let spread = figures.get("a").unwrap().spread();
        let values = (spread.lower_quartile, spread.median, spread.upper_quartile);
        assert_eq!(values, (1.0, 2.0, 3.0));
    }

    #[test]
    fn a_ratio_compares_what_was_measured_in_the_same_round() {
        let figures = figures(&[("a", &[2.0, 20.0, 2.0]), ("b", &[1.0, 10.0, 1.0])]);
        let ratio = figures.get("a").unwrap().per(figures.get("b").unwrap());
        assert_eq!((ratio.lower_quartile, ratio.upper_quartile), (2.0, 2.0));
    }
}
