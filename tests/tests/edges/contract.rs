//! The access points of a map or set, pair by pair.

use crate::pair::in_turn;
use fidge::Kind;
use std::cell::UnsafeCell;

/// An operation: its name in reports; what it does, in this order, to key 7, key 8, the size and the
/// structure (`r`ead, `w`rite, or `-`); and the operation.
pub type Row<M> = (&'static str, &'static str, fn(&mut M));

/// A map whose callers are to synchronise, and do not.
struct Unguarded<M>(UnsafeCell<M>);

// SAFETY: strands use it in turn, by a signal that Fidge does not see.
unsafe impl<M> Sync for Unguarded<M> {}

impl<M> Unguarded<M> {
    fn run(&self, operation: fn(&mut M)) {
        // SAFETY: nobody else uses it meanwhile, see above.
        operation(unsafe { &mut *self.0.get() });
    }
}

fn conflict(one: &str, other: &str) -> bool {
    let points = one.chars().zip(other.chars());
    points
        .into_iter()
        .any(|pair| matches!(pair, ('w', 'r' | 'w') | ('r', 'w')))
}

/// Asserts for each pair of `firsts` and `thens`, on two strands that nothing orders, that it is a
/// race exactly if the points say so; a map race, between those two operations in file `file`.
pub fn check<M: Send>(file: &str, fresh: fn() -> M, firsts: &[Row<M>], thens: &[Row<M>]) {
    for (first_name, first_points, first) in firsts {
        for (then_name, then_points, then) in thens {
            let map = Unguarded(UnsafeCell::new(fresh()));
            let report = fidge::check(|| in_turn(|| map.run(*first), || map.run(*then)));
            let what = || format!("{first_name}, then {then_name}: {report}");
            assert_eq!(
                !report.is_clean(),
                conflict(first_points, then_points),
                "{}",
                what()
            );
            for race in report.races() {
                assert_eq!(race.kind(), Kind::MapRace, "{}", what());
                for (access, names) in race.accesses().iter().zip([first_name, then_name]) {
                    assert!(
                        names.split('|').any(|name| name == access.op()),
                        "{}",
                        what()
                    );
                    assert_eq!(access.location().expect("known").file(), file, "{}", what());
                }
            }
        }
    }
}

/// Asserts that no pair of `firsts` and `thens` is reported with an edge in between.
pub fn check_ordered<M: Send>(fresh: fn() -> M, firsts: &[Row<M>], thens: &[Row<M>]) {
    let pairs = firsts.iter().flat_map(|(_, _, first)| {
        let with =
            move |(_, _, then): &Row<M>| (Unguarded(UnsafeCell::new(fresh())), *first, *then);
        thens.iter().map(with)
    });
    let (pairs, edge) = (pairs.collect::<Vec<_>>(), 0_u8);
    let report = fidge::check(|| {
        in_turn(
            || {
                pairs.iter().for_each(|(map, first, _)| map.run(*first));
                fidge::hb::release(&edge);
            },
            || {
                fidge::hb::acquire(&edge);
                pairs.iter().for_each(|(map, _, then)| map.run(*then));
            },
        );
    });
    assert!(report.is_clean(), "{report}");
}
