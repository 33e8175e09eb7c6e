//! Results as pictures: one self-contained page, and single SVG files.
//!
//! - [`heat`]: scenario by detector; - [`curves`]: detection by number of runs; - [`costs`]: bars against
//!   the plain run; - [`rates`]: the figures, with intervals; - [`interleaving`] and [`diagram`]: one race as
//!   a space-time diagram, its arrows from [`edges`]; - [`svg`]: what they share.
//!
//! The page has no script and loads nothing. Every picture's figures are in a table as well, colours are
//! never the only sign, and nothing is wider than a phone but what scrolls in its own box. What the
//! cells say is taken from the results; the interleaving is recorded when the page is written.

mod costs;
mod curves;
#[cfg(feature = "detect")]
mod diagram;
#[cfg(feature = "detect")]
mod edges;
mod heat;
#[cfg(feature = "detect")]
mod interleaving;
mod rates;
mod svg;

use crate::detectors::PLAIN;
use crate::json::Results;
use crate::scenario::Scenario;
use crate::schedule::Schedule;
use crate::summary::Summary;
use crate::{catalog, save};
use clap::Args;
use fidge::Kind;
use heat::Heat;
use maud::{Markup, html};
use std::fs;
use std::path::{Path, PathBuf};

/// Which pictures are wanted.
#[derive(Args)]
pub struct Pictures {
    /// Write one self-contained page of pictures and tables
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the pictures as SVG into this folder, which is made if need be
    #[arg(long, value_name = "DIR")]
    svg: Option<PathBuf>,
    /// Whose race to draw, recorded anew, CLASS/NAME [default: the first data race of the results]
    #[arg(long, value_name = "SCENARIO")]
    trace_of: Option<String>,
}

impl Pictures {
    /// Whether any is.
    pub fn wanted(&self) -> bool {
        self.html.is_some() || self.svg.is_some()
    }

    /// Makes sure that they can be written and replace nothing but older ones, before anything runs. `others` are
    /// files that the same command reads or writes. The error is one line.
    pub fn check(&self, others: &[PathBuf]) -> Result<(), String> {
        if let Some(path) = &self.trace_of {
            if !self.wanted() {
                return Err("--trace-of: expected --html FILE or --svg DIR beside it".to_owned());
            }
            catalog::find(path)?;
        }
        let mut others = others.to_vec();
        if let Some(folder) = &self.svg {
            fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
            let files = NAMES.map(|name| folder.join(name).with_extension("svg"));
            for path in &files {
                separate(path, &others)?;
                save::check_marked(path, svg::FILE, "a picture that --svg has written")?;
            }
            others.extend(files);
        }
        if let Some(path) = &self.html {
            separate(path, &others)?;
            save::check_marked(path, svg::PAGE, "a page that --html has written")?;
        }
        Ok(())
    }

    /// Writes them, each file whole or not at all. The error, one line, names the file.
    pub fn write(&self, results: &Results) -> Result<(), String> {
        if !self.wanted() {
            return Ok(());
        }
        let drawn = Drawn::of(results, self.race(results));
        if let Some(path) = &self.html {
            save::replace(path, drawn.page(results).as_bytes())?;
        }
        if let Some(folder) = &self.svg {
            for (name, picture) in drawn.files() {
                let path = folder.join(format!("{name}.svg"));
                save::replace(&path, svg::file(&picture).as_bytes())?;
            }
        }
        Ok(())
    }

    /// The scenario that was asked for, else the first of the results whose fault is a data race.
    fn race(&self, results: &Results) -> Option<&'static Scenario> {
        if let Some(path) = &self.trace_of {
            return catalog::find(path).ok();
        }
        let found = results.cells.iter();
        let found: Vec<_> = found
            .filter_map(|cell| catalog::find(&cell.path()).ok())
            .collect();
        // A map race is a data race of the map's own memory.
        let first = |kind: Kind| found.iter().copied().find(|s| s.kind == kind);
        first(Kind::DataRace).or_else(|| first(Kind::MapRace))
    }
}

/// What the pictures' files may be called.
const NAMES: [&str; 5] = ["heat", "curves", "cost-time", "cost-memory", "interleaving"];

/// That a picture's file is none of the command's other ones.
fn separate(path: &Path, others: &[PathBuf]) -> Result<(), String> {
    if others.iter().any(|other| save::is_same(path, other)) {
        let path = path.display();
        return Err(format!(
            "{path}: expected a file of its own for the pictures"
        ));
    }
    Ok(())
}

/// All that is drawn of some results.
struct Drawn<'a> {
    summary: Summary,
    detectors: Vec<&'a str>,
    race: Option<(&'static Scenario, Result<Race, String>)>,
}

/// An execution as a picture, with what is said below it.
struct Race {
    picture: Markup,
    caption: String,
}

impl<'a> Drawn<'a> {
    fn of(results: &'a Results, race: Option<&'static Scenario>) -> Self {
        let detectors = results.settings.detectors.iter().map(String::as_str);
        Drawn {
            summary: Summary::of(results),
            detectors: detectors.filter(|name| *name != PLAIN).collect(),
            race: race.map(|scenario| (scenario, recorded(scenario, results.settings.seed))),
        }
    }

    /// By name, one of [`NAMES`].
    fn files(&self) -> Vec<(String, Markup)> {
        let classes = Heat::by_class(&self.summary, &self.detectors);
        let panels = curves::panels(&self.summary, &self.detectors);
        let mut files = vec![
            (
                "heat".to_owned(),
                classes.picture("Detected, and reported by mistake, by class"),
            ),
            ("curves".to_owned(), curves::sheet(&panels)),
        ];
        for measure in costs::Measure::BOTH {
            let bars = costs::picture(&self.summary, measure);
            files.extend(bars.map(|bars| (format!("cost-{}", measure.name()), bars)));
        }
        if let Some((_, Ok(race))) = &self.race {
            files.push(("interleaving".to_owned(), race.picture.clone()));
        }
        files
    }

    fn page(&self, results: &Results) -> String {
        let title = "Fidge: race detectors compared";
        let style = include_str!("page.css");
        svg::document(
            title,
            style,
            html! {
                header {
                    h1 { (title) }
                    (facts(results))
                    nav aria-label="Sections" { ul {
                        @for (id, name) in [("summary", "Summary"), ("heat-map", "Heat map"), ("runs", "Number of runs"),
                            ("costs", "Costs"), ("race", "One race"), ("details", "Details")] {
                            li { a href=(format!("#{id}")) { (name) } }
                        }
                    } }
                }
                main {
                    (self.summary_section())
                    (self.heat_section(results))
                    (self.runs_section(results.settings.schedule))
                    (self.costs_section())
                    (self.race_section())
                    section #details {
                        h2 { "Details" }
                        details { summary { "Rates by class" } (rates::by_class(&self.summary)) }
                        details { summary { "Detectors two by two" }
                            p { "The exact two-sided p-value: how likely two equally good detectors disagree this unevenly. Where \
                                only seeds are paired, each watched an execution of its own." }
                            (rates::mcnemar(&self.summary))
                        }
                    }
                }
            },
        )
    }

    fn summary_section(&self) -> Markup {
        html! { section #summary {
            h2 { "Summary" }
            p { "Shares of runs, with their counts; below each the 95 % interval by Wilson's score. It says how sure the figure \
                is for these programs, not for programs at large." }
            (rates::table(&self.summary))
        } }
    }

    fn heat_section(&self, results: &Results) -> Markup {
        let classes = Heat::by_class(&self.summary, &self.detectors);
        let scenarios = Heat::by_scenario(results, &self.detectors);
        html! { section #heat-map {
            h2 { "Heat map" }
            ul.key {
                li { span.rated {} "detected in no run … in all runs" }
                li { b { "▲ twin" } " share of runs of the race-free twin that were reported" }
                li { b { "▲ stray" } " share of racy runs in which something else was reported" }
                li { span.idle {} "n/a: did not run, with the number of its reason" }
            }
            (classes.table("class", "Share of racy runs detected, by class"))
            (scenarios.table("scenario", "Share of racy runs detected, by scenario"))
        } }
    }

    fn runs_section(&self, schedule: Schedule) -> Markup {
        let panels = curves::panels(&self.summary, &self.detectors);
        html! { section #runs {
            h2 { "Number of runs" }
            p { "How many runs of a test until its race is found? With a share " i { "p" } " of runs that find it, " i { "n" }
                " runs do with probability 1 − (1 − " i { "p" } ")" sup { i { "n" } }
                ". Line: the mean over all races; band: its 95 % interval; thin lines: the mean of each class." }
            @if schedule == Schedule::Steered {
                p { "These runs were steered into the order that shows the fault, so this is how often a detector reports a fault \
                    that is there. How often a test runs into it by itself is measured with " code { "--schedule free" } "." }
            }
            @if panels.is_empty() { p { "No detector ran on a racy program." } }
            div.panels { @for (i, panel) in panels.iter().enumerate() {
                figure { (panel.picture(&format!("curve-{i}"))) }
            } }
            (curves::table(&panels))
        } }
    }

    fn costs_section(&self) -> Markup {
        html! { section #costs {
            h2 { "Costs" }
            @if self.summary.costs.is_empty() {
                p { "The plain run was not measured, so there is nothing to tell costs against: add "
                    code { (PLAIN) } " to " code { "--detectors" } "." }
            } @else {
                div.panels { @for measure in costs::Measure::BOTH {
                    @if let Some(bars) = costs::picture(&self.summary, measure) { figure { (bars) } }
                } }
                (costs::table(&self.summary))
            }
        } }
    }

    fn race_section(&self) -> Markup {
        html! { section #race {
            h2 { "One race" }
            @match &self.race {
                None => p { "There is no data race of this program's catalogue in the results." },
                Some((scenario, race)) => {
                    h3 { code { (scenario.path()) } }
                    p { (scenario.story) }
                    @match race {
                        Ok(race) => figure {
                            div.scroll tabindex="0" role="region" aria-label="space-time diagram" { (race.picture) }
                            figcaption { (race.caption) }
                        },
                        Err(reason) => p { "Not drawn: " (reason) "." },
                    }
                }
            }
        } }
    }
}

/// Where the results come from.
fn facts(results: &Results) -> Markup {
    let (at, of) = (&results.environment, &results.settings);
    let programs: std::collections::HashSet<_> =
        results.cells.iter().map(|cell| cell.path()).collect();
    html! { dl.facts {
        dt { "Programs" } dd { (programs.len()) ", each racy and race-free"
            @if let Some(filter) = &of.filter { " (those with " code { (filter) } ")" }
            @if let Some(shard) = &of.shard { ", shard " (shard) " only" } }
        dt { "Runs" } dd { (of.runs) " of each under each detector, " (of.schedule) " schedule, seed " (of.seed) }
        dt { "Machine" } dd { (at.os) " on " (at.arch) ", " (at.cpus) " CPUs, " (of.jobs) " at a time" }
        dt { "Build" } dd { "Fidge " (at.fidge) ", rustc " (at.rustc) ", " (at.profile) }
    } }
}

#[cfg(feature = "detect")]
fn recorded(scenario: &'static Scenario, seed: u64) -> Result<Race, String> {
    let shown = interleaving::of(scenario, seed)?;
    let order = if shown.unordered {
        "No path of arrows leads from one marked event to the other: they race."
    } else {
        "The marked events are ordered here; the fault is in what they do together."
    };
    let others = match shown.others {
        0 => String::new(),
        1 => " One more strand is not shown.".to_owned(),
        n => format!(" {n} more strands are not shown."),
    };
    Ok(Race {
        picture: diagram::picture(&scenario.path(), &shown),
        caption: format!(
            "An execution recorded for this page. Time runs downward; dots are events, arrows happens-before edges \
             between strands. {order}{others} Lines are those of {}.",
            scenario.source.file
        ),
    })
}

#[cfg(not(feature = "detect"))]
fn recorded(_: &'static Scenario, _: u64) -> Result<Race, String> {
    Err("this program was built without the feature `detect`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::tests::results;

    fn pictures(trace_of: Option<&str>) -> Pictures {
        Pictures {
            html: None,
            svg: None,
            trace_of: trace_of.map(str::to_owned),
        }
    }

    #[test]
    fn a_page_loads_nothing_runs_nothing_and_has_no_id_twice() {
        let results = results();
        let race = catalog::find("map/two-locks").expect("it is there");
        let page = Drawn::of(&results, Some(race)).page(&results);
        for foreign in [
            "<script",
            "<link",
            "<img",
            "src=",
            "@import",
            "javascript:",
            " onload=",
        ] {
            assert!(!page.contains(foreign), "{foreign}");
        }
        let ids = page
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        let mut ids: Vec<_> = ids.collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn what_cannot_be_drawn_is_known_before_anything_runs() {
        let error = pictures(Some("map/two-locks"))
            .check(&[])
            .expect_err("no file");
        assert!(error.contains("--html FILE"), "{error}");
        let unknown = Pictures {
            html: Some("x.html".into()),
            ..pictures(Some("nonesuch"))
        };
        let error = unknown.check(&[]).expect_err("no scenario");
        assert!(
            error.contains("there are: ") && error.lines().count() == 1,
            "{error}"
        );
        let nowhere = Pictures {
            html: Some("no-such-folder/x.html".into()),
            ..pictures(None)
        };
        assert!(nowhere.check(&[]).is_err());
    }

    #[test]
    fn pictures_are_written_as_files_that_stand_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let svg = folder.path().join("img");
        let wanted = Pictures {
            svg: Some(svg.clone()),
            ..pictures(Some("map/two-locks"))
        };
        wanted.check(&[]).expect("writable");
        wanted.write(&results()).expect("writable");
        wanted.check(&[]).expect("they are ours");
        let read = |name: &str| fs::read_to_string(svg.join(name)).expect("it was written");
        for name in ["heat.svg", "curves.svg"] {
            assert!(read(name).starts_with("<svg xmlns="), "{name}");
        }
        assert_eq!(
            svg.join("interleaving.svg").exists(),
            cfg!(feature = "detect")
        );
    }

    #[test]
    fn what_is_not_ours_is_not_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let refused = |wanted: &Pictures, expected: &str| {
            let error = wanted.check(&[path("z.json")]).expect_err(expected);
            assert!(
                error.contains(expected) && error.lines().count() == 1,
                "{error}"
            );
        };
        let page = |name: &str| Pictures {
            html: Some(path(name)),
            ..pictures(None)
        };
        refused(&page("z.json"), "z.json: expected a file of its own");
        fs::write(path("notes.html"), "<!DOCTYPE html><title>notes</title>").expect("writable");
        refused(
            &page("notes.html"),
            "notes.html: expected a page that --html",
        );
        let drawn = Pictures {
            svg: Some(folder.path().into()),
            ..pictures(None)
        };
        drawn.check(&[]).expect("nothing is there");
        fs::write(path("curves.svg"), "<svg></svg>").expect("writable");
        refused(&drawn, "curves.svg: expected a picture that --svg");
        let page = page("page.html");
        page.check(&[]).expect("nothing is there");
        page.write(&results()).expect("writable");
        page.check(&[]).expect("it is ours");
    }
}
