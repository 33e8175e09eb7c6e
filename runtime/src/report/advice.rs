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
    let (read, write) = (split(first.op()), split(second.op()));
    match race.kind() {
        Kind::DataRace => unordered(
            race,
            "order the two accesses by a lock around both, a channel or a join, or make both atomic",
        ),
        Kind::MapRace => unordered(
            race,
            "order the two operations by a lock around the map, or use a concurrent map",
        ),
        Kind::StaleWrite => one_operation(first, write),
        Kind::Aba if write.0.starts_with("Atomic") => {
            "give the value a tag or generation that every change moves on, or keep what it names from \
             being reused while somebody looks at it"
        }
        Kind::Aba => {
            "give the value a version that every change moves on, and let the condition compare that too"
        }
        Kind::Atomicity => {
            "hold one lock over the whole scope, here and wherever else these are written, or make it \
             one operation"
        }
        Kind::GuardDeadlock if !race.witnesses().is_empty() => {
            "take the two in one order everywhere, or let the first go before the second is asked for"
        }
        Kind::GuardDeadlock if is_map(read.0) => {
            "drop the guard, or copy what it refers to, before the map is asked again; to read and write \
             one key, use `get_mut` or `entry`"
        }
        Kind::GuardDeadlock => "drop the guard before the lock is asked for again",
        Kind::GuardAcrossAwait => {
            "drop the guard before the `.await`, or copy what it refers to: while the task is suspended, \
             whoever wants the lock blocks the thread that would go on with the task"
        }
        Kind::LockOrder => "take the two locks in one order everywhere",
        Kind::Iteration => {
            "take one lock around the iteration and around what moves entries, or do not count on meeting \
             each of them once"
        }
        Kind::StaleSize => {
            "let one key decide, by `entry`, instead of the size; or hold one lock over both operations"
        }
        Kind::Unordered => {
            "if their order matters, order the two: by a join, a message, or one lock around what each \
             belongs to"
        }
    }
}

/// Type and method of an operation: `DashMap::insert`.
fn split(op: &str) -> (&str, &str) {
    op.split_once("::").unwrap_or((op, ""))
}

/// Whether an operation of that type holds a part of a concurrent map.
fn is_map(name: &str) -> bool {
    !matches!(name, "Mutex" | "RwLock")
}

/// The one operation that would have read and written.
fn one_operation(read: &Access, (written, method): (&str, &str)) -> &'static str {
    let absent = read.value() == Some("absent");
    match (written, method) {
        ("AtomicBool", _) => "let one operation look and write: `compare_exchange`, or `swap`",
        ("AtomicPtr", _) => {
            "let one operation look and write: `compare_exchange` fails where the pointer has changed"
        }
        (atomic, _) if atomic.starts_with("Atomic") => {
            "let one operation read and write: `fetch_add` and its like, `fetch_update`, or \
             `compare_exchange`, which fails where the value has changed"
        }
        ("HashMap" | "HashSet", _) => {
            "hold the lock from the read to the write, or read again once it is taken anew"
        }
        ("DashSet", _) => {
            "let one operation look and write: `insert` and `remove` say whether they changed anything"
        }
        (_, "remove") => "let one operation look and remove: `remove_if`",
        _ if absent => {
            "let one operation look and insert: `entry(key).or_insert(value)`, or `match entry(key)`"
        }
        _ => {
            "let one operation read and write: `alter` or `get_mut`, or `entry`, where the key may be \
             absent"
        }
    }
}

/// What would order two accesses that nothing orders.
fn unordered(race: &Race, general: &'static str) -> &'static str {
    let [first, second] = race.accesses();
    let (Some(one), Some(other)) = (first.locks(), second.locks()) else {
        return too_early(race).unwrap_or(general);
    };
    let writes_while_reading = |access: &Access, locks: &[Lock]| {
        access.is_write() && !locks.is_empty() && locks.iter().all(Lock::is_shared)
    };
    if writes_while_reading(first, one) || writes_while_reading(second, other) {
        return "a lock that is held for reading lets others read: the side that writes must take \
                it for writing";
    }
    match (one.is_empty(), other.is_empty()) {
        (true, true) => too_early(race).unwrap_or(general),
        (false, false) => {
            "the locks of the two sides do not exclude one another: guard what they share by one lock"
        }
        _ => "only one of the two sides holds a lock: let both take it",
    }
}

fn too_early(race: &Race) -> Option<&'static str> {
    let first = race.accesses()[0].strand().id();
    let releases = |sync: &LastSync| sync.released().is_some_and(|r| r.strand().id() == first);
    race.last_sync().is_some_and(releases).then_some(
        "the two do synchronise, but the earlier access comes after that: make it come before, or \
         guard both by one lock",
    )
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
    fn the_fix_of_a_stale_write_names_the_operation_that_would_have_been_right() {
        let fix_of = |write: &'static str, read: Option<&str>| {
            let mut race = sample::race();
            race.kind = Kind::StaleWrite;
            race.accesses[1].place.op = write;
            race.accesses[0].value = read.map(str::to_owned);
            fix(&race)
        };
        for (write, read, right) in [
            ("DashMap::insert", Some("absent"), "or_insert"),
            ("DashMap::insert", Some("5"), "`alter`"),
            ("DashMap::remove", Some("5"), "remove_if"),
            ("AtomicU64::store", Some("5"), "fetch_add"),
            ("AtomicBool::store", Some("false"), "`swap`"),
            ("HashMap::insert", Some("5"), "hold the lock"),
        ] {
            assert!(fix_of(write, read).contains(right), "{write}");
        }
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
