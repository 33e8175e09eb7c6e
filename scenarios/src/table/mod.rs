//! Tables for people.

mod matrix;
mod summary;

pub use matrix::matrix;
pub use summary::summary;

use crate::json::{Cell, Results, Status};
use crate::output;
use crate::scenario::{Expectation, Scenario, Variant};
use comfy_table::presets::{UTF8_BORDERS_ONLY, UTF8_HORIZONTAL_ONLY};
use comfy_table::{
    Attribute, Cell as Text, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table,
    Width,
};

/// What exists: path, expectation, story, and where its two lines are.
pub fn list(scenarios: &[&Scenario]) -> String {
    let mut table = new(["scenario", "detected", "story"]);
    if table.width().is_none() {
        table.set_width(110); // not a terminal
    }
    fill(&mut table, scenarios);
    format!("{table}\n")
}

/// However narrow the table is to be, the story has room for a few words a line.
fn fill(table: &mut Table, scenarios: &[&Scenario]) {
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    let story = ColumnConstraint::LowerBoundary(Width::Fixed(40));
    let constraints = [
        ColumnConstraint::ContentWidth,
        ColumnConstraint::ContentWidth,
        story,
    ];
    table.set_constraints(constraints);
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
        "lost",
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

fn new<'a>(header: impl IntoIterator<Item = &'a str>) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY);
    let bold = |title| Text::new(title).add_attribute(Attribute::Bold);
    table.set_header(header.into_iter().map(bold));
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
    row.push(match cell.lost() {
        0 => Text::new("0"),
        lost => Text::new(lost).fg(Color::Red),
    });
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
            Status::Failed | Status::Ran => {
                let what = if cell.status == Status::Ran {
                    "lost runs"
                } else {
                    "failed"
                };
                let (detector, path, variant) = (&cell.detector, cell.path(), cell.variant.name());
                format!("{detector} {what} on {path} ({variant}): {reason}\n")
            }
            Status::Unavailable => {
                let mine = cells.iter().filter(|c| c.detector == cell.detector);
                let (all, mine) = (
                    mine.clone().count(),
                    mine.filter(|c| c.reason == cell.reason),
                );
                match mine.count() {
                    some if some < all => format!(
                        "{} is unavailable on {some} of {all} programs: {reason}\n",
                        cell.detector
                    ),
                    _ => format!("{} is unavailable: {reason}\n", cell.detector),
                }
            }
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
    fn what_is_unavailable_for_some_programs_is_counted() {
        let mut results = sample();
        let here = Cell {
            scenario: "another".into(),
            status: Status::Ran,
            reason: None,
            ..results.cells[1].clone()
        };
        results.cells.push(here);
        let text = super::results(&results);
        let expected = "oracle is unavailable on 1 of 2 programs: not here\n";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn a_story_can_be_read_on_a_narrow_terminal() {
        let mut table = new(["scenario", "detected", "story"]);
        table.set_width(20);
        fill(&mut table, &catalog::ALL[..1]);
        let words: Vec<_> = catalog::ALL[0].story.split(' ').take(3).collect();
        let text = table.to_string();
        assert!(text.contains(&words.join(" ")), "{text}");
    }

    #[test]
    fn every_scenario_is_listed() {
        let text = list(catalog::ALL);
        for scenario in catalog::ALL {
            assert!(text.contains(scenario.name), "{}", scenario.name);
        }
    }
}
