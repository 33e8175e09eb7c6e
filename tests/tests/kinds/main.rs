//! `docs/kinds.md`: for each kind of finding the smallest program, its report, and the fix.
//!
//! The program is what stands in `KIND.rs` up to its `fixed`, which is the fix; the report is what Fidge
//! prints of `racy`. To put both into the page as they are now:
//! `FIDGE_BLESS=1 cargo test -p fidge-tests --features detect --test kinds`, and read the difference.
#![cfg(feature = "detect")]

mod aba;
mod atomicity;
mod data_race;
mod executor;
mod guard_across_await;
mod guard_deadlock;
mod iteration;
mod lock_order;
mod map_race;
mod page;
mod shards;
mod stale_size;
mod stale_write;
mod unordered;

use fidge::{Kind, Report, Severity};
use std::panic::catch_unwind;
use std::thread;

/// One test for each kind: that `racy` is reported as that and nothing else, that `fixed` is not
/// reported, and that the page says so.
macro_rules! kinds {
    ($($name:ident: $kind:ident, $severity:ident;)*) => {$(
        #[test]
        fn $name() {
            let report = report_of($name::racy, Severity::$severity);
            let found: Vec<_> = report.races().iter().map(|race| (race.kind(), race.severity())).collect();
            assert_eq!(found, [(Kind::$kind, Severity::$severity)], "{report}");
            // Nothing forces its schedule.
            for _ in 0..20 {
                let fixed = report_of($name::fixed, Severity::$severity);
                assert!(fixed.is_clean(), "{fixed}");
            }
            page::holds(Kind::$kind, include_str!(concat!(stringify!($name), ".rs")), &report);
        }
    )*};
}

kinds! {
    data_race: DataRace, Error;
    map_race: MapRace, Error;
    stale_write: StaleWrite, Error;
    aba: Aba, Error;
    atomicity: Atomicity, Error;
    guard_deadlock: GuardDeadlock, Error;
    guard_across_await: GuardAcrossAwait, Warning;
    lock_order: LockOrder, Warning;
    iteration: Iteration, Warning;
    stale_size: StaleSize, Warning;
    unordered: Unordered, Note;
}

/// What a `main` that does this would be told.
fn report_of(program: fn(), severity: Severity) -> Report {
    // A call that would wait for ever panics.
    let program = move || drop(catch_unwind(program));
    let checked = move || match severity {
        Severity::Note => fidge::check_pedantic(program),
        _ => fidge::check(program),
    };
    let main = thread::Builder::new().name("main".to_owned());
    main.spawn(checked).unwrap().join().unwrap()
}
