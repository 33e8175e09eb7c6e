//! Scenarios by detectors.

use super::{new, reasons};
use crate::detectors::PLAIN;
use crate::json::{Cell, Results, Status};
use crate::scenario::Variant;
use comfy_table::{Cell as Text, CellAlignment, Color};
use std::fmt::Write;

/// What each detector said of each program: of the racy ones in how many runs the marked pair was reported, of
/// the twins in how many anything was, where that was any. Below, why some did not run.
pub fn matrix(results: &Results) -> String {
    let mut text = String::from("Races detected, in so many of the runs\n");
    let (racy, _) = grid(results, Variant::Racy, |_| true);
    text += &racy;
    let reported = |cells: &[&Cell]| cells.iter().any(|c| c.false_reports + c.lost() > 0);
    let (fixed, silent) = grid(results, Variant::Fixed, reported);
    if !fixed.is_empty() {
        let _ = writeln!(text, "\nRace-free twins reported, in so many of the runs");
        text += &fixed;
    }
    let _ = writeln!(text, "\nNothing was reported of {silent} race-free twins.");
    text + &reasons(&results.cells)
}

/// A table of the programs of one variant that are `interesting`, empty for none, and how many are not.
fn grid(
    results: &Results,
    variant: Variant,
    interesting: impl Fn(&[&Cell]) -> bool,
) -> (String, usize) {
    let names: Vec<_> = results
        .settings
        .detectors
        .iter()
        .filter(|d| *d != PLAIN)
        .collect();
    let header = std::iter::once("scenario").chain(names.iter().map(|name| name.as_str()));
    let mut table = new(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let (mut rows, mut left_out) = (0, 0);
    let mut paths = Vec::new();
    for cell in results.cells.iter().filter(|cell| cell.variant == variant) {
        if paths.last() != Some(&cell.path()) {
            paths.push(cell.path());
        }
    }
    for path in paths {
        let of_program = |cell: &&Cell| cell.variant == variant && cell.path() == path;
        let cells: Vec<_> = results.cells.iter().filter(of_program).collect();
        if !interesting(&cells) {
            left_out += 1;
            continue;
        }
        let find = |name: &&String| cells.iter().find(|cell| cell.detector == **name);
        let entry = |name| find(name).map_or(Text::new(""), |cell| entry(cell));
        table.add_row(std::iter::once(Text::new(&path)).chain(names.iter().map(entry)));
        rows += 1;
    }
    let text = if rows > 0 {
        format!("{table}\n")
    } else {
        String::new()
    };
    (text, left_out)
}

fn entry(cell: &Cell) -> Text {
    if cell.runs == 0 {
        return match cell.status {
            Status::Unavailable => Text::new("-").fg(Color::DarkGrey),
            _ => Text::new("failed").fg(Color::Red),
        };
    }
    let mut text = format!("{}/{}", cell.hits(), cell.runs);
    let good = match cell.variant {
        Variant::Racy => cell.detected,
        Variant::Fixed => cell.runs - cell.false_reports,
    };
    let colour = match good {
        0 => Color::Red,
        all if all == cell.runs => Color::Green,
        _ => Color::Yellow,
    };
    if cell.variant == Variant::Racy && cell.false_reports > 0 {
        let _ = write!(text, " +{}", cell.false_reports);
    }
    if cell.lost() > 0 {
        let _ = write!(text, " {} lost", cell.lost());
    }
    Text::new(text).fg(colour)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::tests::results;

    #[test]
    fn a_row_has_what_each_detector_said() {
        let mut results = results();
        results.cells[0].false_reports = 2;
        results.cells[0].crashed = 1;
        let text = matrix(&results);
        let row = text
            .lines()
            .find(|line| line.contains("map/two-locks"))
            .expect("a row");
        assert!(
            row.contains("3/4 +2 1 lost") && row.contains(" - "),
            "{text}"
        );
        assert!(text.contains("oracle is unavailable: not here"), "{text}");
    }

    #[test]
    fn only_twins_that_were_reported_are_named() {
        let mut results = results();
        let twin = |scenario: &str, false_reports| Cell {
            scenario: scenario.into(),
            variant: Variant::Fixed,
            false_reports,
            ..results.cells[0].clone()
        };
        let twins = [twin("quiet", 0), twin("loud", 1)];
        results.cells.extend(twins);
        let text = matrix(&results);
        assert!(
            text.contains("map/loud") && !text.contains("map/quiet"),
            "{text}"
        );
        assert!(
            text.contains("Nothing was reported of 1 race-free twins."),
            "{text}"
        );
    }
}
