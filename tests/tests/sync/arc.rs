//! `Arc` and `Weak`.
#![allow(clippy::useless_conversion)] // with detection off both types are one

use super::{Counted, panic_message};
use fidge::sync::{Arc, Weak};
use std::any::Any;
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt::Display;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;

#[test]
fn counts_as_std_counts() {
    let arc = Arc::new(1);
    let (clone, weak) = (arc.clone(), Arc::downgrade(&arc));
    assert!(Arc::ptr_eq(&arc, &clone));
    assert!(weak.ptr_eq(&weak.clone()));
    assert_eq!((Arc::strong_count(&arc), Arc::weak_count(&arc)), (2, 1));
    assert_eq!((weak.strong_count(), weak.weak_count()), (2, 1));
    assert_eq!(weak.as_ptr(), Arc::as_ptr(&arc));
    assert_eq!(weak.upgrade().as_deref(), Some(&1));
    drop((arc, clone));
    assert!(weak.upgrade().is_none());
    assert_eq!((weak.strong_count(), weak.weak_count()), (0, 0));
    assert!(Weak::<u8>::new().upgrade().is_none());
    assert_eq!(format!("{:?}", Weak::<u8>::default()), "(Weak)");
}

#[test]
fn drops_the_value_once_whoever_is_last() {
    let drops = AtomicUsize::new(0);
    for _ in 0..500 {
        let arc = Arc::new(Counted(&drops));
        let weak = Arc::downgrade(&arc);
        let clone = Arc::clone(&arc);
        drops.store(0, SeqCst);
        thread::scope(|s| {
            s.spawn(|| drop(clone));
            s.spawn(|| drop(weak.upgrade()));
            drop(arc);
        });
        assert_eq!(drops.load(SeqCst), 1);
    }
}

#[test]
fn drops_an_unsized_value_in_place() {
    let drops = AtomicUsize::new(0);
    let array: Arc<[Counted<'_>]> = [Counted(&drops), Counted(&drops)].into();
    let clone = array.clone();
    drop(array);
    assert_eq!(drops.load(SeqCst), 0);
    drop(clone);
    assert_eq!(drops.load(SeqCst), 2);

    #[repr(align(64))]
    struct Pinned(Cell<*const Pinned>);
    impl Drop for Pinned {
        fn drop(&mut self) {
            assert!(std::ptr::eq(self.0.get(), self), "the value moved");
        }
    }
    let pinned = Arc::pin(Pinned(Cell::new(std::ptr::null())));
    pinned.0.set(&*pinned);
    drop(pinned.clone());
    drop(pinned);
}

#[test]
fn a_panicking_destructor_frees_the_rest() {
    struct Panics<'a>(Counted<'a>);
    impl Drop for Panics<'_> {
        fn drop(&mut self) {
            panic!("{}", self.0.0.load(SeqCst));
        }
    }
    let drops = AtomicUsize::new(0);
    let arc = Arc::new(Panics(Counted(&drops)));
    let weak = Arc::downgrade(&arc);
    assert_eq!(panic_message(|| drop(arc)), "0");
    assert_eq!(drops.load(SeqCst), 1);
    assert!(weak.upgrade().is_none());
}

#[test]
fn into_inner_has_exactly_one_winner() {
    for _ in 0..500 {
        let one = Arc::new(String::from("value"));
        let (two, three) = (one.clone(), one.clone());
        let winners = thread::scope(|s| {
            [one, two, three]
                .map(|arc| s.spawn(|| Arc::into_inner(arc)))
                .map(|t| t.join())
        });
        let values: Vec<_> = winners.into_iter().filter_map(Result::unwrap).collect();
        assert_eq!(values, ["value"]);
    }
}

#[test]
fn try_unwrap_needs_the_only_handle_and_disowns_weak_ones() {
    let arc = Arc::new(vec![1]);
    let (clone, weak) = (arc.clone(), Arc::downgrade(&arc));
    let arc = Arc::try_unwrap(arc).unwrap_err();
    drop(clone);
    assert_eq!(Arc::weak_count(&arc), 1);
    assert_eq!(Arc::try_unwrap(arc), Ok(vec![1]));
    assert!(weak.upgrade().is_none());
    let arc = Arc::new(2);
    assert_eq!(Arc::unwrap_or_clone(arc.clone()), 2);
    assert_eq!(Arc::unwrap_or_clone(arc), 2);
}

#[test]
fn get_mut_needs_the_only_handle_of_all() {
    let mut arc = Arc::new(1);
    *Arc::get_mut(&mut arc).unwrap() = 2;
    let weak = Arc::downgrade(&arc);
    assert!(Arc::get_mut(&mut arc).is_none());
    drop(weak);
    let clone = arc.clone();
    assert!(Arc::get_mut(&mut arc).is_none());
    drop(clone);
    assert_eq!(Arc::get_mut(&mut arc), Some(&mut 2));
}

#[test]
fn make_mut_clones_moves_or_does_neither() {
    #[derive(Debug, PartialEq)]
    struct Clones(u32);
    impl Clone for Clones {
        fn clone(&self) -> Self {
            Clones(self.0 + 1)
        }
    }

    let mut alone = Arc::new(Clones(0));
    let address = Arc::as_ptr(&alone);
    assert_eq!(*Arc::make_mut(&mut alone), Clones(0));
    assert_eq!(Arc::as_ptr(&alone), address);

    let weak = Arc::downgrade(&alone);
    assert_eq!(*Arc::make_mut(&mut alone), Clones(0));
    assert!(weak.upgrade().is_none());

    let clone = alone.clone();
    assert_eq!(*Arc::make_mut(&mut alone), Clones(1));
    assert_eq!(*clone, Clones(0));

    let mut slice: Arc<[Clones]> = Arc::from([Clones(0), Clones(5)]);
    let weak = Arc::downgrade(&slice);
    assert_eq!(*Arc::make_mut(&mut slice), [Clones(0), Clones(5)]);
    assert!(weak.upgrade().is_none());
    let clone = slice.clone();
    assert_eq!(*Arc::make_mut(&mut slice), [Clones(1), Clones(6)]);
    assert_eq!(*clone, [Clones(0), Clones(5)]);

    let mut text: Arc<str> = "text".into();
    let (clone, weak) = (text.clone(), Arc::downgrade(&text));
    Arc::make_mut(&mut text).make_ascii_uppercase();
    assert_eq!((&*text, &*clone), ("TEXT", "text"));
    assert_eq!(weak.upgrade().as_deref(), Some("text"));
}

#[test]
fn make_mut_leaves_everything_as_it_was_when_the_clone_panics() {
    struct Panics<'a>(#[allow(dead_code)] Counted<'a>);
    impl Clone for Panics<'_> {
        fn clone(&self) -> Self {
            panic!("clone")
        }
    }
    let drops = AtomicUsize::new(0);
    let mut arc = Arc::new(Panics(Counted(&drops)));
    let clone = arc.clone();
    assert_eq!(
        panic_message(|| {
            Arc::make_mut(&mut arc);
        }),
        "clone"
    );
    assert!(Arc::ptr_eq(&arc, &clone));
    drop((arc, clone));
    assert_eq!(drops.load(SeqCst), 1);
}

#[test]
fn cyclic_ones_know_themselves() {
    struct Node {
        me: Weak<Node>,
    }
    let node = Arc::new_cyclic(|me| {
        assert!(me.upgrade().is_none());
        Node { me: me.clone() }
    });
    assert!(Arc::ptr_eq(&node.me.upgrade().unwrap(), &node));
    assert_eq!((Arc::strong_count(&node), Arc::weak_count(&node)), (1, 1));
}

#[test]
fn raw_pointers_lead_back() {
    let raw = Arc::into_raw(Arc::new(4));
    // SAFETY: one strong count is in `raw`, and a second one is made and unmade.
    unsafe {
        Arc::increment_strong_count(raw);
        Arc::decrement_strong_count(raw);
        let arc = Arc::from_raw(raw);
        assert_eq!((*arc, Arc::strong_count(&arc)), (4, 1));
        let weak = Weak::from_raw(Arc::downgrade(&arc).into_raw());
        assert_eq!(weak.upgrade(), Some(arc));
    }
}

#[test]
fn trait_objects_come_from_std_or_from_a_box() {
    let shared: Arc<dyn Display> = (std::sync::Arc::new(7) as std::sync::Arc<dyn Display>).into();
    let boxed: Arc<dyn Display> = Arc::from(Box::new(8) as Box<dyn Display>);
    assert_eq!(format!("{shared} {boxed}"), "7 8");
    let std: std::sync::Arc<dyn Display> = shared.clone().into();
    assert_eq!(Arc::strong_count(&shared), 2);
    drop(std);
    assert_eq!(Arc::strong_count(&shared), 1);

    let any: Arc<dyn Any + Send + Sync> =
        (std::sync::Arc::new(9) as std::sync::Arc<dyn Any + Send + Sync>).into();
    let any = any.downcast::<String>().unwrap_err();
    assert_eq!(*any.downcast::<i32>().unwrap(), 9);
}

#[test]
fn uninitialised_ones_can_be_filled() {
    let mut one = Arc::<u8>::new_uninit();
    Arc::get_mut(&mut one).unwrap().write(1);
    let mut many = Arc::<[u8]>::new_uninit_slice(2);
    Arc::get_mut(&mut many)
        .unwrap()
        .iter_mut()
        .for_each(|slot| {
            slot.write(2);
        });
    // SAFETY: just written.
    let (one, many) = unsafe { (one.assume_init(), many.assume_init()) };
    assert_eq!((*one, &*many), (1, &[2, 2][..]));
    assert_eq!(<Arc<[u8; 2]>>::try_from(many).unwrap()[1], 2);
}

#[test]
fn values_look_through() {
    let arc: Arc<str> = "b".into();
    assert_eq!(HashSet::from([arc.clone()]).get("b"), Some(&arc));
    assert!(arc > Arc::from("a") && arc <= arc.clone() && arc != Arc::from("c"));
    assert_eq!(format!("{arc} {arc:?}"), "b \"b\"");
    assert_eq!(format!("{arc:p}"), format!("{:p}", Arc::as_ptr(&arc)));
    assert_eq!((0..3).collect::<Arc<[u8]>>()[..], [0, 1, 2]);
    assert!(Arc::<[u8]>::default().is_empty() && Arc::<str>::default().is_empty());
}

#[test]
fn wakes() {
    struct Flag(AtomicBool);
    impl std::task::Wake for Flag {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.store(true, SeqCst);
        }
    }
    let flag = Arc::new(Flag(AtomicBool::new(false)));
    std::task::Waker::from(flag.clone()).wake();
    assert!(flag.0.load(SeqCst));
    assert_eq!(Arc::strong_count(&flag), 1);
}
