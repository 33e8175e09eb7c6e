//! Small traces written by hand, one for each rule of the oracle and of the clocks, and what they come to.
//!
//! `X`, `Y` are data of 8 bytes, `A`, `B` atomics, `M` a lock or sync clock. Strands 1, 2, ... are unordered
//! unless the trace orders them. Expected races are pairs of event numbers.

mod baselines;
mod clocks;
mod orders;
mod races;

use super::{Options, Order as Analysis, run};
use crate::trace::Order::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use crate::trace::{Action, Event, Order, StrandId, Trace};

const X: u64 = 0x100;
const Y: u64 = 0x200;
const A: u64 = 0x300;
const B: u64 = 0x308;
const M: u64 = 1;

fn read(address: u64) -> Action {
    Action::Read { address, size: 8 }
}
fn write(address: u64) -> Action {
    Action::Write { address, size: 8 }
}
fn load(address: u64, order: Order) -> Action {
    Action::Load {
        address,
        size: 8,
        order,
    }
}
fn store(address: u64, order: Order) -> Action {
    Action::Store {
        address,
        size: 8,
        order,
    }
}
fn rmw(address: u64, order: Order) -> Action {
    Action::Rmw {
        address,
        size: 8,
        order,
    }
}
fn fence(order: Order) -> Action {
    Action::Fence { order }
}
fn lock(shared: bool) -> Action {
    Action::Lock { object: M, shared }
}
fn unlock(shared: bool) -> Action {
    Action::Unlock { object: M, shared }
}

type Script = [(StrandId, Action)];

fn found(detector: &str, options: Options, script: &Script) -> Vec<(usize, usize)> {
    let event = |(strand, action): &(StrandId, Action)| Event {
        strand: *strand,
        action: *action,
        site: 0,
    };
    let trace = Trace {
        events: script.iter().map(event).collect(),
        ..Trace::default()
    };
    let races = run(detector, &trace, &options).unwrap();
    races.iter().map(|race| (race.first, race.second)).collect()
}

fn oracle(order: Analysis, script: &Script) -> Vec<(usize, usize)> {
    found(
        "oracle",
        Options {
            order,
            ..Options::default()
        },
        script,
    )
}

/// The races, which are the same whatever the order.
#[track_caller]
fn expect(script: &Script, races: &[(usize, usize)]) {
    for order in [Analysis::Hb, Analysis::Shb, Analysis::ShbExact] {
        assert_eq!(oracle(order, script), races, "{order:?}");
    }
}

/// Strand 1 writes X and hands over by `publish`; strand 2 receives and reads X.
fn hand_off(publish: &Script, receive: &Script) -> Vec<(StrandId, Action)> {
    [&[(1, write(X))], publish, receive, &[(2, read(X))]].concat()
}

#[track_caller]
fn ordered(publish: &Script, receive: &Script) {
    expect(&hand_off(publish, receive), &[]);
}

#[track_caller]
fn unordered(publish: &Script, receive: &Script) {
    expect(
        &hand_off(publish, receive),
        &[(0, 1 + publish.len() + receive.len())],
    );
}
