//! What is a race and what is kept: conflict, overlap, subsumption.

use super::*;

#[test]
fn conflicts_need_two_strands_a_write_and_a_non_atomic_side() {
    expect(&[(1, write(X)), (2, write(X))], &[(0, 1)]);
    expect(&[(1, write(X)), (2, read(X))], &[(0, 1)]);
    expect(&[(1, read(X)), (2, write(X))], &[(0, 1)]);
    expect(&[(1, read(X)), (2, read(X))], &[]);
    expect(&[(1, write(X)), (1, write(X))], &[]);
    expect(&[(1, write(X)), (2, write(Y))], &[]);
}

#[test]
fn atomics_conflict_with_non_atomics_only() {
    expect(
        &[
            (1, store(A, Relaxed)),
            (2, store(A, Relaxed)),
            (3, rmw(A, Relaxed)),
        ],
        &[],
    );
    expect(&[(1, store(A, Release)), (2, read(A))], &[(0, 1)]);
    expect(&[(1, load(A, Acquire)), (2, read(A))], &[]);
    expect(&[(1, load(A, Acquire)), (2, write(A))], &[(0, 1)]);
    expect(&[(1, rmw(A, SeqCst)), (2, read(A))], &[(0, 1)]);
    expect(&[(1, write(A)), (2, load(A, Relaxed))], &[(0, 1)]);
    // Two atomics of different sizes are atomic still.
    let byte = Action::Store {
        address: A + 3,
        size: 1,
        order: Relaxed,
    };
    expect(&[(1, store(A, Relaxed)), (2, byte)], &[]);
}

#[test]
fn one_shared_byte_is_a_conflict_and_the_lowest_is_named() {
    let wide = Action::Write {
        address: X,
        size: 16,
    };
    let trace = |address, size| Trace {
        events: [(1, wide), (2, Action::Read { address, size })]
            .map(|(strand, action)| Event {
                strand,
                action,
                site: 0,
            })
            .to_vec(),
        ..Trace::default()
    };
    let address = |address, size| {
        let races = run("oracle", &trace(address, size), &Options::default()).unwrap();
        races.iter().map(|race| race.address).collect::<Vec<_>>()
    };
    assert_eq!(address(X + 15, 1), [X + 15]);
    assert_eq!(address(X - 3, 4), [X]);
    assert_eq!(address(X + 5, 64), [X + 5]);
    assert!(address(X + 16, 8).is_empty());
    assert!(address(X - 8, 8).is_empty());
    assert!(address(X, 0).is_empty());
}

#[test]
fn a_pair_is_reported_once_and_each_side_of_it_by_itself() {
    let low = Action::Write {
        address: X,
        size: 4,
    };
    let high = Action::Write {
        address: X + 4,
        size: 4,
    };
    expect(&[(1, high), (2, low), (3, write(X))], &[(0, 2), (1, 2)]);
}

#[test]
fn an_acquiring_load_is_itself_after_what_it_acquires() {
    expect(
        &[(1, write(A)), (1, store(A, Release)), (2, load(A, Acquire))],
        &[],
    );
    expect(
        &[(1, write(A)), (1, store(A, Release)), (2, load(A, Relaxed))],
        &[(0, 2)],
    );
}

#[test]
fn any_number_of_ordered_readers_between_hides_nothing() {
    for readers in [1, 4, 16, 64] {
        let mut script = vec![(0, write(X))];
        script.push((1, Action::Acquire { object: M }));
        let mut last = 0;
        for reader in 10..10 + readers {
            // Each is ordered after the one before, and the first after the write.
            script.push((last, Action::Release { object: M }));
            script.push((reader, Action::Acquire { object: M }));
            script.push((reader, read(X)));
            last = reader;
        }
        script.push((1, write(X)));
        let second = script.len() - 1;
        // The last reader is unordered too; it stands for those before it.
        assert_eq!(
            oracle(Analysis::Hb, &script),
            [(0, second), (second - 1, second)]
        );
    }
}

#[test]
fn a_later_access_subsumes_an_earlier_one_only_if_it_covers_it() {
    // Strand 1's read does not cover its write, its second write covers all before.
    expect(
        &[(1, write(X)), (1, read(X)), (2, write(X))],
        &[(0, 2), (1, 2)],
    );
    expect(&[(1, read(X)), (1, write(X)), (2, write(X))], &[(1, 2)]);
    expect(
        &[(1, rmw(X, Relaxed)), (1, write(X)), (2, rmw(X, Relaxed))],
        &[(1, 2)],
    );
    // An atomic write conflicts with no atomic, so it does not cover a non-atomic read.
    expect(
        &[(1, read(X)), (1, rmw(X, Relaxed)), (2, rmw(X, Relaxed))],
        &[(0, 2)],
    );
    expect(
        &[(1, load(X, Relaxed)), (1, store(X, Relaxed)), (2, write(X))],
        &[(1, 2)],
    );
    expect(
        &[(1, load(X, Relaxed)), (1, read(X)), (2, write(X))],
        &[(1, 2)],
    );
    expect(
        &[(1, read(X)), (1, load(X, Relaxed)), (2, write(X))],
        &[(0, 2), (1, 2)],
    );
}
