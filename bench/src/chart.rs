//! The figures as a chart.

use std::fmt::Write as _;

use crate::contenders::Contender;
use crate::figures::Figures;

/// The groups of bars: a heading, the name of its figure, and its unit.
const GROUPS: [(&str, &str, &str); 4] = [
    ("Init", "init", "ms"),
    ("Warm call, CPU time", "warm_cpu", "ms"),
    ("Cold call, CPU time", "cold_cpu", "ms"),
    ("Peak memory", "memory", "MB"),
];

const WIDTH: f64 = 720.0;
/// The start of all bars, and the length of the longest.
const LEFT: f64 = 90.0;
const LONGEST: f64 = 520.0;
const BAR: f64 = 16.0;
const GAP: f64 = 6.0;
const HEADING: f64 = 34.0;

/// Draws a group of bars for each figure. The scale is logarithmic, or Python's bars would dwarf
/// the others.
pub(crate) fn draw(figures: &Figures) -> String {
    let mut bars = String::new();
    let mut y = 0.0;
    for (heading, figure, unit) in GROUPS {
        y += HEADING;
        let _ = writeln!(
            bars,
            r#"<text class="heading" x="0" y="{:.0}">{heading}</text>"#,
            y - 10.0
        );
        let values: Vec<_> = Contender::ALL
            .into_iter()
            .filter_map(|contender| {
                let value = figures.get(&format!("{}.{figure}", contender.name()))?;
                Some((contender, value))
            })
            .collect();
        let medians = values.iter().map(|(_, median)| *median);
        let (least, most) = (
            medians.clone().fold(f64::INFINITY, f64::min),
            medians.fold(0.0, f64::max),
        );
        for (contender, median) in values {
            let name = contender.name();
            let length = length(median, least, most);
            let (middle, end) = (y + BAR - 4.0, LEFT + length + 6.0);
            let _ = writeln!(
                bars,
                r#"<text x="0" y="{middle:.0}">{name}</text><rect class="{name}" x="{LEFT}" y="{y:.0}" width="{length:.0}" height="{BAR}" rx="2"/><text x="{end:.0}" y="{middle:.0}">{median:.2} {unit}</text>"#
            );
            y += BAR + GAP;
        }
    }
    let height = y + HEADING;
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" role="img" aria-label="Init, warm call, cold call and peak memory of each contender">
<style>
text {{ font: 13px system-ui, sans-serif; fill: #57606a }}
.heading {{ font-weight: 600; fill: #1f2328 }}
rect {{ fill: #afb8c1 }}
.counter {{ fill: #1f883d }}
@media (prefers-color-scheme: dark) {{ text {{ fill: #9198a1 }} .heading {{ fill: #f0f6fc }} rect {{ fill: #3d444d }} .counter {{ fill: #3fb950 }} }}
</style>
{bars}<text x="0" y="{:.0}">Medians. Less is better. Logarithmic: the same step is the same factor.</text>
</svg>
"#,
        y + HEADING - 12.0
    )
}

/// The length of a bar. The shortest of a group has a tenth of the longest.
fn length(value: f64, least: f64, most: f64) -> f64 {
    if most <= least {
        return LONGEST;
    }
    LONGEST * (0.1 + 0.9 * (value / least).ln() / (most / least).ln())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_contender_has_a_bar_in_each_group_that_it_has_a_figure_for() {
        let mut figures = Figures::default();
        figures.enter(Contender::Counter, "warm_cpu", 0.1);
        figures.enter(Contender::Python, "warm_cpu", 1.0);
        figures.enter(Contender::Counter, "memory", 6.5);
        let chart = draw(&figures);
        assert_eq!(chart.matches("<rect").count(), 3);
        assert!(
            chart.contains("0.10 ms") && chart.contains("6.50 MB"),
            "{chart}"
        );
    }

    #[test]
    fn the_same_factor_is_the_same_step() {
        let lengths = [1.0, 10.0, 100.0].map(|value| length(value, 1.0, 100.0));
        assert!((lengths[0] - LONGEST / 10.0).abs() < 1e-9);
        assert!((lengths[2] - LONGEST).abs() < 1e-9);
        assert!((lengths[1] - lengths[0] - (lengths[2] - lengths[1])).abs() < 1e-9);
    }
}
