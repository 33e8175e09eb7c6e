//! `Arc` and `Weak`: the end of a handle is before who comes to have the value alone.

use crate::pair::{Plain, Slot, assert_race, edge, in_turn, no_edge};
use fidge::Kind;
use fidge::sync::{Arc, Weak};

/// Two handles of one value, one for each side.
type Two = (Slot<Arc<u32>>, Slot<Arc<u32>>);

fn two() -> Two {
    let arc = Arc::new(1);
    (Slot::new(Arc::clone(&arc)), Slot::new(arc))
}

fn drop_one(two: &Two) {
    drop(two.0.take());
}

#[test]
fn the_end_of_a_handle_is_before_the_last_ones() {
    edge(two, drop_one, |two| drop(two.1.take()));
    edge(
        two,
        |two| assert_eq!(Arc::into_inner(two.0.take()), None),
        |two| {
            drop(two.1.take());
        },
    );
}

#[test]
fn the_end_of_a_handle_is_before_who_has_the_value_alone() {
    edge(two, drop_one, |two| {
        let mut last = two.1.take();
        *Arc::get_mut(&mut last).unwrap() = 2;
    });
    edge(two, drop_one, |two| {
        assert_eq!(Arc::try_unwrap(two.1.take()), Ok(1));
    });
    edge(two, drop_one, |two| {
        assert_eq!(Arc::into_inner(two.1.take()), Some(1));
    });
    edge(two, drop_one, |two| {
        assert_eq!(Arc::unwrap_or_clone(two.1.take()), 1);
    });
    edge(two, drop_one, |two| {
        let mut last = two.1.take();
        *Arc::make_mut(&mut last) = 2;
    });
}

#[test]
fn who_does_not_have_the_value_alone_is_ordered_with_nobody() {
    let three = || {
        let (one, other) = two();
        let third = other.take();
        (one, Slot::new(Arc::clone(&third)), third)
    };
    type Three = (Slot<Arc<u32>>, Slot<Arc<u32>>, Arc<u32>);
    let drop_one = |three: &Three| drop(three.0.take());
    type Then = fn(Arc<u32>);
    let thens: [(&str, Then); 6] = [
        ("drop", drop),
        ("get_mut", |mut arc| {
            assert_eq!(Arc::get_mut(&mut arc), None)
        }),
        ("try_unwrap", |arc| assert!(Arc::try_unwrap(arc).is_err())),
        ("into_inner", |arc| assert_eq!(Arc::into_inner(arc), None)),
        ("make_mut", |mut arc| *Arc::make_mut(&mut arc) = 2),
        ("clone", |arc| drop(Arc::clone(&arc))),
    ];
    for (name, then) in thens {
        println!("{name}");
        no_edge(three, drop_one, |three: &Three| then(three.1.take()));
    }
}

#[test]
fn a_count_orders_nothing() {
    let forget = |two: &Two| {
        let arc = two.1.take();
        assert_eq!((Arc::strong_count(&arc), Arc::weak_count(&arc)), (1, 0));
        std::mem::forget(arc);
    };
    no_edge(two, drop_one, forget);
}

#[test]
fn the_end_of_a_weak_handle_is_before_who_has_the_value_alone() {
    let weak_and_strong = || {
        let arc = Arc::new(1);
        (Slot::new(Arc::downgrade(&arc)), Slot::new(arc))
    };
    type Handles = (Slot<Weak<u32>>, Slot<Arc<u32>>);
    let drop_weak = |handles: &Handles| drop(handles.0.take());
    edge(weak_and_strong, drop_weak, |handles: &Handles| {
        let mut arc = handles.1.take();
        *Arc::get_mut(&mut arc).unwrap() = 2;
    });
    no_edge(weak_and_strong, drop_weak, |handles: &Handles| {
        drop(handles.1.take());
    });
}

#[test]
fn an_upgrade_is_after_the_end_of_handles() {
    let weak = || {
        let (one, other) = two();
        let other = other.take();
        (one, Arc::downgrade(&other), other)
    };
    type Handles = (Slot<Arc<u32>>, Weak<u32>, Arc<u32>);
    edge(
        weak,
        |handles: &Handles| drop(handles.0.take()),
        |handles: &Handles| {
            std::mem::forget(handles.1.upgrade().unwrap());
        },
    );
}

struct OnDrop<'a>(&'a Plain);

const IN_DROP: u32 = line!() + 4;

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.write();
    }
}

#[test]
fn what_was_done_with_the_value_is_before_its_destructor() {
    let cell = Plain::default();
    let report = fidge::check(|| {
        let one = Arc::new(OnDrop(&cell));
        let other = Arc::clone(&one);
        in_turn(
            move || {
                one.0.write();
                drop(one);
            },
            move || drop(other),
        );
    });
    assert!(report.is_clean(), "{report}");

    let report = fidge::check(|| {
        let one = Arc::new(OnDrop(&cell));
        let other = Arc::clone(&one);
        in_turn(
            || {
                drop(one);
                cell.write();
            },
            move || drop(other),
        );
    });
    let line = line!() - 5;
    assert_race(&report, Kind::DataRace, file!(), [line, IN_DROP]);
}
