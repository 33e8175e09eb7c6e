//! `Barrier`.

use crate::pair::{meeting, no_edge};
use fidge::sync::Barrier;

fn wait(barrier: &Barrier) {
    barrier.wait();
}

/// A whole round of two; the other is a strand that does nothing else.
fn round(barrier: &Barrier) {
    fidge::thread::scope(|scope| {
        scope.spawn(|| wait(barrier));
        wait(barrier);
    });
}

#[test]
fn every_arrival_is_before_every_departure_of_its_round() {
    meeting(|| Barrier::new(2), wait, wait);
}

#[test]
fn a_later_round_orders_as_the_first() {
    let twice = |barrier: &Barrier| {
        wait(barrier);
        wait(barrier);
    };
    meeting(|| Barrier::new(2), twice, twice);
}

#[test]
fn a_round_is_not_ordered_with_the_round_of_others() {
    no_edge(|| Barrier::new(1), wait, wait);
    no_edge(|| Barrier::new(2), round, round);
}
