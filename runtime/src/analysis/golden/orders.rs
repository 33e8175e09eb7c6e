//! What happens after a race: happens-before, and schedulable happens-before in both grains.

use super::*;

#[test]
fn what_only_follows_from_a_racy_read_is_not_reported_under_shb() {
    // A flag that is no atomic, and the data it was to guard.
    let script = [(1, write(X)), (1, write(Y)), (2, read(Y)), (2, read(X))];
    assert_eq!(oracle(Analysis::Hb, &script), [(1, 2), (0, 3)]);
    assert_eq!(oracle(Analysis::Shb, &script), [(1, 2)]);
    assert_eq!(oracle(Analysis::ShbExact, &script), [(1, 2)]);
}

#[test]
fn writes_never_join() {
    expect(
        &[(1, write(X)), (1, write(Y)), (2, write(Y)), (2, read(X))],
        &[(1, 2), (0, 3)],
    );
    expect(
        &[
            (1, write(X)),
            (1, write(A)),
            (2, store(A, Relaxed)),
            (2, read(X)),
        ],
        &[(1, 2), (0, 3)],
    );
}

#[test]
fn racy_loads_and_read_modify_writes_join_and_publish_what_they_joined() {
    for reader in [load(A, Relaxed), rmw(A, Relaxed)] {
        let script = [(1, write(X)), (1, write(A)), (2, reader), (2, read(X))];
        assert_eq!(oracle(Analysis::Hb, &script), [(1, 2), (0, 3)]);
        assert_eq!(oracle(Analysis::ShbExact, &script), [(1, 2)]);
        assert_eq!(oracle(Analysis::Shb, &script), [(1, 2)]);
    }
    let script = [
        (1, write(X)),
        (1, write(A)),
        (2, rmw(A, Release)),
        (3, load(A, Acquire)),
        (3, read(X)),
    ];
    // Under hb strand 3 too races with what strand 1 wrote; under shb strand 2 passed that on.
    assert_eq!(oracle(Analysis::Hb, &script), [(1, 2), (1, 3), (0, 4)]);
    assert_eq!(oracle(Analysis::Shb, &script), [(1, 2)]);
    assert_eq!(oracle(Analysis::ShbExact, &script), [(1, 2)]);
}

#[test]
fn an_atomic_read_joins_the_last_non_atomic_writer_past_an_atomic_one() {
    let script = [
        (1, write(X)),
        (1, write(A)),
        (3, store(A, Relaxed)),
        (2, load(A, Relaxed)),
        (2, read(X)),
    ];
    assert_eq!(oracle(Analysis::Hb, &script), [(1, 2), (1, 3), (0, 4)]);
    assert_eq!(oracle(Analysis::Shb, &script), [(1, 2), (1, 3)]);
    // A non-atomic read joins the last writer of all, here the atomic one.
    let script = [
        (1, write(X)),
        (1, write(A)),
        (3, store(A, Relaxed)),
        (2, read(A)),
        (2, read(X)),
    ];
    assert_eq!(
        oracle(Analysis::Shb, &script),
        [(1, 2), (1, 3), (2, 3), (0, 4)]
    );
}

#[test]
fn each_byte_joins_its_own_last_writer() {
    let low = Action::Write {
        address: Y,
        size: 4,
    };
    let high = Action::Write {
        address: Y + 4,
        size: 4,
    };
    let script = [
        (1, write(X)),
        (1, low),
        (3, write(A)),
        (3, high),
        (2, read(Y)),
        (2, read(X)),
        (2, read(A)),
    ];
    assert_eq!(
        oracle(Analysis::Hb, &script),
        [(1, 4), (3, 4), (0, 5), (2, 6)]
    );
    assert_eq!(oracle(Analysis::Shb, &script), [(1, 4), (3, 4)]);
}

#[test]
fn what_the_writer_does_after_the_write_is_folded_by_epochs_and_reported_exactly() {
    let script = [(1, write(X)), (1, write(Y)), (2, read(X)), (2, read(Y))];
    assert_eq!(oracle(Analysis::ShbExact, &script), [(0, 2), (1, 3)]);
    assert_eq!(oracle(Analysis::Shb, &script), [(0, 2)]);
    // Up to its next release, after which they agree.
    let script = [
        (1, write(X)),
        (1, Action::Release { object: M }),
        (1, write(Y)),
        (2, read(X)),
        (2, read(Y)),
    ];
    expect(&script, &[(0, 3), (2, 4)]);
}

#[test]
fn what_the_writer_does_after_its_clock_has_grown_is_not_folded() {
    const Z: u64 = 0x400;
    let script = [
        (3, write(Z)),
        (3, Action::Release { object: M }),
        (1, write(X)),
        (1, Action::Acquire { object: M }),
        (1, write(Y)),
        (2, read(X)),
        (2, read(Y)),
        (2, read(Z)),
    ];
    assert_eq!(oracle(Analysis::Hb, &script), [(2, 5), (4, 6), (0, 7)]);
    for order in [Analysis::Shb, Analysis::ShbExact] {
        assert_eq!(oracle(order, &script), [(2, 5), (4, 6)], "{order:?}");
    }
}

#[test]
fn what_the_writer_does_after_a_racy_read_of_it_is_not_folded() {
    let script = [
        (1, write(Y)),
        (1, write(X)),
        (2, read(X)),
        (2, read(Y)),
        (1, write(Y)),
    ];
    assert_eq!(oracle(Analysis::Shb, &script), [(1, 2), (3, 4)]);
}
