//! The last lines of a race: how to fix the race, or to suppress it.

use super::{Access, Kind, LastSync, Lock, Race};
use crate::options::VARIABLE;
use crate::stack::fold::innermost;

/// What to do about a race: how to fix it, as far as that can be told from the locks that the two
/// sides held and how they synchronised, and how not to be told of it again.
pub(super) fn advice(race: &Race) -> [String; 2] {
    [fix(race).to_owned(), suppression(race)]
}

fn fix(race: &Race) -> &'static str {
    let [first, second] = race.accesses();
    let (Some(one), Some(other)) = (first.locks(), second.locks()) else {
        return general(race);
    };
    let writes_while_reading = |access: &Access, locks: &[Lock]| {
        access.is_write() && !locks.is_empty() && locks.iter().all(Lock::is_shared)
    };
    if writes_while_reading(first, one) || writes_while_reading(second, other) {
        return "a lock that is held for reading lets others read: the side that writes must take \
                it for writing";
    }
    match (one.is_empty(), other.is_empty()) {
        (true, true) => general(race),
        (false, false) => {
            "the locks of the two sides do not exclude one another: guard what they share by one lock"
        }
        _ => "only one of the two sides holds a lock: let both take it",
    }
}

fn general(race: &Race) -> &'static str {
    let first = race.accesses()[0].strand().id();
    let releases = |sync: &LastSync| sync.released().is_some_and(|r| r.strand().id() == first);
    if race.last_sync().is_some_and(releases) {
        return "the two do synchronise, but the earlier access comes after that: make it come \
                before, or guard both by one lock";
    }
    match race.kind() {
        Kind::DataRace => {
            "order the two accesses by a lock around both, a channel or a join, or make both atomic"
        }
        Kind::MapRace => {
            "order the two operations by a lock around the map, or use a concurrent map"
        }
        Kind::StaleWrite => {
            "let one operation read and write: `entry`, `alter`, `get_mut`, `fetch_update`, or hold \
             one lock over both"
        }
        Kind::Aba => {
            "give the value a tag or generation that no change leaves as it was, or keep what it \
             names from being reused while somebody looks at it"
        }
        Kind::Atomicity => "hold one lock over the whole scope, or make it one operation",
        Kind::GuardDeadlock => {
            "drop the guard, or copy what it refers to, before the map is asked again"
        }
        Kind::GuardAcrossAwait => "drop the guard before the `.await`",
        Kind::LockOrder => "take the two locks in one order everywhere",
        Kind::Iteration => {
            "iterate over a snapshot, or keep writers out with a lock around the iteration"
        }
        Kind::StaleSize => "let the operation itself decide, or hold one lock over both",
        Kind::Unordered => {
            "order the two operations, or use one that does not depend on their order"
        }
    }
}

/// A suppression that matches the race, by the innermost function that is known.
fn suppression(race: &Race) -> String {
    let accesses = race.accesses();
    let function = accesses
        .iter()
        .rev()
        .find_map(|access| innermost(access.stack())?.function());
    let file = || {
        accesses
            .iter()
            .rev()
            .find_map(|a: &Access| Some(a.location()?.file()))
    };
    let rule = match function {
        Some(function) => format!("{}:{function}", race.kind().name()),
        None => match file() {
            Some(file) => format!("file:{file}"),
            None => return "neither side has a name to suppress it by".to_owned(),
        },
    };
    format!("to suppress it, put `{rule}` in the file named by {VARIABLE}=suppressions=FILE")
}

#[cfg(test)]
mod tests {
    use super::super::{Release, Strand, sample};
    use super::*;

    fn lock(shared: bool) -> Option<Vec<Lock>> {
        Some(vec![Lock {
            shared,
            acquired: sample::place("RwLock::read", 1, 1, &[]),
        }])
    }

    fn fix_for(first: Option<Vec<Lock>>, second: Option<Vec<Lock>>) -> &'static str {
        let mut race = sample::race();
        race.accesses[0].locks = first;
        race.accesses[1].locks = second;
        fix(&race)
    }

    #[test]
    fn the_fix_follows_from_the_locks() {
        assert!(fix_for(Some(vec![]), Some(vec![])).starts_with("order the two accesses"));
        assert!(fix_for(None, lock(false)).starts_with("order the two accesses"));
        assert!(fix_for(Some(vec![]), lock(false)).starts_with("only one of the two sides"));
        assert!(fix_for(lock(false), lock(false)).starts_with("the locks of the two sides"));
        assert!(fix_for(lock(true), lock(true)).starts_with("a lock that is held for reading"));
    }

    #[test]
    fn a_synchronisation_that_came_too_early_is_pointed_out() {
        let mut race = sample::race();
        let mut synchronised_by = |strand: Strand| {
            race.accesses[1].locks = Some(Vec::new());
            race.last_sync = Some(LastSync {
                released: Some(Release {
                    place: sample::place("AtomicBool::store", 8, 5, &[]),
                    strand,
                }),
                acquired: sample::place("AtomicBool::load", 9, 5, &[]),
            });
            fix(&race)
        };
        let [first, second] = sample::race().accesses.map(|access| access.strand);
        assert!(synchronised_by(first).starts_with("the two do synchronise"));
        assert!(synchronised_by(second).starts_with("order the two accesses"));
    }

    #[test]
    fn the_suppression_it_names_does_suppress() {
        let mut race = sample::race();
        assert!(
            suppression(&race).contains("`data-race:app::bump`"),
            "{}",
            suppression(&race)
        );
        for access in &mut race.accesses {
            access.place.stack.clear();
        }
        assert!(
            suppression(&race).contains("`file:app/src/main.rs`"),
            "{}",
            suppression(&race)
        );
    }
}
