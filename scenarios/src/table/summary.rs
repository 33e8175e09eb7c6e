//! What the cells come to.

use super::{new, or_dash, percent, range};
use crate::json::Results;
use crate::scenario::Variant;
use crate::summary::{Cost, Curve, Paired, Pairing, Rates, Share, Summary};
use comfy_table::{Cell as Text, CellAlignment, Table};

/// The numbers of runs at which the table has the curve.
const POINTS: [u64; 4] = [1, 3, 10, 50];

/// Rates in all and by class, runs until 95 %, costs and tests, a table each; one that would be empty is left
/// out.
pub fn summary(results: &Results) -> String {
    let Some(summary) = &results.summary else {
        return String::new();
    };
    let jobs = results.settings.jobs;
    let busy = match jobs {
        1 => String::new(),
        jobs => format!("; {jobs} programs ran at a time, --jobs 1 has them undisturbed"),
    };
    let first = results
        .settings
        .detectors
        .first()
        .map_or("", String::as_str);
    let tables = [
        ("In all".to_owned(), in_all(summary)),
        (
            "By class: false negatives / false positives".to_owned(),
            by_class(summary),
        ),
        (
            format!(
                "Races expected to be found by so many runs of each, and the runs until 95 % are ({} schedule)",
                results.settings.schedule
            ),
            curves(summary),
        ),
        (format!("Costs, as multiples of the plain run{busy}"), costs(&summary.costs)),
        (
            "Who differs? McNemar's exact test; each run's verdicts are paired by recording, or by seed alone"
                .to_owned(),
            tests(&summary.mcnemar, first),
        ),
    ];
    let filled = tables.iter().filter(|(_, table)| table.row_count() > 0);
    filled
        .map(|(title, table)| format!("\n{title}\n{table}\n"))
        .collect()
}

fn right(mut table: Table, from: usize) -> Table {
    for column in table.column_iter_mut().skip(from) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn in_all(summary: &Summary) -> Table {
    let mut table = right(
        new([
            "detector",
            "false negatives",
            "rate",
            "95% interval",
            "false positives",
            "rate",
            "95% interval",
            "missed when wrong",
            "crashed",
            "hung",
            "did not run",
        ]),
        1,
    );
    let count = |share: &Share| format!("{}/{}", share.hits, share.runs);
    for rates in summary.rates.iter().filter(|rates| rates.class.is_none()) {
        let mut row = vec![rates.detector.clone()];
        for share in [&rates.false_negatives, &rates.false_positives] {
            row.push(count(share));
            row.push(or_dash(share.rate.map(percent)));
            row.push(or_dash(share.ci95.map(range)));
        }
        row.push(count(&rates.missed));
        row.push(rates.crashed.to_string());
        row.push(rates.hung.to_string());
        row.push(format!("{}/{}", rates.not_run, rates.programs));
        table.add_row(row.into_iter().map(Text::new));
    }
    table
}

fn by_class(summary: &Summary) -> Table {
    let mut detectors: Vec<&str> = Vec::new();
    let mut classes: Vec<&str> = Vec::new();
    for rates in &summary.rates {
        if !detectors.contains(&rates.detector.as_str()) {
            detectors.push(&rates.detector);
        }
        if let Some(class) = rates
            .class
            .as_deref()
            .filter(|class| !classes.contains(class))
        {
            classes.push(class);
        }
    }
    let mut table = right(
        new(std::iter::once("class").chain(detectors.iter().copied())),
        1,
    );
    let both = |rates: &Rates| {
        let [misses, alarms] = [&rates.false_negatives, &rates.false_positives]
            .map(|share| or_dash(share.rate.map(percent)));
        format!("{misses} / {alarms}")
    };
    for class in classes {
        let of = |detector: &&str| {
            let is_it = |r: &&Rates| r.class.as_deref() == Some(class) && r.detector == **detector;
            summary.rates.iter().find(is_it).map_or(String::new(), both)
        };
        let row = std::iter::once(class.to_owned()).chain(detectors.iter().map(of));
        table.add_row(row.map(Text::new));
    }
    table
}

fn curves(summary: &Summary) -> Table {
    let points = POINTS.map(|n| {
        if n == 1 {
            "1 run".to_owned()
        } else {
            format!("{n} runs")
        }
    });
    let header = ["detector", "races"]
        .into_iter()
        .map(str::to_owned)
        .chain(points);
    let header: Vec<_> = header
        .chain(["until 95 %".to_owned(), "between".to_owned()])
        .collect();
    let mut table = right(new(header.iter().map(String::as_str)), 1);
    for curve in summary
        .curves
        .iter()
        .filter(|curve| curve.scenario.is_none())
    {
        let mut row = vec![curve.detector.clone(), curve.races.to_string()];
        for runs in POINTS {
            let point = curve.points.iter().find(|point| point.runs == runs);
            row.push(or_dash(point.map(|point| percent(point.found))));
        }
        row.extend(until(curve));
        table.add_row(row.into_iter().map(Text::new));
    }
    table
}

fn until(curve: &Curve) -> [String; 2] {
    let runs = |runs: Option<u64>| runs.map_or("never".to_owned(), |runs| runs.to_string());
    let [few, many] = curve.runs_for_95_ci95.map(runs);
    [runs(curve.runs_for_95), format!("{few}..{many}")]
}

fn costs(costs: &[Cost]) -> Table {
    let mut table = right(new(["detector", "programs", "time", "peak memory"]), 1);
    for cost in costs {
        let times = |ratio: Option<f64>| or_dash(ratio.map(|ratio| format!("{ratio:.1}x")));
        let row = [
            cost.detector.clone(),
            cost.programs.to_string(),
            times(cost.time),
            times(cost.memory),
        ];
        table.add_row(row.map(Text::new));
    }
    table
}

/// Of `first` with each other, and of all that judged recordings.
fn tests(pairings: &[Pairing], first: &str) -> Table {
    let header = [
        "of",
        "paired by",
        "A",
        "B",
        "both",
        "only A",
        "only B",
        "neither",
        "p",
    ];
    let mut table = right(new(header), 4);
    let shown = |p: &&Pairing| p.a == first || p.b == first || p.paired == Paired::Recordings;
    for pairing in pairings.iter().filter(shown) {
        let of = match pairing.variant {
            Variant::Racy => "races detected",
            Variant::Fixed => "twins reported",
        };
        let paired = match pairing.paired {
            Paired::Recordings => "recording",
            Paired::Seeds => "seed",
        };
        let p = match pairing.p {
            p if p < 0.0001 => "< 0.0001".to_owned(),
            p => format!("{p:.4}"),
        };
        let counts = [
            pairing.both,
            pairing.only_a,
            pairing.only_b,
            pairing.neither,
        ];
        let row = [of, paired, &pairing.a, &pairing.b]
            .map(str::to_owned)
            .into_iter();
        let row = row.chain(counts.map(|count| count.to_string())).chain([p]);
        table.add_row(row.map(Text::new));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::tests::results;
    use crate::json::{Cell, Status};

    /// The words of the first row whose first is `first`, below the title that begins with `title`.
    fn row(text: &str, title: &str, first: &str) -> Vec<String> {
        let below = text.lines().skip_while(|line| !line.starts_with(title));
        let words = |line: &str| {
            line.split([' ', '│'])
                .filter(|w| !w.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let mut rows = below
            .map(words)
            .filter(|row: &Vec<String>| row.first().is_some_and(|w| w == first));
        rows.next()
            .unwrap_or_else(|| panic!("no {first} below {title} in {text}"))
    }

    fn sample() -> Results {
        let mut sample = results();
        let ran = sample.cells[0].clone();
        let fixed = Cell {
            variant: Variant::Fixed,
            false_reports: 1,
            ..ran.clone()
        };
        sample.cells.push(fixed);
        sample.cells[1] = Cell {
            detector: "oracle".into(),
            status: Status::Ran,
            reason: None,
            detected: 4,
            verdicts: Some([true; 4].into_iter().collect()),
            ..ran
        }
        .with_rate();
        sample
    }

    #[test]
    fn the_tables_say_what_the_summary_has() {
        let text = summary(&sample().with_summary());
        let all = row(&text, "In all", "fidge");
        assert_eq!(all[1..3], ["1/4", "25.0%"]);
        assert_eq!(all[4..6], ["1/4", "25.0%"]);
        assert_eq!(
            row(&text, "By class", "map"),
            ["map", "25.0%", "/", "25.0%", "0.0%", "/", "-"]
        );
        let curve = row(&text, "Races expected", "fidge");
        assert_eq!(
            (curve[1].as_str(), curve[2].as_str(), curve[6].as_str()),
            ("1", "75.0%", "3")
        );
        let test = row(&text, "Who differs?", "races");
        assert_eq!(
            test[2..],
            ["seed", "fidge", "oracle", "3", "0", "1", "0", "1.0000"]
        );
        assert!(!text.contains("Costs"), "there is no plain run: {text}");
    }

    #[test]
    fn costs_say_when_the_machine_was_busy() {
        let mut sample = sample();
        sample.settings.jobs = 2;
        sample.settings.detectors.push("plain".into());
        let plain = Cell {
            detector: "plain".into(),
            median_ms: Some(0.5),
            ..sample.cells[0].clone()
        };
        sample.cells.push(plain);
        let text = summary(&sample.with_summary());
        assert!(text.contains("2 programs ran at a time"), "{text}");
        assert_eq!(row(&text, "Costs", "fidge"), ["fidge", "1", "3.0x", "1.0x"]);
    }
}
