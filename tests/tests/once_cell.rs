//! `fidge::once_cell` is once_cell, in both feature states.
#![allow(clippy::type_complexity)] // the types are the test

use fidge::once_cell::race::{OnceBool, OnceBox, OnceNonZeroUsize, OnceRef};
use fidge::once_cell::{sync, unsync};
use fidge::thread;
use std::fmt::Debug;
use std::num::NonZeroUsize;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

type Make<T> = fn() -> T;
type Try<T> = fn() -> Result<T, ()>;

#[test]
fn every_method_of_sync_is_there() {
    type Cell = sync::OnceCell<u8>;
    let _: fn() -> Cell = Cell::new;
    let _: fn(u8) -> Cell = Cell::with_value;
    let _: fn(&Cell) -> Option<&u8> = Cell::get;
    let _: fn(&Cell) -> &u8 = Cell::wait;
    let _: fn(&mut Cell) -> Option<&mut u8> = Cell::get_mut;
    let _: unsafe fn(&Cell) -> &u8 = Cell::get_unchecked;
    let _: fn(&Cell, u8) -> Result<(), u8> = Cell::set;
    let _: fn(&Cell, u8) -> Result<&u8, (&u8, u8)> = Cell::try_insert;
    let _: fn(&Cell, Make<u8>) -> &u8 = Cell::get_or_init;
    let _: fn(&Cell, Try<u8>) -> Result<&u8, ()> = Cell::get_or_try_init;
    let _: fn(&mut Cell) -> Option<u8> = Cell::take;
    let _: fn(Cell) -> Option<u8> = Cell::into_inner;
    let _: fn(u8) -> Cell = From::from;

    type Lazy = sync::Lazy<u8>;
    let _: fn(Make<u8>) -> Lazy = Lazy::new;
    let _: fn(Lazy) -> Result<u8, Make<u8>> = Lazy::into_value;
    let _: fn(&Lazy) -> &u8 = Lazy::force;
    let _: fn(&mut Lazy) -> &mut u8 = Lazy::force_mut;
    let _: fn(&Lazy) -> Option<&u8> = Lazy::get;
    let _: fn(&mut Lazy) -> Option<&mut u8> = Lazy::get_mut;

    fn cell<T: Debug + Default + Clone + Eq + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}
    fn lazy<T: Debug + Default + Deref<Target = u8> + DerefMut + Send + Sync + RefUnwindSafe>() {}
    cell::<Cell>();
    lazy::<Lazy>();
}

#[test]
fn every_method_of_race_is_there() {
    macro_rules! methods {
        ($cell:ty, $value:ty, $got:ty, $refused:ty) => {
            let _: fn() -> $cell = <$cell>::new;
            let _: fn(&$cell) -> Option<$got> = <$cell>::get;
            let _: fn(&$cell, $value) -> Result<(), $refused> = <$cell>::set;
            let _: fn(&$cell, Make<$value>) -> $got = <$cell>::get_or_init;
            let _: fn(&$cell, Try<$value>) -> Result<$got, ()> = <$cell>::get_or_try_init;
            shared::<$cell>();
        };
    }
    fn shared<T: Debug + Default + Send + Sync + Unpin>() {}
    methods!(OnceNonZeroUsize, NonZeroUsize, NonZeroUsize, ());
    methods!(OnceBool, bool, bool, ());
    methods!(
        OnceRef<'static, NoDefault>,
        &'static NoDefault,
        &'static NoDefault,
        ()
    );
    methods!(OnceBox<u8>, Box<u8>, &u8, Box<u8>);
    let _: unsafe fn(&OnceNonZeroUsize) -> NonZeroUsize = OnceNonZeroUsize::get_unchecked;
    let _: fn(Box<u8>) -> OnceBox<u8> = OnceBox::with_value;
    let _: fn(&OnceBox<u8>) -> OnceBox<u8> = Clone::clone;
    fn through_panics<T: UnwindSafe + RefUnwindSafe>() {}
    through_panics::<OnceNonZeroUsize>();
    through_panics::<OnceBool>();
    through_panics::<OnceBox<u8>>();
}

/// Something without a `Default`, which no cell of it may ask for.
struct NoDefault;

#[test]
fn unsync_is_upstreams() {
    let cell = unsync::OnceCell::new();
    assert_eq!(cell.get_or_init(|| 1), &1);
    assert_eq!(*unsync::Lazy::new(|| 2), 2);
}

#[test]
fn a_cell_is_set_once() {
    let mut cell = sync::OnceCell::new();
    assert_eq!(
        (cell.get(), format!("{cell:?}")),
        (None, "OnceCell(Uninit)".into())
    );
    assert_eq!(cell.set(1), Ok(()));
    assert_eq!(cell.set(2), Err(2));
    assert_eq!(cell.try_insert(3), Err((&1, 3)));
    assert_eq!(
        (cell.wait(), format!("{cell:?}")),
        (&1, "OnceCell(1)".into())
    );
    assert_eq!(cell.get_or_init(|| unreachable!()), &1);
    *cell.get_mut().unwrap() = 4;
    assert_eq!(cell, sync::OnceCell::with_value(4));
    assert_ne!(cell, sync::OnceCell::new());
    let mut copy = sync::OnceCell::from(5);
    copy.clone_from(&cell);
    assert_eq!(
        (copy.clone(), copy.into_inner()),
        (sync::OnceCell::from(4), Some(4))
    );
    assert_eq!((cell.take(), cell.take()), (Some(4), None));
    assert_eq!(cell.try_insert(6), Ok(&6));
}

#[test]
fn an_initialiser_that_fails_leaves_the_cell_empty() {
    let cell = sync::OnceCell::<u8>::new();
    assert_eq!(cell.get_or_try_init(|| Err("no")), Err("no"));
    let panicking = AssertUnwindSafe(|| cell.get_or_init(|| panic!("no")));
    assert_eq!(
        catch_unwind(panicking).unwrap_err().downcast_ref(),
        Some(&"no")
    );
    assert_eq!(cell.get(), None);
    assert_eq!(cell.get_or_try_init(|| Ok::<_, ()>(1)), Ok(&1));
}

#[test]
fn one_of_many_initialises_and_all_see_it() {
    let runs = AtomicUsize::new(0);
    let cell = sync::OnceCell::new();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(cell.wait(), "made"));
            scope.spawn(|| {
                let make = || {
                    runs.fetch_add(1, Ordering::Relaxed);
                    String::from("made")
                };
                assert_eq!(cell.get_or_init(make), "made");
            });
        }
    });
    assert_eq!(runs.into_inner(), 1);
}

#[test]
fn a_lazy_value_is_made_when_needed() {
    static LAZY: sync::Lazy<String> = sync::Lazy::new(|| "made".into());
    assert_eq!(sync::Lazy::get(&LAZY), None);
    assert_eq!(
        format!("{:?}", LAZY),
        r#"Lazy { cell: OnceCell(Uninit), init: ".." }"#
    );
    assert_eq!(LAZY.len(), 4);
    assert_eq!(sync::Lazy::force(&LAZY), "made");

    let mut lazy = sync::Lazy::new(|| 1);
    assert_eq!(sync::Lazy::get_mut(&mut lazy), None);
    *lazy += 1;
    *sync::Lazy::force_mut(&mut lazy) += 1;
    assert_eq!(sync::Lazy::into_value(lazy).ok(), Some(3));
    let unmade = sync::Lazy::<u8>::new(|| 5);
    assert_eq!(
        sync::Lazy::into_value(unmade).err().map(|make| make()),
        Some(5)
    );
    assert_eq!(*sync::Lazy::<u8>::default(), 0);
}

#[test]
fn a_lazy_value_whose_initialiser_panicked_is_poisoned() {
    let mut lazy = sync::Lazy::<u8>::new(|| panic!("no"));
    fn text<T>(result: Result<T, Box<dyn std::any::Any + Send>>) -> String {
        let Err(payload) = result else {
            panic!("should have panicked")
        };
        match payload.downcast::<String>() {
            Ok(owned) => *owned,
            Err(other) => other.downcast::<&str>().expect("a text").to_string(),
        }
    }
    let poisoned = "Lazy instance has previously been poisoned";
    assert_eq!(text(catch_unwind(AssertUnwindSafe(|| *lazy))), "no");
    assert_eq!(text(catch_unwind(AssertUnwindSafe(|| *lazy))), poisoned);
    assert_eq!(
        text(catch_unwind(AssertUnwindSafe(|| *sync::Lazy::force_mut(
            &mut lazy
        )))),
        poisoned
    );
    assert_eq!(
        text(catch_unwind(AssertUnwindSafe(|| sync::Lazy::into_value(
            lazy
        )))),
        poisoned
    );
}

#[test]
fn in_a_race_the_first_wins() {
    let number = OnceNonZeroUsize::new();
    let (one, two) = (NonZeroUsize::MIN, NonZeroUsize::MAX);
    assert_eq!(
        (number.get(), number.set(one), number.set(two)),
        (None, Ok(()), Err(()))
    );
    assert_eq!(number.get_or_init(|| unreachable!()), one);

    let flag = OnceBool::new();
    assert_eq!(flag.get_or_try_init(|| Err("no")), Err("no"));
    // This initialiser is overtaken, by itself.
    let overtaken = || {
        flag.set(false).unwrap();
        true
    };
    assert!(!flag.get_or_init(overtaken));
    assert_eq!((flag.get(), flag.set(true)), (Some(false), Err(())));

    let text = String::from("borrowed");
    let reference = OnceRef::new();
    assert_eq!(reference.set(&text), Ok(()));
    assert!(std::ptr::eq(reference.get().unwrap(), &text));
}

#[test]
fn a_box_that_loses_the_race_is_given_back_or_dropped() {
    let held = Arc::new(());
    let cell = OnceBox::new();
    let overtaken = || {
        cell.set(Box::new(None)).unwrap();
        Box::new(Some(Arc::clone(&held)))
    };
    assert_eq!(cell.get_or_init(overtaken), &None);
    assert_eq!(Arc::strong_count(&held), 1);
    assert_eq!(
        cell.set(Box::new(Some(Arc::clone(&held)))),
        Err(Box::new(Some(Arc::clone(&held))))
    );
    assert_eq!(Arc::strong_count(&held), 1);

    let full = OnceBox::with_value(Box::new(Arc::clone(&held)));
    let copy = full.clone();
    assert_eq!(Arc::strong_count(&held), 3);
    drop((full, copy));
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn racing_threads_agree() {
    let number = OnceNonZeroUsize::new();
    let text = OnceBox::new();
    thread::scope(|scope| {
        for value in 1..=4 {
            let (number, text) = (&number, &text);
            scope.spawn(move || {
                let value = NonZeroUsize::new(value).unwrap();
                let winner = number.get_or_init(|| value);
                assert_eq!(number.get(), Some(winner));
                let winner = text.get_or_init(|| Box::new(value.to_string()));
                assert!(std::ptr::eq(text.get().unwrap(), winner));
            });
        }
    });
}
