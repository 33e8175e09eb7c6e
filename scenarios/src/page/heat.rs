//! The heat map: how often each detector finds what it should, and reports what it should not.
//!
//! One model, [`Heat`], drawn as an HTML table, which is read without any picture, and as SVG. The
//! colour says the share of runs detected; a mark of its own says false reports; what did not run is
//! hatched and has the number of its reason. None of the three is told by colour alone.

use super::svg::{self, percent};
use crate::json::{Results, Status};
use crate::scenario::Variant;
use crate::summary::Summary;
use maud::{Markup, html};

/// A grid with a column for each detector.
pub struct Heat {
    pub detectors: Vec<String>,
    pub rows: Vec<Row>,
    /// Why some squares are idle; a square has an index into these.
    pub reasons: Vec<String>,
}

pub struct Row {
    /// A scenario, or a class.
    pub name: String,
    pub squares: Vec<Square>,
}

/// What a detector came to on a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Square {
    /// It ran.
    Rated {
        /// The share of racy runs detected; `None` where no racy program ran.
        detected: Option<f64>,
        /// The share of runs of the race-free twin that were reported.
        twin: Option<f64>,
        /// The share of racy runs in which something else was reported.
        stray: Option<f64>,
    },
    /// It did not; which of the reasons says why.
    Idle(usize),
    /// It was not asked for.
    Empty,
}

impl Heat {
    /// A row for each scenario.
    pub fn by_scenario(results: &Results, detectors: &[&str]) -> Self {
        let mut heat = Heat::empty(detectors);
        let mut paths: Vec<_> = results.cells.iter().map(|cell| cell.path()).collect();
        let mut seen = std::collections::HashSet::new();
        paths.retain(|path| seen.insert(path.clone()));
        for name in paths {
            let cells: Vec<_> = results.cells.iter().filter(|c| c.path() == name).collect();
            let mut squares = Vec::new();
            for detector in detectors {
                let of = |variant| {
                    let mut mine = cells.iter().copied();
                    mine.find(|c| c.detector == *detector && c.variant == variant)
                };
                let both = [of(Variant::Racy), of(Variant::Fixed)];
                let idle = both.iter().flatten().find(|c| c.status != Status::Ran);
                squares.push(match (both, idle) {
                    ([None, None], _) => Square::Empty,
                    (_, Some(cell)) => {
                        let reason = cell.reason.as_deref().unwrap_or("no reason given");
                        let what = match cell.status {
                            Status::Failed => "failed on some",
                            _ => "unavailable",
                        };
                        Square::Idle(heat.reason(format!("{detector}, {what}: {reason}")))
                    }
                    ([racy, fixed], None) => Square::Rated {
                        detected: racy.and_then(|c| c.rate),
                        twin: fixed.and_then(|c| c.rate),
                        stray: racy
                            .filter(|c| c.runs > 0)
                            .map(|c| c.false_reports as f64 / c.runs as f64),
                    },
                });
            }
            heat.rows.push(Row { name, squares });
        }
        heat
    }

    /// A row for all, then one for each class.
    pub fn by_class(summary: &Summary, detectors: &[&str]) -> Self {
        let mut heat = Heat::empty(detectors);
        let mut classes = Vec::new();
        for rates in &summary.rates {
            if !classes.contains(&rates.class) {
                classes.push(rates.class.clone());
            }
        }
        for class in classes {
            let mut squares = Vec::new();
            for detector in detectors {
                let mut rates = summary.rates.iter();
                let found = rates.find(|r| r.detector == *detector && r.class == class);
                squares.push(match found {
                    Some(r) if r.programs > 0 && r.not_run == r.programs => {
                        Square::Idle(heat.reason(format!("{detector} did not run")))
                    }
                    Some(r) => Square::Rated {
                        detected: r.false_negatives.rate.map(|missed| 1.0 - missed),
                        twin: r.false_positives.rate,
                        stray: r.strays.rate,
                    },
                    None => Square::Empty,
                });
            }
            let name = class.unwrap_or_else(|| "all".to_owned());
            heat.rows.push(Row { name, squares });
        }
        heat
    }

    fn empty(detectors: &[&str]) -> Self {
        Heat {
            detectors: detectors.iter().map(|d| (*d).to_owned()).collect(),
            rows: Vec::new(),
            reasons: Vec::new(),
        }
    }

    fn reason(&mut self, reason: String) -> usize {
        let known = self.reasons.iter().position(|r| *r == reason);
        known.unwrap_or_else(|| {
            self.reasons.push(reason);
            self.reasons.len() - 1
        })
    }

    /// As a table; `name` tells its reasons' anchors from those of other tables.
    pub fn table(&self, name: &str, caption: &str) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label=(caption) {
                table.heat {
                    caption { (caption) }
                    thead { tr {
                        th scope="col" { "racy program" }
                        @for detector in &self.detectors { th scope="col" { (detector) } }
                    } }
                    tbody { @for row in &self.rows {
                        tr {
                            th scope="row" { (row.name) }
                            @for square in &row.squares { (cell(name, square)) }
                        }
                    } }
                }
            }
            @if !self.reasons.is_empty() {
                h3 { "What did not run, and why" }
                ol { @for (i, reason) in self.reasons.iter().enumerate() {
                    li id=(format!("{name}-{}", i + 1)) { (reason) }
                } }
            }
        }
    }

    /// As a picture.
    pub fn picture(&self, title: &str) -> Markup {
        let widest = self.rows.iter().map(|row| row.name.chars().count()).max();
        let size = Geometry::of(widest.unwrap_or(0), self.detectors.len(), self.rows.len());
        let desc = "Blue: detected in every run; orange: in none. A triangle: false reports. Dashed: did not run.";
        let height = size.height() + self.reasons.len() as u32 * Geometry::ROW;
        svg::picture(
            "heat",
            (size.width(), height),
            title,
            desc,
            html! {
                text x="8" y="20" font-weight="600" { (title) }
                @for (column, detector) in self.detectors.iter().enumerate() {
                    text.number x=(size.middle(column)) y=(Geometry::TOP - 10) { (detector) }
                }
                @for (i, row) in self.rows.iter().enumerate() {
                    text.end x=(size.left - 8) y=(size.baseline(i)) { (row.name) }
                    @for (column, square) in row.squares.iter().enumerate() {
                        (self.square(&size, column, i, square))
                    }
                }
                @for (i, reason) in self.reasons.iter().enumerate() {
                    text.muted x="8" y=(size.baseline(self.rows.len() + i)) { (i + 1) ": " (reason) }
                }
            },
        )
    }

    fn square(&self, size: &Geometry, column: usize, row: usize, square: &Square) -> Markup {
        let (x, y) = (size.left + column as u32 * Geometry::COLUMN, size.top(row));
        let (w, h) = (Geometry::COLUMN - 2, Geometry::ROW - 2);
        let (middle, baseline) = (size.middle(column), size.baseline(row));
        html! { @match square {
            Square::Rated { detected, twin, stray } => {
                @if let Some(rate) = detected {
                    rect.rated x=(x) y=(y) width=(w) height=(h) style=(format!("--rate:{rate:.3}")) {}
                }
                text.number x=(middle) y=(baseline) {
                    (detected.map(percent).unwrap_or_else(|| "–".into()))
                    @if let Some(share) = alarm(*twin, *stray) { tspan.alarm { " ▲" } tspan { (percent(share)) } }
                }
            }
            Square::Idle(reason) => {
                rect.idle x=(x + 1) y=(y + 1) width=(w - 2) height=(h - 2) {}
                text.number.muted x=(middle) y=(baseline) { "n/a " (reason + 1) }
            }
            Square::Empty => {}
        } }
    }
}

/// The larger share of false reports, if there were any.
fn alarm(twin: Option<f64>, stray: Option<f64>) -> Option<f64> {
    let worst = twin.unwrap_or(0.0).max(stray.unwrap_or(0.0));
    (worst > 0.0).then_some(worst)
}

fn cell(name: &str, square: &Square) -> Markup {
    let positive = |share: &Option<f64>| share.filter(|share| *share > 0.0);
    html! { @match square {
        Square::Rated { detected, twin, stray } => {
            @let class = if detected.is_some() { "rated" } else { "" };
            td class=(class) style=(format!("--rate:{:.3}", detected.unwrap_or(0.0))) {
                (detected.map(percent).unwrap_or_else(|| "–".into()))
                @if let Some(share) = positive(twin) { span.alarm { "twin " (percent(share)) } }
                @if let Some(share) = positive(stray) { span.alarm { "stray " (percent(share)) } }
            }
        }
        Square::Idle(reason) => td.idle {
            "n/a " sup { a href=(format!("#{name}-{}", reason + 1)) { (reason + 1) } }
        },
        Square::Empty => td {},
    } }
}

/// Where the squares of the picture lie, in pixels.
struct Geometry {
    left: u32,
    columns: u32,
    rows: u32,
}

impl Geometry {
    const COLUMN: u32 = 92;
    const ROW: u32 = 26;
    const TOP: u32 = 58;
    /// About as wide as a letter gets on average, and then some.
    const LETTER: u32 = 8;

    fn of(longest_name: usize, columns: usize, rows: usize) -> Self {
        Geometry {
            left: longest_name as u32 * Self::LETTER + 16,
            columns: columns as u32,
            rows: rows as u32,
        }
    }

    fn top(&self, row: usize) -> u32 {
        Self::TOP + row as u32 * Self::ROW
    }

    fn baseline(&self, row: usize) -> u32 {
        self.top(row) + 17
    }

    fn middle(&self, column: usize) -> u32 {
        self.left + column as u32 * Self::COLUMN + Self::COLUMN / 2 - 1
    }

    fn width(&self) -> u32 {
        (self.left + self.columns * Self::COLUMN + 8).max(360)
    }

    fn height(&self) -> u32 {
        Self::TOP + self.rows * Self::ROW + 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Cell;
    use crate::json::tests::results;

    #[test]
    fn what_did_not_run_has_its_reason_and_no_rate() {
        let heat = Heat::by_scenario(&results(), &["fidge", "oracle", "tsan"]);
        let [row] = &heat.rows[..] else {
            panic!("one scenario is one row")
        };
        assert_eq!(row.name, "map/two-locks");
        let Square::Rated { detected, .. } = row.squares[0] else {
            panic!("fidge ran")
        };
        assert_eq!(detected, Some(0.75));
        assert_eq!(row.squares[1..], [Square::Idle(0), Square::Empty]);
        assert_eq!(heat.reasons, ["oracle, unavailable: not here"]);
        let table = heat.table("h", "by scenario").into_string();
        assert!(
            table.contains("href=\"#h-1\"") && table.contains("id=\"h-1\""),
            "{table}"
        );
    }

    #[test]
    fn a_false_report_is_marked_beside_the_rate() {
        let mut results = results();
        let fixed = Cell {
            variant: Variant::Fixed,
            false_reports: 1,
            detected: 0,
            ..results.cells[0].clone()
        };
        results.cells.push(fixed.with_rate());
        let heat = Heat::by_scenario(&results, &["fidge"]);
        let table = heat.table("h", "by scenario").into_string();
        assert!(
            table.contains("75%") && table.contains("twin 25%"),
            "{table}"
        );
        assert!(!table.contains("stray"), "{table}");
        assert!(heat.picture("all").into_string().contains("▲"));
    }

    #[test]
    fn squares_lie_side_by_side_within_the_picture() {
        let size = Geometry::of(10, 4, 3);
        assert_eq!(size.top(1) - size.top(0), Geometry::ROW);
        assert_eq!(size.middle(1) - size.middle(0), Geometry::COLUMN);
        assert!(size.middle(3) + Geometry::COLUMN / 2 < size.width());
        assert!(size.top(3) <= size.height());
    }
}
