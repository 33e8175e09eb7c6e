//! One execution around its race: which strands, which events, which edges a picture of it shows.
//!
//! An execution may have a million events. Shown are the two racing strands and those that they
//! descend from; of their events the racing pair, what happens-before edges between them start or
//! end at, and other accesses to the same bytes; of those at most [`MOST`], the nearest to the pair.
//! What lies between and is not shown is counted.

use super::edges::edges;
use crate::detectors::offline::{Recording, parse};
use crate::mark::Site;
use crate::scenario::{Env, Scenario, Variant};
use crate::schedule::Schedule;
use fidge::analysis::{self, Options};
use fidge::trace::{Action, Event, StrandId, Trace};
use std::collections::{BTreeSet, HashMap};

/// How many events are shown.
const MOST: usize = 28;
/// How many executions are recorded in search of one that shows the race.
const TRIES: u64 = 20;

/// What there is to draw.
#[derive(Debug)]
pub struct Interleaving {
    /// The strands shown, parents first.
    pub strands: Vec<StrandId>,
    /// In order of time.
    pub rows: Vec<Row>,
    /// Happens-before between rows, the earlier first.
    pub edges: BTreeSet<(usize, usize)>,
    /// The rows of the pair.
    pub pair: [usize; 2],
    /// Whether happens-before leaves the pair unordered: a data race.
    pub unordered: bool,
    /// How many other strands there were.
    pub others: usize,
}

/// One line of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// What a strand did at one place, one event or several in a row.
    Event {
        /// Index of its strand.
        lane: usize,
        /// What was called: `HashMap::insert`.
        call: String,
        /// What that did: `write`, `acquire`.
        effect: String,
        /// The line in the scenario's file.
        line: Option<u32>,
    },
    /// So many events that are not shown.
    Gap(usize),
}

/// Runs the racy program until the marked pair shows. The error, one line, says that it did not.
pub fn of(scenario: &Scenario, seed: u64) -> Result<Interleaving, String> {
    let mut ordered = None;
    for run in 0..TRIES {
        let env = Env::measured(Schedule::Steered, Variant::Racy, seed, run);
        let trace = Recording::of(&|| (scenario.racy)(&env))?.trace;
        match pair(scenario, &trace) {
            Some((pair, true)) => return Ok(Interleaving::new(scenario, &trace, pair, true)),
            Some((pair, false)) if ordered.is_none() => {
                ordered = Some(Interleaving::new(scenario, &trace, pair, false));
            }
            _ => {}
        }
    }
    ordered.ok_or_else(|| {
        let (path, variant) = (scenario.path(), Variant::Racy.name());
        format!("none of {TRIES} recorded runs of {path} ({variant}) came to both marked lines")
    })
}

/// The events of the marked pair, and whether the oracle has them as a race.
fn pair(scenario: &Scenario, trace: &Trace) -> Option<([usize; 2], bool)> {
    let [a, b] = scenario.sites();
    let site = |index: usize| parse(trace.sites.get(&trace.events[index].site)?);
    let races = analysis::run("oracle", trace, &Options::default()).ok()?;
    let marked = races.iter().find(|race| {
        let [x, y] = [race.first, race.second].map(site);
        [x.as_ref(), y.as_ref()] == [Some(&a), Some(&b)]
            || [x.as_ref(), y.as_ref()] == [Some(&b), Some(&a)]
    });
    if let Some(race) = marked {
        return Some(([race.first, race.second], true));
    }
    let first =
        |wanted: &Site| (0..trace.events.len()).find(|index| site(*index).as_ref() == Some(wanted));
    let (a, b) = (first(&a)?, first(&b)?);
    (a != b).then_some(([a.min(b), a.max(b)], false))
}

impl Interleaving {
    fn new(scenario: &Scenario, trace: &Trace, pair: [usize; 2], unordered: bool) -> Self {
        let events = &trace.events;
        let strands = family(events, pair.map(|index| events[index].strand));
        let lane = |index: usize| strands.iter().position(|s| *s == events[index].strand);
        let edges: Vec<_> = edges(events)
            .into_iter()
            .filter(|(from, to)| lane(*from).is_some() && lane(*to).is_some())
            .collect();
        let shown = shown(events, &edges, pair, |index| lane(index).is_some());
        let mut rows = Vec::new();
        let mut row_of = HashMap::new();
        let mut skipped = 0;
        let mut sites = Vec::new(); // of the rows
        for (index, event) in events.iter().enumerate() {
            let Some(lane) = lane(index) else { continue };
            if !shown.contains(&index) {
                skipped += 1;
                continue;
            }
            if skipped > 0 && !rows.is_empty() {
                rows.push(Row::Gap(skipped));
                sites.push(None);
            }
            skipped = 0;
            let effect = effect(&event.action, &strands);
            let same = sites.last() == Some(&Some((event.strand, event.site)));
            match rows.last_mut() {
                Some(Row::Event { effect: all, .. }) if same => {
                    if !all.split(", ").any(|one| one == effect) {
                        *all = format!("{all}, {effect}");
                    }
                }
                _ => {
                    let text = trace.sites.get(&event.site).map_or("", String::as_str);
                    let site = parse(text).filter(|site| site.file == scenario.source.file);
                    rows.push(Row::Event {
                        lane,
                        call: call(text).to_owned(),
                        effect,
                        line: site.map(|site| site.line),
                    });
                    sites.push(Some((event.strand, event.site)));
                }
            }
            row_of.insert(index, rows.len() - 1);
        }
        if skipped > 0 {
            rows.push(Row::Gap(skipped));
        }
        let ends = |(from, to): &(usize, usize)| Some((*row_of.get(from)?, *row_of.get(to)?));
        let all: BTreeSet<_> = events.iter().map(|event| event.strand).collect();
        Interleaving {
            edges: edges.iter().filter_map(ends).collect(),
            pair: pair.map(|index| row_of[&index]),
            others: all.len() - strands.len(),
            strands,
            rows,
            unordered,
        }
    }
}

/// The two strands and those that they descend from, in order of age.
fn family(events: &[Event], pair: [StrandId; 2]) -> Vec<StrandId> {
    let fork = |event: &Event| match event.action {
        Action::Fork { child } => Some((child, event.strand)),
        _ => None,
    };
    let parents: HashMap<_, _> = events.iter().filter_map(fork).collect();
    let mut family = BTreeSet::new();
    for strand in pair {
        let mut next = Some(strand);
        while let Some(strand) = next.filter(|strand| family.insert(*strand)) {
            next = parents.get(&strand).copied();
        }
    }
    family.into_iter().collect()
}

/// Which events are shown, of those that `is_near`.
fn shown(
    events: &[Event],
    edges: &[(usize, usize)],
    pair: [usize; 2],
    is_near: impl Fn(usize) -> bool,
) -> BTreeSet<usize> {
    let bytes = |index: usize| match events[index].action {
        Action::Read { address, size }
        | Action::Write { address, size }
        | Action::Load { address, size, .. }
        | Action::Store { address, size, .. }
        | Action::Rmw { address, size, .. } => Some(address..address.saturating_add(size.into())),
        _ => None,
    };
    let raced = bytes(pair[1]);
    let touches = |index: &usize| match (&raced, bytes(*index)) {
        (Some(a), Some(b)) => a.start < b.end && b.start < a.end,
        _ => false,
    };
    let mut wanted: BTreeSet<_> = edges.iter().flat_map(|(from, to)| [*from, *to]).collect();
    wanted.extend((0..events.len()).filter(touches));
    wanted.retain(|index| is_near(*index));
    wanted.extend(pair);
    let distance = |index: usize| pair.map(|one| one.abs_diff(index)).into_iter().min();
    let mut nearest: Vec<_> = wanted.into_iter().collect();
    nearest.sort_by_key(|index| distance(*index));
    nearest.truncate(MOST);
    nearest.into_iter().collect()
}

/// The operation in `file:line:column operation`.
fn call(site: &str) -> &str {
    let Some(place) = parse(site) else {
        return site;
    };
    let rest = site.strip_prefix(&place.file).unwrap_or(site);
    rest.split_once(' ').map_or(rest, |(_, call)| call)
}

fn effect(action: &Action, strands: &[StrandId]) -> String {
    let name = |strand: &StrandId| match strands.iter().position(|s| s == strand) {
        Some(lane) => format!("strand {}", lane + 1),
        None => "another strand".to_owned(),
    };
    match action {
        Action::Read { .. } => "read".into(),
        Action::Write { .. } => "write".into(),
        Action::Load { order, .. } => format!("load {order:?}").to_lowercase(),
        Action::Store { order, .. } => format!("store {order:?}").to_lowercase(),
        Action::Rmw { order, .. } => format!("update {order:?}").to_lowercase(),
        Action::Fence { order } => format!("fence {order:?}").to_lowercase(),
        Action::Acquire { .. } => "acquire".into(),
        Action::Release { .. } | Action::ReleaseJoin { .. } => "release".into(),
        Action::Lock { shared: false, .. } => "lock".into(),
        Action::Lock { shared: true, .. } => "shared lock".into(),
        Action::Unlock { .. } => "unlock".into(),
        Action::Fork { child } => format!("starts {}", name(child)),
        Action::Join { child } => format!("waited for {}", name(child)),
        Action::Begin => "atomic scope begins".into(),
        Action::End => "atomic scope ends".into(),
        Action::Reset { .. } => "freed".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn a_data_race_is_shown_with_no_path_between_its_sides() {
        for path in ["map/two-locks", "publication/flag-before-data"] {
            let scenario = catalog::find(path).expect("it is there");
            let found = of(scenario, 1).expect("it races");
            assert!(found.unordered, "{path}");
            let [from, to] = found.pair;
            let mut reached = BTreeSet::from([from]);
            // A lane is an order, too. Rows are in order of time, so one pass is enough.
            for row in from + 1..found.rows.len() {
                let lane = |row: usize| match &found.rows[row] {
                    Row::Event { lane, .. } => Some(*lane),
                    Row::Gap(_) => None,
                };
                if reached.iter().any(|r| {
                    lane(*r).is_some() && lane(*r) == lane(row) || found.edges.contains(&(*r, row))
                }) {
                    reached.insert(row);
                }
            }
            assert!(!reached.contains(&to), "{path}: {found:#?}");
            let [a, b] = scenario.sites();
            let line = |row: usize| match &found.rows[row] {
                Row::Event { line, .. } => *line,
                Row::Gap(_) => None,
            };
            let mut lines = found.pair.map(line);
            lines.sort_unstable();
            let mut marked = [Some(a.line), Some(b.line)];
            marked.sort_unstable();
            assert_eq!(lines, marked, "{path}");
        }
    }

    #[test]
    fn a_long_execution_is_cut_to_what_is_near() {
        let scenario = catalog::find("history/readers-64").expect("it is there");
        let found = of(scenario, 1).expect("it races");
        assert!(found.rows.len() <= 2 * MOST, "{}", found.rows.len());
        assert!(found.rows.iter().any(|row| matches!(row, Row::Gap(_))) || found.others > 0);
    }

    #[test]
    fn the_operation_is_told_from_its_place() {
        assert_eq!(call("src/a b.rs:3:9 HashMap::insert"), "HashMap::insert");
        assert_eq!(call("end of strand"), "end of strand");
    }
}
