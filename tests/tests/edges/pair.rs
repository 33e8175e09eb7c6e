//! A pair of strands, what they do in common, and a plain cell that both write.

use fidge::cell::UnsafeCell;
use fidge::{Kind, Report};
use std::sync::{Mutex, PoisonError, mpsc};

/// A cell that anybody may write. There is nothing in it, so a race on it is one in name only.
#[derive(Default)]
pub struct Plain(UnsafeCell<()>);

// SAFETY: accesses do not touch the value, which is of no size.
unsafe impl Sync for Plain {}

impl Plain {
    /// A write, placed at the caller.
    #[track_caller]
    pub fn write(&self) {
        self.0.with_mut(|_| ());
    }

    /// A read, placed at the caller.
    #[track_caller]
    pub fn read(&self) {
        self.0.with(|_| ());
    }
}

/// What one of the two takes out of what they have in common.
pub struct Slot<T>(Mutex<Option<T>>);

impl<T> Slot<T> {
    pub fn new(value: T) -> Self {
        Slot(Mutex::new(Some(value)))
    }

    pub fn take(&self) -> T {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slot.take().expect("taken once")
    }
}

/// Runs `first` on a strand and `then` on another, one after the other, by a signal that Fidge does
/// not see.
pub fn in_turn(first: impl FnOnce() + Send, then: impl FnOnce() + Send) {
    let (signal, wait) = mpsc::channel();
    fidge::thread::scope(|scope| {
        scope.spawn(move || {
            first();
            signal.send(()).unwrap();
        });
        scope.spawn(move || {
            wait.recv().unwrap();
            then();
        });
    });
}

/// As [`in_turn`], at the same time.
fn together(first: impl FnOnce() + Send, then: impl FnOnce() + Send) {
    fidge::thread::scope(|scope| {
        scope.spawn(first);
        scope.spawn(then);
    });
}

/// Asserts that the only race is one between two places of a file, in this or the other order.
#[track_caller]
pub fn assert_race(report: &Report, kind: Kind, file: &str, lines: [u32; 2]) {
    let [race] = report.races() else {
        panic!("expected one race, found {report}")
    };
    let places = race.accesses().each_ref().map(|access| {
        let location = access.location().expect("a location");
        (location.file(), location.line())
    });
    let expected = lines.map(|line| (file, line));
    assert!(
        places == expected || places == [expected[1], expected[0]],
        "expected {expected:?}, found {report}"
    );
    assert_eq!(race.kind(), kind);
}

/// A strand's part, and whether it writes the cell before or after it.
#[derive(Clone, Copy)]
enum Side<'a, S> {
    WriteThen(&'a (dyn Fn(&S) + Sync)),
    ThenWrite(&'a (dyn Fn(&S) + Sync)),
}

impl<S> Side<'_, S> {
    fn run(self, shared: &S, write: impl FnOnce()) {
        match self {
            Side::WriteThen(part) => {
                write();
                part(shared);
            }
            Side::ThenWrite(part) => {
                part(shared);
                write();
            }
        }
    }
}

/// How two strands run.
#[derive(Clone, Copy)]
enum Run {
    InTurn,
    Together,
}

/// Asserts that two strands, which share what `setup` makes, race for the cell, and where; or that
/// they do not.
#[track_caller]
fn expect<S: Sync>(race: bool, run: Run, setup: &dyn Fn() -> S, first: Side<S>, then: Side<S>) {
    let cell = &Plain::default();
    let report = fidge::check(|| {
        let shared = &setup();
        let one = move || first.run(shared, || cell.write());
        let other = move || then.run(shared, || cell.write());
        match run {
            Run::InTurn => in_turn(one, other),
            Run::Together => together(one, other),
        }
    });
    if race {
        let line = line!() - 8;
        assert_race(&report, Kind::DataRace, file!(), [line, line + 1]);
    } else {
        assert!(report.is_clean(), "{report}");
    }
}

/// What is before `first` is ordered before what follows `then`, which runs later; what follows
/// `first` is not, nor is what is before `then` ordered after anything.
#[track_caller]
pub fn edge<S: Sync>(setup: impl Fn() -> S, first: impl Fn(&S) + Sync, then: impl Fn(&S) + Sync) {
    expect_edge(Run::InTurn, &setup, &first, &then);
}

/// As [`edge`], where `first` and `then` run at the same time and wait for one another themselves.
#[track_caller]
pub fn meeting<S: Sync>(
    setup: impl Fn() -> S,
    first: impl Fn(&S) + Sync,
    then: impl Fn(&S) + Sync,
) {
    expect_edge(Run::Together, &setup, &first, &then);
}

#[track_caller]
fn expect_edge<S: Sync>(
    run: Run,
    setup: &dyn Fn() -> S,
    first: &(dyn Fn(&S) + Sync),
    then: &(dyn Fn(&S) + Sync),
) {
    use Side::{ThenWrite, WriteThen};
    expect(false, run, setup, WriteThen(first), ThenWrite(then));
    expect(true, run, setup, ThenWrite(first), ThenWrite(then));
    expect(true, run, setup, WriteThen(first), WriteThen(then));
}

/// Nothing that `first` does and `then` does later orders anything.
#[track_caller]
pub fn no_edge<S: Sync>(
    setup: impl Fn() -> S,
    first: impl Fn(&S) + Sync,
    then: impl Fn(&S) + Sync,
) {
    use Side::{ThenWrite, WriteThen};
    expect(
        true,
        Run::InTurn,
        &setup,
        WriteThen(&first),
        ThenWrite(&then),
    );
}
