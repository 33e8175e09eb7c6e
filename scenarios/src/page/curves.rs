//! Curves: the share of the races that a number of runs of each is expected to find.
//!
//! A panel for each detector, all on the same axes, so that many detectors stay apart: its own curve
//! with the 95 % band, over a thin line for each class. The figures are those of
//! [`Summary::curves`](crate::summary::Summary).

use super::svg;
use crate::summary::{Curve, Summary};
use maud::{Markup, PreEscaped, html};
use plotters::prelude::*;
use std::collections::BTreeMap;

/// Pixels: a phone's width, so that a panel is not scaled down on one.
const SIZE: (u32, u32) = (340, 230);
const COLUMNS: u32 = 3;

/// Roles, in place of colours: the style sheet says how each looks, by light and in the dark.
mod ink {
    use plotters::style::RGBColor;

    pub const AXIS: RGBColor = RGBColor(1, 1, 1);
    pub const GRID: RGBColor = RGBColor(2, 2, 2);
    pub const CLASS: RGBColor = RGBColor(3, 3, 3);
    pub const MINE: RGBColor = RGBColor(4, 4, 4);
}

/// What one panel shows.
pub struct Panel<'a> {
    detector: &'a str,
    /// The mean over all races.
    all: &'a Curve,
    /// The mean over the races of each class, at the same numbers of runs.
    classes: Vec<Vec<(f64, f64)>>,
}

/// A panel for each of the detectors that ran on a racy program.
pub fn panels<'a>(summary: &'a Summary, detectors: &[&'a str]) -> Vec<Panel<'a>> {
    let of = |detector: &&'a str| {
        let mine = || summary.curves.iter().filter(|c| c.detector == **detector);
        let all = mine().find(|curve| curve.scenario.is_none())?;
        let mut classes: BTreeMap<&str, Vec<&Curve>> = BTreeMap::new();
        for curve in mine() {
            if let Some((class, _)) = curve.scenario.as_ref().and_then(|s| s.split_once('/')) {
                classes.entry(class).or_default().push(curve);
            }
        }
        Some(Panel {
            detector,
            all,
            classes: classes.values().map(|curves| mean(curves)).collect(),
        })
    };
    detectors.iter().filter_map(of).collect()
}

/// The mean of curves that have the same numbers of runs.
fn mean(curves: &[&Curve]) -> Vec<(f64, f64)> {
    let Some(first) = curves.first() else {
        return Vec::new();
    };
    let at = |i: usize| {
        let sum: f64 = curves.iter().map(|curve| curve.points[i].found).sum();
        (first.points[i].runs as f64, sum / curves.len() as f64)
    };
    (0..first.points.len()).map(at).collect()
}

impl Panel<'_> {
    /// As a picture of its own.
    pub fn picture(&self, id: &str) -> Markup {
        let title = format!("{}: races found by number of runs", self.detector);
        let last = self.all.points.last();
        let desc = format!(
            "Of {} races, {} are expected to be found in one run of each and {} in {}.",
            self.all.races,
            self.all
                .points
                .first()
                .map_or_else(String::new, |p| svg::percent(p.found)),
            last.map_or_else(String::new, |p| svg::percent(p.found)),
            last.map_or(0, |p| p.runs),
        );
        svg::picture(id, SIZE, &title, &desc, PreEscaped(self.plot()))
    }

    /// The plot library's own SVG.
    fn plot(&self) -> String {
        let mut text = String::new();
        self.draw(&mut text).expect("memory takes it");
        text
    }

    fn draw(&self, text: &mut String) -> Result<(), Box<dyn std::error::Error + '_>> {
        let root = SVGBackend::with_string(text, SIZE).into_drawing_area();
        let points = &self.all.points;
        let runs = |i: usize| points[i].runs as f64;
        let last = runs(points.len() - 1);
        let label = |size: u32| ("sans-serif", size).into_font().color(&ink::AXIS);
        let mut chart = ChartBuilder::on(&root)
            .margin(8)
            .margin_right(16)
            .caption(self.detector, label(15))
            .x_label_area_size(36)
            .y_label_area_size(44)
            .build_cartesian_2d((1.0..last).log_scale(), 0.0..1.0)?;
        chart
            .configure_mesh()
            .axis_style(ink::AXIS)
            .bold_line_style(ink::GRID)
            .light_line_style(TRANSPARENT)
            .label_style(label(12))
            .axis_desc_style(label(12))
            .x_desc("runs")
            .x_labels(6)
            .y_labels(5)
            .x_label_formatter(&|n| format!("{n:.0}"))
            .y_label_formatter(&|share| format!("{:.0}%", share * 100.0))
            .draw()?;
        for class in &self.classes {
            chart.draw_series(LineSeries::new(class.iter().copied(), &ink::CLASS))?;
        }
        let band = |end: usize| points.iter().map(move |p| (p.runs as f64, p.ci95[end]));
        let outline: Vec<_> = band(0)
            .chain(band(1).collect::<Vec<_>>().into_iter().rev())
            .collect();
        chart.draw_series([Polygon::new(outline, ink::MINE.mix(0.2))])?;
        let curve = points.iter().map(|p| (p.runs as f64, p.found));
        chart.draw_series(LineSeries::new(curve, ink::MINE.stroke_width(3)))?;
        root.present()?;
        drop(chart);
        Ok(())
    }
}

/// All panels in one picture.
pub fn sheet(panels: &[Panel]) -> Markup {
    let columns = COLUMNS.min(panels.len() as u32).max(1);
    let size = sheet_size(panels.len() as u32, columns);
    let desc =
        "One panel for each detector. Line: the mean over all races; band: 95 %; thin: each class.";
    svg::picture(
        "curves",
        size,
        "Races found by number of runs",
        desc,
        html! {
            @for (i, panel) in panels.iter().enumerate() {
                @let (x, y) = place(i as u32, columns);
                g transform=(format!("translate({x} {y})")) { (PreEscaped(panel.plot())) }
            }
        },
    )
}

fn place(panel: u32, columns: u32) -> (u32, u32) {
    (panel % columns * SIZE.0, panel / columns * SIZE.1)
}

fn sheet_size(panels: u32, columns: u32) -> (u32, u32) {
    (columns * SIZE.0, panels.div_ceil(columns).max(1) * SIZE.1)
}

/// The same in figures.
pub fn table(panels: &[Panel]) -> Markup {
    let caption = "Share of the races expected to be found, with its 95 % interval";
    let columns = [1, 3, 10, 100];
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr {
                    th scope="col" { "detector" }
                    th scope="col" { "races" }
                    @for runs in columns { th scope="col" { (runs) @if runs == 1 { " run" } @else { " runs" } } }
                    th scope="col" { "runs to 95%" }
                } }
                tbody { @for panel in panels { tr {
                    th scope="row" { (panel.detector) }
                    td { (panel.all.races) }
                    @for runs in columns {
                        td { @if let Some(p) = panel.all.points.iter().find(|p| p.runs == runs) {
                            (svg::percent(p.found))
                            small { (svg::percent(p.ci95[0])) " – " (svg::percent(p.ci95[1])) }
                        } }
                    }
                    @let [low, high] = panel.all.runs_for_95_ci95;
                    td { (or_never(panel.all.runs_for_95)) small { (or_never(low)) " – " (or_never(high)) } }
                } } }
            }
        }
    }
}

fn or_never(runs: Option<u64>) -> String {
    runs.map_or_else(|| "never".to_owned(), |runs| runs.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::tests::results;

    #[test]
    fn a_detector_that_ran_has_a_panel_with_its_classes() {
        let summary = Summary::of(&results());
        let panels = panels(&summary, &["fidge", "oracle"]);
        let [panel] = &panels[..] else {
            panic!("oracle did not run")
        };
        assert_eq!((panel.detector, panel.all.races), ("fidge", 1));
        assert_eq!(panel.classes.len(), 1);
        assert_eq!(panel.classes[0][0], (1.0, 0.75));
    }

    #[test]
    fn the_mean_of_a_class_is_taken_at_each_number_of_runs() {
        let summary = Summary::of(&results());
        let curve = &summary.curves[1];
        let mut other = curve.clone();
        for point in &mut other.points {
            point.found = 0.25;
        }
        let both = mean(&[curve, &other]);
        assert_eq!(both[0], (1.0, 0.5));
        assert_eq!(both.len(), curve.points.len());
    }

    #[test]
    fn a_panel_is_drawn_in_roles_and_never_in_colours() {
        let summary = Summary::of(&results());
        let drawn = panels(&summary, &["fidge"])[0].picture("p").into_string();
        let colours = drawn.match_indices('#').map(|(at, _)| &drawn[at..at + 7]);
        let roles = ["#010101", "#020202", "#030303", "#040404"];
        let other: Vec<_> = colours.filter(|colour| !roles.contains(colour)).collect();
        assert!(other.is_empty(), "{other:?}");
        assert!(
            drawn.contains("<polygon") && drawn.contains("<polyline"),
            "{drawn}"
        );
    }

    #[test]
    fn panels_fill_the_sheet_row_by_row() {
        assert_eq!(
            [place(0, 3), place(2, 3), place(3, 3)],
            [(0, 0), (680, 0), (0, 230)]
        );
        assert_eq!(sheet_size(4, 3), (1020, 460));
    }
}
