//! What orders and what does not: forks, locks, sync clocks, atomics, fences, resets.

use super::*;

#[test]
fn a_fork_orders_what_was_before_it_and_a_join_what_the_child_did() {
    let fork = Action::Fork { child: 2 };
    let join = Action::Join { child: 2 };
    expect(
        &[
            (1, write(X)),
            (1, fork),
            (2, write(X)),
            (1, join),
            (1, write(X)),
        ],
        &[],
    );
    expect(&[(1, fork), (1, write(X)), (2, write(X))], &[(1, 2)]);
    // A child without an event passes its parent's past on to whoever joins it.
    expect(&[(1, write(X)), (1, fork), (3, join), (3, write(X))], &[]);
    expect(
        &[
            (1, fork),
            (2, write(X)),
            (1, join),
            (2, write(X)),
            (1, read(X)),
        ],
        &[(3, 4)],
    );
}

#[test]
fn an_exclusive_lock_orders() {
    ordered(&[(1, lock(false)), (1, unlock(false))], &[(2, lock(false))]);
    let later = &[
        (1, lock(false)),
        (1, unlock(false)),
        (1, write(X)),
        (2, lock(false)),
        (2, read(X)),
    ];
    expect(later, &[(2, 4)]);
}

#[test]
fn a_shared_release_orders_later_exclusive_acquisitions_only() {
    ordered(&[(1, lock(true)), (1, unlock(true))], &[(2, lock(false))]);
    unordered(&[(1, lock(true)), (1, unlock(true))], &[(2, lock(true))]);
    ordered(&[(1, lock(false)), (1, unlock(false))], &[(2, lock(true))]);
}

#[test]
fn an_exclusive_holder_in_between_passes_a_reader_s_release_on() {
    let writer = [(3, lock(false)), (3, unlock(false))];
    let publish = [&[(1, lock(true)), (1, unlock(true))][..], &writer].concat();
    ordered(&publish, &[(2, lock(true))]);
}

#[test]
fn a_sync_clock_is_replaced_by_a_release_and_grows_by_a_release_join() {
    let object = M;
    let acquire = [(2, Action::Acquire { object })];
    ordered(&[(1, Action::Release { object })], &acquire);
    ordered(
        &[
            (1, Action::Release { object }),
            (3, Action::ReleaseJoin { object }),
        ],
        &acquire,
    );
    ordered(
        &[
            (1, Action::ReleaseJoin { object }),
            (3, Action::ReleaseJoin { object }),
        ],
        &acquire,
    );
    unordered(
        &[
            (1, Action::Release { object }),
            (3, Action::Release { object }),
        ],
        &acquire,
    );
}

#[test]
fn a_lock_a_sync_clock_and_an_atomic_of_one_number_are_three_objects() {
    unordered(
        &[(1, lock(false)), (1, unlock(false))],
        &[(2, Action::Acquire { object: M })],
    );
    unordered(
        &[(1, Action::Release { object: A })],
        &[(2, load(A, Acquire))],
    );
}

#[test]
fn a_release_store_orders_the_acquire_load_that_reads_it() {
    for release in [Release, SeqCst] {
        for acquire in [Acquire, SeqCst] {
            ordered(&[(1, store(A, release))], &[(2, load(A, acquire))]);
        }
    }
    unordered(&[(1, store(A, Release))], &[(2, load(A, Relaxed))]);
    unordered(&[(1, store(A, Relaxed))], &[(2, load(A, Acquire))]);
    unordered(&[(1, store(A, Release))], &[(2, load(B, Acquire))]);
}

#[test]
fn read_modify_writes_acquire_and_release_by_their_order() {
    for order in [AcqRel, SeqCst] {
        ordered(&[(1, rmw(A, order))], &[(2, rmw(A, order))]);
    }
    ordered(&[(1, rmw(A, Release))], &[(2, rmw(A, Acquire))]);
    unordered(&[(1, rmw(A, Acquire))], &[(2, rmw(A, Acquire))]);
    unordered(&[(1, rmw(A, Release))], &[(2, rmw(A, Release))]);
}

#[test]
fn a_relaxed_read_modify_write_of_another_strand_continues_a_release_sequence() {
    ordered(
        &[(1, store(A, Release)), (3, rmw(A, Relaxed))],
        &[(2, load(A, Acquire))],
    );
    ordered(
        &[(1, store(A, Release)), (3, rmw(A, Release))],
        &[(2, load(A, Acquire))],
    );
}

#[test]
fn a_plain_relaxed_store_cuts_a_release_sequence_even_the_releaser_s_own() {
    unordered(
        &[(1, store(A, Release)), (3, store(A, Relaxed))],
        &[(2, load(A, Acquire))],
    );
    unordered(
        &[(1, store(A, Release)), (1, store(A, Relaxed))],
        &[(2, load(A, Acquire))],
    );
    unordered(
        &[(1, store(A, Release)), (3, store(A, Release))],
        &[(2, load(A, Acquire))],
    );
}

#[test]
fn fences_hand_over_through_relaxed_operations() {
    let publish = [(1, fence(Release)), (1, store(A, Relaxed))];
    let receive = [(2, load(A, Relaxed)), (2, fence(Acquire))];
    ordered(&publish, &receive);
    ordered(&publish, &[(2, load(A, Acquire))]);
    ordered(&[(1, store(A, Release))], &receive);
    ordered(
        &[(1, fence(SeqCst)), (1, store(A, Relaxed))],
        &[(2, load(A, Relaxed)), (2, fence(AcqRel))],
    );
    ordered(
        &[(1, fence(Release)), (1, rmw(A, Relaxed))],
        &[(2, rmw(A, Relaxed)), (2, fence(Acquire))],
    );
}

#[test]
fn fences_on_the_wrong_side_or_in_the_wrong_strand_do_nothing() {
    let publish = [(1, fence(Release)), (1, store(A, Relaxed))];
    unordered(&publish, &[(2, load(A, Relaxed))]);
    unordered(&publish, &[(2, fence(Acquire)), (2, load(A, Relaxed))]);
    unordered(&publish, &[(2, load(A, Relaxed)), (2, fence(Release))]);
    unordered(&publish, &[(3, load(A, Relaxed)), (2, fence(Acquire))]);
    unordered(
        &[(1, store(A, Relaxed)), (1, fence(Release))],
        &[(2, load(A, Acquire))],
    );
    unordered(
        &[(1, fence(Acquire)), (1, store(A, Relaxed))],
        &[(2, load(A, Acquire))],
    );
    unordered(
        &[(3, fence(Release)), (1, store(A, Relaxed))],
        &[(2, load(A, Acquire))],
    );
}

#[test]
fn a_relaxed_store_publishes_what_was_before_the_fence_and_no_more() {
    let after_fence = [
        (1, fence(Release)),
        (1, write(X)),
        (1, store(A, Relaxed)),
        (2, load(A, Acquire)),
    ];
    expect(&[&after_fence[..], &[(2, read(X))]].concat(), &[(1, 4)]);
}

#[test]
fn a_fence_passes_to_no_forked_strand() {
    let publish = [
        (1, fence(Release)),
        (1, Action::Fork { child: 3 }),
        (3, store(A, Relaxed)),
    ];
    unordered(&publish, &[(2, load(A, Acquire))]);
}

#[test]
fn a_relaxed_store_of_the_fencing_strand_cuts_to_its_fence() {
    let publish = [
        (3, store(A, Release)),
        (1, fence(Release)),
        (1, store(A, Relaxed)),
    ];
    let mut script = hand_off(&publish, &[(2, load(A, Acquire))]);
    script.insert(0, (3, write(Y)));
    script.push((2, read(Y)));
    expect(&script, &[(0, 7)]);
}

#[test]
fn an_atomic_is_known_by_address_and_size() {
    let half = Action::Load {
        address: A,
        size: 4,
        order: Acquire,
    };
    unordered(&[(1, store(A, Release))], &[(2, half)]);
}

#[test]
fn a_reset_ends_history_and_atomics() {
    let reset = |address| Action::Reset { address, size: 8 };
    expect(&[(1, write(X)), (3, reset(X)), (2, write(X))], &[]);
    expect(
        &[(1, write(X)), (3, reset(X + 4)), (2, write(X))],
        &[(0, 2)],
    );
    expect(
        &[(1, write(X)), (3, reset(X + 8)), (2, write(X))],
        &[(0, 2)],
    );
    unordered(
        &[(1, store(A, Release)), (3, reset(A + 7))],
        &[(2, load(A, Acquire))],
    );
    unordered(
        &[(1, store(A, Release)), (3, reset(A - 7))],
        &[(2, load(A, Acquire))],
    );
    ordered(
        &[(1, store(A, Release)), (3, reset(B))],
        &[(2, load(A, Acquire))],
    );
    let all = Action::Reset {
        address: 0,
        size: u32::MAX,
    };
    expect(&[(1, write(X)), (3, all), (2, write(X))], &[]);
}
