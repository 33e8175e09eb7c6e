//! What detectors cost against the plain run, as bars on a logarithmic scale.

use super::svg;
use crate::summary::{Cost, Summary};
use maud::{Markup, html};

const LABELS: u32 = 110;
const BARS: f64 = 180.0;
const FIGURES: u32 = 60;
const WIDTH: u32 = LABELS + BARS as u32 + FIGURES;
const ROW: u32 = 24;
const TOP: u32 = 34;

/// Which of the two costs.
#[derive(Clone, Copy)]
pub enum Measure {
    Time,
    Memory,
}

impl Measure {
    pub const BOTH: [Measure; 2] = [Measure::Time, Measure::Memory];

    fn of(self, cost: &Cost) -> Option<f64> {
        match self {
            Measure::Time => cost.time,
            Measure::Memory => cost.memory,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Measure::Time => "time",
            Measure::Memory => "memory",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Measure::Time => "Time, as a multiple of the plain run",
            Measure::Memory => "Peak memory, as a multiple of the plain run",
        }
    }
}

/// A bar for each detector; `None` where the plain run was not measured.
pub fn picture(summary: &Summary, measure: Measure) -> Option<Markup> {
    let known = |cost: &Cost| Some((cost.detector.clone(), measure.of(cost)?));
    let bars: Vec<_> = summary.costs.iter().filter_map(known).collect();
    let most = bars.iter().map(|(_, ratio)| *ratio).reduce(f64::max)?;
    let figures: Vec<_> = bars
        .iter()
        .map(|(name, ratio)| format!("{name} {}", times(*ratio)))
        .collect();
    let desc = figures.join(", ");
    let size = (WIDTH, TOP + bars.len() as u32 * ROW + 6);
    let id = format!("cost-{}", measure.name());
    Some(svg::picture(
        &id,
        size,
        measure.title(),
        &desc,
        html! {
            text x="4" y="18" font-weight="600" { (measure.title()) }
            @for (i, (name, ratio)) in bars.iter().enumerate() {
                @let y = TOP + i as u32 * ROW;
                @let length = length(*ratio, most);
                text.end x=(LABELS - 8) y=(y + 14) { (name) }
                rect.bar x=(LABELS) y=(y) width=(format!("{length:.1}")) height=(ROW - 6) rx="2" {}
                text x=(format!("{:.1}", f64::from(LABELS) + length + 6.0)) y=(y + 14) { (times(*ratio)) }
            }
        },
    ))
}

/// Pixels of a bar: none for a ratio of 1 or less but a trace of it, [`BARS`] for `most`.
fn length(ratio: f64, most: f64) -> f64 {
    let share = if most > 1.0 {
        ratio.max(1.0).ln() / most.ln()
    } else {
        0.0
    };
    (share * BARS).max(2.0)
}

fn times(ratio: f64) -> String {
    if ratio < 10.0 {
        format!("{ratio:.1}×")
    } else {
        format!("{ratio:.0}×")
    }
}

/// The same in figures.
pub fn table(summary: &Summary) -> Markup {
    let caption = "Cost against the plain run: geometric mean over the programs";
    let figure = |ratio: Option<f64>| ratio.map_or_else(|| "not known".to_owned(), times);
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { @for title in ["detector", "time", "peak memory", "programs"] { th scope="col" { (title) } } } }
                tbody { @for cost in &summary.costs { tr {
                    th scope="row" { (cost.detector) }
                    td { (figure(cost.time)) }
                    td { (figure(cost.memory)) }
                    td { (cost.programs) }
                } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::tests::results;

    #[test]
    fn bars_are_logarithmic_and_end_at_the_largest() {
        assert_eq!(length(100.0, 100.0), BARS);
        assert!((length(10.0, 100.0) - BARS / 2.0).abs() < 1e-9);
        assert_eq!(
            [length(1.0, 100.0), length(0.5, 100.0), length(0.9, 0.9)],
            [2.0; 3]
        );
    }

    #[test]
    fn there_are_bars_where_there_is_a_plain_run() {
        let mut summary = Summary::of(&results());
        assert!(picture(&summary, Measure::Time).is_none());
        summary.costs.push(Cost {
            detector: "fidge".into(),
            programs: 3,
            time: Some(2.5),
            memory: None,
        });
        let drawn = picture(&summary, Measure::Time)
            .expect("there is a time")
            .into_string();
        assert!(drawn.contains("2.5×"), "{drawn}");
        assert!(picture(&summary, Measure::Memory).is_none());
        assert!(table(&summary).into_string().contains("not known"));
    }
}
