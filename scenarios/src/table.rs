//! Tables for people.

use crate::json::{Cell, Results, Status};
use crate::output;
use crate::scenario::{Expectation, Scenario, Variant};
use crate::statistics::wilson95;
use comfy_table::presets::{UTF8_BORDERS_ONLY, UTF8_HORIZONTAL_ONLY};
use comfy_table::{
    Attribute, Cell as Text, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table,
};

/// What exists: path, expectation, story, and where its two lines are.
pub fn list(scenarios: &[&Scenario]) -> String {
    let mut table = new(["scenario", "detected", "story"]);
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    for column in table.column_iter_mut().take(2) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    if table.width().is_none() {
        table.set_width(110); // not a terminal
    }
    for scenario in scenarios {
        let expectation = match scenario.expectation {
            Expectation::Always => "always".to_owned(),
            Expectation::Rate(min) => format!(">= {}", percent(min)),
            Expectation::Manifested => "when wrong".to_owned(),
        };
        let [a, b] = scenario.sites();
        let story = format!("{}\n{}:{} and {}", scenario.story, a.file, a.line, b.line);
        table.add_row([scenario.path(), expectation, story].map(Text::new));
    }
    format!("{table}\n")
}

/// The cells, a row each, and below them why some did not run.
pub fn results(results: &Results) -> String {
    let mut table = new([
        "scenario",
        "variant",
        "detector",
        "detected",
        "rate",
        "95% interval",
        "false",
        "wrong",
        "median ms",
    ]);
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for cell in &results.cells {
        table.add_row(row(cell));
    }
    format!("{table}\n{}", reasons(&results.cells))
}

/// What each detector came to over all programs that it ran on.
pub fn summary(results: &Results) -> String {
    let mut table = new([
        "detector",
        "races detected",
        "rate",
        "95% interval",
        "twins reported",
        "rate",
        "95% interval",
        "did not run",
    ]);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for name in &results.settings.detectors {
        let cells = || results.cells.iter().filter(|cell| cell.detector == *name);
        let sum = |variant: Variant, hits: fn(&Cell) -> u64| {
            let of_variant = cells().filter(|cell| cell.variant == variant);
            of_variant.fold((0, 0), |(hit, runs), cell| {
                (hit + hits(cell), runs + cell.runs)
            })
        };
        let mut row = vec![Text::new(name)];
        for (hits, runs) in [
            sum(Variant::Racy, |cell| cell.detected),
            sum(Variant::Fixed, |cell| cell.false_reports),
        ] {
            row.push(Text::new(format!("{hits}/{runs}")));
            let interval = wilson95(hits, runs);
            row.push(Text::new(or_dash(
                interval.map(|_| percent(hits as f64 / runs as f64)),
            )));
            row.push(Text::new(or_dash(interval.map(range))));
        }
        let idle = cells().filter(|cell| cell.status != Status::Ran).count();
        row.push(Text::new(format!("{idle}/{}", cells().count())));
        table.add_row(row);
    }
    format!("{table}\n")
}

fn new<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY);
    table.set_header(header.map(|title| Text::new(title).add_attribute(Attribute::Bold)));
    if output::colours() {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

fn row(cell: &Cell) -> Vec<Text> {
    let mut row: Vec<_> = [&cell.path(), cell.variant.name(), &cell.detector]
        .map(Text::new)
        .into();
    if cell.status != Status::Ran {
        let (status, colour) = match cell.status {
            Status::Failed => ("failed", Color::Red),
            _ => ("unavailable", Color::DarkGrey),
        };
        row.push(Text::new(status).fg(colour));
        return row;
    }
    let (all, none) = (cell.detected == cell.runs, cell.detected == 0);
    row.push(match cell.variant {
        Variant::Fixed => Text::new("-"),
        Variant::Racy => {
            let colour = if all {
                Color::Green
            } else if none {
                Color::Red
            } else {
                Color::Yellow
            };
            Text::new(format!("{}/{}", cell.detected, cell.runs)).fg(colour)
        }
    });
    row.push(Text::new(or_dash(cell.rate.map(percent))));
    row.push(Text::new(or_dash(cell.ci95.map(range))));
    let colour = if cell.false_reports == 0 {
        Color::Green
    } else {
        Color::Red
    };
    row.push(Text::new(format!("{}/{}", cell.false_reports, cell.runs)).fg(colour));
    row.push(Text::new(format!("{}/{}", cell.manifested, cell.runs)));
    row.push(Text::new(or_dash(
        cell.median_ms.map(|ms| format!("{ms:.2}")),
    )));
    row
}

/// Each reason once, with the detector and, for a failure, the cell it is about.
fn reasons(cells: &[Cell]) -> String {
    let mut lines = Vec::new();
    for cell in cells {
        let Some(reason) = &cell.reason else { continue };
        let line = match cell.status {
            Status::Failed => {
                format!(
                    "{} failed on {} ({}): {reason}\n",
                    cell.detector,
                    cell.path(),
                    cell.variant.name()
                )
            }
            _ => format!("{} is unavailable: {reason}\n", cell.detector),
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.concat()
}

fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| "-".to_owned())
}

fn range([low, high]: [f64; 2]) -> String {
    format!("{:.1}..{:.1}%", low * 100.0, high * 100.0)
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::json::tests::results as sample;

    #[test]
    fn a_row_says_what_was_counted() {
        let text = results(&sample());
        let row = text
            .lines()
            .find(|line| line.contains("fidge"))
            .expect("there is a row");
        for part in [
            "map/two-locks",
            "racy",
            "3/4",
            "75.0%",
            "30.1..95.4%",
            "0/4",
            "1/4",
            "1.50",
        ] {
            assert!(row.contains(part), "{part} in {row}");
        }
    }

    #[test]
    fn a_summary_adds_up_what_each_detector_did() {
        let mut sums = sample();
        let mut other = sums.cells[0].clone();
        (other.runs, other.detected) = (6, 5);
        let fixed = Cell {
            variant: Variant::Fixed,
            false_reports: 1,
            ..other.clone()
        };
        sums.cells.extend([other, fixed]);
        let text = summary(&sums);
        let row = |name: &str| {
            let found = text.lines().find(|line| line.contains(name));
            found
                .expect("there is a row")
                .split_whitespace()
                .collect::<Vec<_>>()
        };
        assert_eq!(row("fidge")[2..4], ["8/10", "80.0%"]);
        assert_eq!(row("fidge")[5..7], ["1/6", "16.7%"]);
        assert_eq!(
            row("oracle")[2..9],
            ["0/0", "-", "-", "0/0", "-", "-", "1/1"]
        );
    }

    #[test]
    fn a_reason_is_given_once() {
        let mut twice = sample();
        twice.cells.push(twice.cells[1].clone());
        assert_eq!(
            results(&twice)
                .matches("oracle is unavailable: not here")
                .count(),
            1
        );
    }

    #[test]
    fn every_scenario_is_listed() {
        let text = list(catalog::ALL);
        for scenario in catalog::ALL {
            assert!(text.contains(scenario.name), "{}", scenario.name);
        }
    }
}
