//! All measurements.

use std::collections::BTreeMap;

use crate::contenders::Contender;

/// The values of each figure: one for each round, or a single one.
#[derive(Debug, Default)]
pub(crate) struct Figures(BTreeMap<String, Vec<f64>>);

impl Figures {
    /// Adds the value of a round.
    pub(crate) fn enter(&mut self, contender: Contender, figure: &str, value: f64) {
        let name = format!("{}.{figure}", contender.name());
        self.0.entry(name).or_default().push(value);
    }

    /// The median of a figure, named `contender.figure`.
    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).map(|values| median(values))
    }

    /// The median ratio of two figures, taken within each round: load that slows a round slows both.
    pub(crate) fn ratio(&self, name: &str, per: &str) -> Option<f64> {
        let rounds = self.0.get(name)?.iter().zip(self.0.get(per)?);
        Some(median(
            &rounds.map(|(own, other)| own / other).collect::<Vec<_>>(),
        ))
    }
}

/// The lower one of the two in the middle where there are two.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len().saturating_sub(1) / 2;
    sorted.get(middle).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_a_value_that_was_measured_in_whatever_order() {
        assert_eq!(median(&[3.0, 1.0, 4.0, 2.0]).to_bits(), 2_f64.to_bits());
        assert_eq!(median(&[7.0]).to_bits(), 7_f64.to_bits());
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn a_ratio_compares_what_was_measured_in_the_same_round() {
        let mut figures = Figures::default();
        for (own, other) in [(2.0, 1.0), (20.0, 10.0), (3.0, 1.0)] {
            figures.enter(Contender::Counter, "warm", own);
            figures.enter(Contender::Raw, "warm", other);
        }
        assert_eq!(figures.ratio("counter.warm", "raw.warm"), Some(2.0));
        assert_eq!(figures.ratio("counter.warm", "hello.warm"), None);
    }
}
