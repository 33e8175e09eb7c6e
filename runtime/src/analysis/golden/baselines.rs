//! The baselines: what each sees and what it is known to miss.

use super::*;

fn baseline(detector: &str, script: &Script) -> Vec<(usize, usize)> {
    found(detector, Options::default(), script)
}

#[test]
fn lockset_wants_one_lock_throughout() {
    let under = |strand, action| {
        [
            (strand, lock(false)),
            (strand, action),
            (strand, unlock(false)),
        ]
    };
    let kept = [under(1, write(X)), under(2, write(X)), under(1, read(X))].concat();
    assert_eq!(baseline("lockset", &kept), []);
    let broken = [&kept[..], &[(2, write(X))]].concat();
    assert_eq!(baseline("lockset", &broken), [(7, 9)]);
    let again = [&broken[..], &[(1, write(X))]].concat();
    assert_eq!(
        baseline("lockset", &again),
        [(7, 9)],
        "a location is reported once"
    );
}

#[test]
fn lockset_follows_eraser_s_states() {
    // Initialised by one strand, then only read: shared, never reported.
    assert_eq!(
        baseline("lockset", &[(1, write(X)), (2, read(X)), (3, read(X))]),
        []
    );
    // Handed over by a fork, which Eraser does not know: a false alarm.
    let handed = [(1, write(X)), (1, Action::Fork { child: 2 }), (2, write(X))];
    assert_eq!(baseline("lockset", &handed), [(0, 2)]);
    expect(&handed, &[]);
    // Holding a lock shared protects reads, not writes.
    let shared = [(1, write(X)), (2, lock(true)), (2, write(X))];
    assert_eq!(baseline("lockset", &shared), [(0, 2)]);
    // Memory used anew is virgin.
    let reset = Action::Reset {
        address: X,
        size: 8,
    };
    assert_eq!(
        baseline("lockset", &[(1, write(X)), (1, reset), (2, write(X))]),
        []
    );
}

#[test]
fn cells4_loses_a_write_behind_many_readers_and_the_oracle_does_not() {
    let write_then_readers = |readers: u32| {
        let mut script = vec![(1, write(X))];
        for reader in 10..10 + readers {
            script.extend([(
                1,
                Action::Release {
                    object: reader.into(),
                },
            )]);
            script.extend([
                (
                    reader,
                    Action::Acquire {
                        object: reader.into(),
                    },
                ),
                (reader, read(X)),
            ]);
        }
        // Only reads the strand: the reads are no conflict, the write is.
        script.push((2, read(X)));
        script
    };
    let script = write_then_readers(3);
    assert_eq!(baseline("cells4", &script), [(0, script.len() - 1)]);
    let script = write_then_readers(64);
    assert_eq!(baseline("cells4", &script), []);
    expect(&script, &[(0, script.len() - 1)]);
}

#[test]
fn cells4_is_silent_on_what_its_history_no_longer_has() {
    let script = |between: u64| {
        let mut script = vec![(1, write(X))];
        script.extend((0..between).map(|i| (1, read(0x1000 + 8 * i))));
        script.push((2, write(X)));
        script
    };
    let cells4 = |between| {
        let options = Options {
            history: 10,
            ..Options::default()
        };
        found("cells4", options, &script(between))
    };
    assert_eq!(cells4(9), [(0, 10)]);
    assert_eq!(cells4(10), []);
    expect(&script(10), &[(0, 11)]);
}

#[test]
fn cells4_knows_bytes_granules_and_resets() {
    let at = |address, size| Action::Write { address, size };
    assert_eq!(baseline("cells4", &[(1, at(X, 4)), (2, at(X + 4, 4))]), []);
    assert_eq!(
        baseline("cells4", &[(1, at(X + 6, 4)), (2, at(X + 9, 1))]),
        [(0, 1)]
    );
    assert_eq!(
        baseline("cells4", &[(1, at(X, 32)), (2, at(X, 32))]),
        [(0, 1)]
    );
    let reset = |size| Action::Reset { address: X, size };
    assert_eq!(
        baseline("cells4", &[(1, at(X, 8)), (3, reset(8)), (2, at(X, 8))]),
        []
    );
    assert_eq!(
        baseline("cells4", &[(1, at(X, 8)), (3, reset(4)), (2, at(X, 8))]),
        [(0, 2)]
    );
}

#[test]
fn sampled_finds_a_pair_as_often_as_it_remembers_its_earlier_side() {
    let script = [(1, write(X)), (2, write(X))];
    let hits = |rate| {
        let runs = (0..1_000).map(|seed| Options {
            rate,
            seed,
            ..Options::default()
        });
        runs.filter(|options| found("sampled", *options, &script) == [(0, 1)])
            .count()
    };
    assert_eq!((hits(0.0), hits(1.0)), (0, 1_000));
    // Seeds are fixed, so this is not left to chance; five standard deviations.
    assert!((230..=370).contains(&hits(0.3)), "{}", hits(0.3));
}
