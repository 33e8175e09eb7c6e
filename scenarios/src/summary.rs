//! What the cells come to: rates, tests between two detectors, costs, and how many runs it takes.
//!
//! Runs of one program are more alike than runs of different ones. Where runs of several programs are
//! added up, an interval or a test that takes them for independent draws says how sure the figure
//! is for these programs, and not for programs at large.

use crate::detectors::{GO, PLAIN};
use crate::json::{Cell, Executions, Results, Status};
use crate::scenario::Variant;
use crate::statistics::{first_run, found_within, geometric_mean, mcnemar, runs_for_95, wilson95};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The numbers of runs at which a curve is given.
const POINTS: [u64; 10] = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500];

/// All of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// How often each detector was wrong, in all and by class.
    pub rates: Vec<Rates>,
    /// Every two detectors of the same programs side by side: Go's has programs of its own.
    pub mcnemar: Vec<Pairing>,
    /// What each detector costs; empty where the plain run was not measured.
    pub costs: Vec<Cost>,
    /// How many runs find the races.
    pub curves: Vec<Curve>,
}

/// How often one detector was wrong about the programs of a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Its name.
    pub detector: String,
    /// The class; null for all of them.
    pub class: Option<String>,
    /// Runs of racy programs in which the marked pair was not reported.
    pub false_negatives: Share,
    /// Runs of race-free twins in which anything was reported.
    pub false_positives: Share,
    /// Runs of racy programs in which something else than the marked pair was reported.
    pub strays: Share,
    /// Runs whose outcome was wrong and in which the marked pair was not reported, of those with a wrong
    /// outcome.
    pub missed: Share,
    /// Runs that were brought down.
    pub crashed: u64,
    /// Runs that did not end in time.
    pub hung: u64,
    /// Programs, racy ones and twins.
    pub programs: u64,
    /// Those of them on which it is unavailable or failed.
    pub not_run: u64,
}

/// So many runs out of so many.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Those that are meant.
    pub hits: u64,
    /// All of them.
    pub runs: u64,
    /// Their share; null for no runs.
    pub rate: Option<f64>,
    /// Its 95 % interval, by Wilson's score.
    pub ci95: Option<[f64; 2]>,
}

impl Share {
    fn new(hits: u64, runs: u64) -> Self {
        let ci95 = wilson95(hits, runs);
        Share {
            hits,
            runs,
            rate: ci95.map(|_| hits as f64 / runs as f64),
            ci95,
        }
    }
}

/// McNemar's test between two detectors, run by run of the programs that both ran on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pairing {
    /// The one.
    pub a: String,
    /// The other.
    pub b: String,
    /// `racy`: did it report the marked pair? `fixed`: did it report anything?
    pub variant: Variant,
    /// What is paired.
    pub paired: Paired,
    /// Runs in which both did.
    pub both: u64,
    /// Runs in which only `a` did.
    pub only_a: u64,
    /// Runs in which only `b` did.
    pub only_b: u64,
    /// Runs in which neither did.
    pub neither: u64,
    /// The exact two-sided p-value: how likely two equally good detectors disagree this unevenly.
    pub p: f64,
}

/// What two verdicts have in common that the test pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Paired {
    /// The recorded execution: the detectors differ by algorithm alone.
    Recordings,
    /// Only the seed of the run: each watched an execution of its own, and the schedules differ. The
    /// test then has less power than its p-value suggests.
    Seeds,
}

/// What a detector costs against the plain run, on the programs where both were measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Its name.
    pub detector: String,
    /// How many programs.
    pub programs: u64,
    /// Its median time over that of the plain run: the geometric mean over the programs.
    pub time: Option<f64>,
    /// Its peak memory over that of the plain run, likewise. Null where it is not known.
    pub memory: Option<f64>,
}

/// How likely a number of runs detects a race: 1 - (1 - p)^n, p being the share of runs that did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Name of the detector.
    pub detector: String,
    /// The race, `class/name`; null for the mean over all of them, which is the share of the races that so
    /// many runs of each are expected to detect.
    pub scenario: Option<String>,
    /// How many races it is the mean of.
    pub races: u64,
    /// The least number of runs that gets to 95 %. Null where none does.
    pub runs_for_95: Option<u64>,
    /// The same for the upper and the lower end of the interval. The number for one race lies between them
    /// with a confidence of 95 %, that for the mean with more.
    pub runs_for_95_ci95: [Option<u64>; 2],
    /// The curve.
    pub points: Vec<Point>,
}

/// A place on a curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// After so many runs
    pub runs: u64,
    /// this share is detected
    pub found: f64,
    /// or, with 95 % confidence, a share in between.
    pub ci95: [f64; 2],
}

impl Summary {
    /// That of the cells in `results`.
    pub fn of(results: &Results) -> Self {
        let cells = &results.cells;
        let detectors = results.settings.detectors.iter();
        let detectors: Vec<_> = detectors
            .map(String::as_str)
            .filter(|d| *d != PLAIN)
            .collect();
        let of_same_programs = detectors.iter().copied().filter(|d| *d != GO);
        let of_same_programs: Vec<_> = of_same_programs.collect();
        Summary {
            rates: detectors.iter().flat_map(|d| rates(d, cells)).collect(),
            mcnemar: pairings(&of_same_programs, cells),
            costs: detectors.iter().filter_map(|d| cost(d, cells)).collect(),
            curves: detectors.iter().flat_map(|d| curves(d, cells)).collect(),
        }
    }
}

/// In all, then by class in the order of the cells.
fn rates(detector: &str, cells: &[Cell]) -> Vec<Rates> {
    let mut classes = vec![None];
    for cell in cells {
        if !classes.contains(&Some(&cell.class)) {
            classes.push(Some(&cell.class));
        }
    }
    let of_class = |class: Option<&String>| {
        let chosen =
            |cell: &&Cell| cell.detector == detector && class.is_none_or(|c| *c == cell.class);
        let chosen: Vec<_> = cells.iter().filter(chosen).collect();
        let sum = |variant: Option<Variant>, count: fn(&Cell) -> u64| -> u64 {
            let of_variant = |cell: &&&Cell| variant.is_none_or(|v| v == cell.variant);
            chosen
                .iter()
                .filter(of_variant)
                .map(|cell| count(cell))
                .sum()
        };
        let (racy, fixed) = (Some(Variant::Racy), Some(Variant::Fixed));
        let races = sum(racy, |c| c.runs);
        Rates {
            detector: detector.to_owned(),
            class: class.cloned(),
            false_negatives: Share::new(races - sum(racy, |c| c.detected), races),
            false_positives: Share::new(sum(fixed, |c| c.false_reports), sum(fixed, |c| c.runs)),
            strays: Share::new(sum(racy, |c| c.false_reports), races),
            missed: Share::new(sum(racy, |c| c.missed), sum(racy, |c| c.manifested)),
            crashed: sum(None, |c| c.crashed),
            hung: sum(None, |c| c.hung),
            programs: chosen.len() as u64,
            not_run: sum(None, |c| u64::from(c.status != Status::Ran)),
        }
    };
    classes.into_iter().map(of_class).collect()
}

/// What identifies a program: its class, name and variant.
type Program<'a> = (&'a str, &'a str, Variant);

fn by_program<'a>(detector: &str, cells: &'a [Cell]) -> HashMap<Program<'a>, &'a Cell> {
    let mine = cells.iter().filter(|cell| cell.detector == detector);
    mine.map(|cell| {
        (
            (cell.class.as_str(), cell.scenario.as_str(), cell.variant),
            cell,
        )
    })
    .collect()
}

/// Every two detectors, each in the order given, first of racy programs, then of fixed ones.
fn pairings(detectors: &[&str], cells: &[Cell]) -> Vec<Pairing> {
    let columns: Vec<_> = detectors
        .iter()
        .map(|d| (*d, by_program(d, cells)))
        .collect();
    let mut pairings = Vec::new();
    for variant in Variant::BOTH {
        for (i, (a, of_a)) in columns.iter().enumerate() {
            for (b, of_b) in &columns[i + 1..] {
                let shared = of_a.iter().filter_map(|(program, x)| {
                    (program.2 == variant).then_some((*x, *of_b.get(program)?))
                });
                pairings.extend(pair((a, b), variant, shared));
            }
        }
    }
    pairings
}

/// `None` where they share no run.
fn pair<'a>(
    (a, b): (&str, &str),
    variant: Variant,
    cells: impl Iterator<Item = (&'a Cell, &'a Cell)>,
) -> Option<Pairing> {
    let mut counts = [[0_u64; 2]; 2];
    let mut recorded = true;
    for (x, y) in cells {
        let (Some(of_x), Some(of_y)) = (&x.verdicts, &y.verdicts) else {
            continue;
        };
        let both = [x.executions, y.executions];
        recorded &= both == [Some(Executions::Recorded); 2];
        for (x, y) in of_x.first(x.runs).zip(of_y.first(y.runs)) {
            counts[usize::from(x)][usize::from(y)] += 1;
        }
    }
    let [[neither, only_b], [only_a, both]] = counts;
    (neither + only_b + only_a + both > 0).then(|| Pairing {
        a: a.to_owned(),
        b: b.to_owned(),
        variant,
        paired: if recorded {
            Paired::Recordings
        } else {
            Paired::Seeds
        },
        both,
        only_a,
        only_b,
        neither,
        p: mcnemar(only_a, only_b),
    })
}

/// `None` where it shares no program with the plain run.
fn cost(detector: &str, cells: &[Cell]) -> Option<Cost> {
    let plain = by_program(PLAIN, cells);
    let (mut times, mut memories) = (Vec::new(), Vec::new());
    for (program, cell) in by_program(detector, cells) {
        let Some(base) = plain.get(&program) else {
            continue;
        };
        let ratio = |a: Option<f64>, b: Option<f64>| Some(a? / b.filter(|b| *b > 0.0)?);
        times.extend(ratio(cell.median_ms, base.median_ms));
        let bytes = |cell: &Cell| cell.peak_bytes.map(|bytes| bytes as f64);
        memories.extend(ratio(bytes(cell), bytes(base)));
    }
    // So that the same cells come to the same sum.
    times.sort_by(f64::total_cmp);
    memories.sort_by(f64::total_cmp);
    (!times.is_empty()).then(|| Cost {
        detector: detector.to_owned(),
        programs: times.len() as u64,
        time: geometric_mean(&times),
        memory: geometric_mean(&memories),
    })
}

/// The mean of all races, then each of them. None where it ran on no racy program.
fn curves(detector: &str, cells: &[Cell]) -> Vec<Curve> {
    let racy = cells
        .iter()
        .filter(|c| c.detector == detector && c.variant == Variant::Racy);
    let races: Vec<_> = racy
        .filter_map(|cell| {
            let ([low, high], rate) = (cell.ci95?, cell.rate?);
            Some((cell.path(), [rate, low, high]))
        })
        .collect();
    if races.is_empty() {
        return Vec::new();
    }
    let rates: Vec<_> = races.iter().map(|(_, rates)| *rates).collect();
    let each = races.iter().map(|(path, rates)| {
        let of_one = |i: usize| runs_for_95(rates[i]);
        Curve {
            detector: detector.to_owned(),
            scenario: Some(path.clone()),
            races: 1,
            runs_for_95: of_one(0),
            runs_for_95_ci95: [of_one(2), of_one(1)],
            points: points(&[*rates]),
        }
    });
    let of_all = |i: usize| first_run(|runs| mean(&rates, i, runs) >= 0.95);
    let all = Curve {
        detector: detector.to_owned(),
        scenario: None,
        races: races.len() as u64,
        runs_for_95: of_all(0),
        runs_for_95_ci95: [of_all(2), of_all(1)],
        points: points(&rates),
    };
    std::iter::once(all).chain(each).collect()
}

/// What so many runs find on average; `end` is 0 for the rate, 1 and 2 for the ends of its interval.
fn mean(races: &[[f64; 3]], end: usize, runs: u64) -> f64 {
    let sum: f64 = races.iter().map(|race| found_within(runs, race[end])).sum();
    sum / races.len() as f64
}

fn points(races: &[[f64; 3]]) -> Vec<Point> {
    let point = |runs: u64| Point {
        runs,
        found: mean(races, 0, runs),
        ci95: [mean(races, 1, runs), mean(races, 2, runs)],
    };
    POINTS.into_iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::tests::results;

    /// A cell of the detector with these verdicts, and no others.
    fn cell(detector: &str, scenario: &str, variant: Variant, bits: &[bool]) -> Cell {
        let hits = bits.iter().filter(|bit| **bit).count() as u64;
        let racy = variant == Variant::Racy;
        Cell {
            scenario: scenario.into(),
            variant,
            detector: detector.into(),
            runs: bits.len() as u64,
            manifested: 0,
            missed: 0,
            detected: if racy { hits } else { 0 },
            false_reports: if racy { 0 } else { hits },
            verdicts: Some(bits.iter().copied().collect()),
            executions: Some(Executions::Recorded),
            ..results().cells.remove(0)
        }
        .with_rate()
    }

    fn summary(cells: Vec<Cell>) -> Summary {
        let mut results = results();
        results.settings.detectors = vec!["fidge".into(), "oracle".into(), PLAIN.into()];
        results.cells = cells;
        Summary::of(&results)
    }

    const RACY: Variant = Variant::Racy;
    const FIXED: Variant = Variant::Fixed;

    #[test]
    fn rates_are_summed_over_all_and_over_each_class() {
        let mut other = cell("fidge", "b", RACY, &[false, false]);
        other.class = "resize".into();
        (other.manifested, other.missed, other.crashed, other.hung) = (2, 2, 1, 1);
        let sums = summary(vec![
            cell("fidge", "a", RACY, &[true, true, true, false]),
            cell("fidge", "a", FIXED, &[false, true]),
            other,
        ]);
        let fidge: Vec<_> = sums
            .rates
            .iter()
            .filter(|r| r.detector == "fidge")
            .collect();
        let classes: Vec<_> = fidge.iter().map(|r| r.class.as_deref()).collect();
        assert_eq!(classes, [None, Some("map"), Some("resize")]);
        assert_eq!(fidge[0].false_negatives, Share::new(3, 6));
        assert_eq!(fidge[0].false_positives, Share::new(1, 2));
        assert_eq!(
            (fidge[0].missed, fidge[0].crashed, fidge[0].hung),
            (Share::new(2, 2), 1, 1)
        );
        assert_eq!(fidge[1].false_negatives, Share::new(1, 4));
        assert_eq!(fidge[2].false_negatives, Share::new(2, 2));
        assert_eq!(fidge[2].false_positives.rate, None);
    }

    #[test]
    fn two_detectors_are_paired_run_by_run() {
        let sums = summary(vec![
            cell("fidge", "a", RACY, &[true, true, false, false]),
            cell("oracle", "a", RACY, &[true, false, true, false]),
            cell("fidge", "b", RACY, &[true, true]),
            cell("oracle", "b", RACY, &[false, false]),
            cell("oracle", "only-there", RACY, &[false, false]),
        ]);
        let [pairing] = &sums.mcnemar[..] else {
            panic!("one pair on racy programs: {:?}", sums.mcnemar)
        };
        let counts = (
            pairing.both,
            pairing.only_a,
            pairing.only_b,
            pairing.neither,
        );
        assert_eq!(counts, (1, 3, 1, 1));
        assert_eq!(
            (pairing.p, pairing.paired),
            (mcnemar(3, 1), Paired::Recordings)
        );
    }

    #[test]
    fn another_program_is_not_paired() {
        let mut results = results();
        results.settings.detectors = vec!["fidge".into(), GO.into()];
        results.cells = ["fidge", GO].map(|d| cell(d, "a", RACY, &[true])).into();
        let sums = Summary::of(&results);
        assert_eq!((sums.mcnemar, sums.rates.len()), (vec![], 4));
    }

    #[test]
    fn executions_of_their_own_are_paired_by_seed_and_that_is_said() {
        let mut live = cell("fidge", "a", FIXED, &[true]);
        live.executions = Some(Executions::Own);
        let sums = summary(vec![live, cell("oracle", "a", FIXED, &[true])]);
        assert_eq!(
            (sums.mcnemar.len(), sums.mcnemar[0].paired),
            (1, Paired::Seeds)
        );
        assert_eq!(sums.mcnemar[0].variant, FIXED);
    }

    #[test]
    fn costs_are_ratios_to_the_plain_run_of_the_same_program() {
        let timed = |detector: &str, scenario: &str, ms: f64, bytes: u64| Cell {
            median_ms: Some(ms),
            peak_bytes: Some(bytes),
            ..cell(detector, scenario, RACY, &[true])
        };
        let sums = summary(vec![
            timed(PLAIN, "a", 1.0, 100),
            timed("fidge", "a", 2.0, 300),
            timed(PLAIN, "b", 10.0, 100),
            timed("fidge", "b", 80.0, 300),
            timed("fidge", "not-run-plain", 9.0, 900),
        ]);
        let [cost] = &sums.costs[..] else {
            panic!("fidge alone: {:?}", sums.costs)
        };
        assert_eq!(cost.programs, 2);
        let near =
            |ratio: Option<f64>, expected: f64| (ratio.expect("known") - expected).abs() < 1e-9;
        assert!(near(cost.time, 4.0) && near(cost.memory, 3.0));
    }

    #[test]
    fn the_plain_run_is_no_detector() {
        let sums = summary(vec![cell(PLAIN, "a", RACY, &[false])]);
        assert!(sums.rates.iter().all(|r| r.detector != PLAIN));
        assert!(sums.curves.is_empty() && sums.mcnemar.is_empty());
    }

    #[test]
    fn a_curve_tells_how_many_runs_it_takes() {
        let half = [true, false].repeat(50);
        let sums = summary(vec![
            cell("fidge", "a", RACY, &half),
            cell("fidge", "b", RACY, &[true; 100]),
        ]);
        let [all, a, b] = &sums.curves[..] else {
            panic!("the mean and two races")
        };
        assert_eq!(
            (all.races, a.runs_for_95, b.runs_for_95),
            (2, Some(5), Some(1))
        );
        // (1 - 0.5^n + 1) / 2 >= 0.95 from n = 4 on.
        assert_eq!(all.runs_for_95, Some(4));
        let [best, worst] = a
            .runs_for_95_ci95
            .map(|n| n.expect("half of the runs found it"));
        assert!(best <= 5 && 5 <= worst && best < worst);
        assert!((a.points[1].found - 0.75).abs() < 1e-12);
        assert!(a.points[1].ci95[0] < 0.75 && 0.75 < a.points[1].ci95[1]);
    }

    #[test]
    fn no_number_of_runs_finds_what_none_found() {
        let sums = summary(vec![cell("fidge", "a", RACY, &[false; 20])]);
        assert_eq!(sums.curves[0].runs_for_95, None);
        assert!(sums.curves[0].runs_for_95_ci95[0].is_some());
        assert_eq!(sums.curves[0].runs_for_95_ci95[1], None);
    }
}
