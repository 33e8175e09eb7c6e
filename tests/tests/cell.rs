//! `fidge::cell`, in both feature states.
#![allow(clippy::type_complexity)] // the types are the test

use fidge::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn every_method_is_there() {
    let _: fn(u8) -> UnsafeCell<u8> = UnsafeCell::new;
    let _: fn(UnsafeCell<u8>) -> u8 = UnsafeCell::into_inner;
    let _: fn(&mut UnsafeCell<u8>) -> &mut u8 = UnsafeCell::get_mut;
    let _: fn() -> UnsafeCell<u8> = Default::default;
    let _: fn(u8) -> UnsafeCell<u8> = From::from;
    fn with(cell: &UnsafeCell<str>, f: fn(*const str) -> usize) -> usize {
        cell.with(f)
    }
    fn with_mut(cell: &UnsafeCell<str>, f: fn(*mut str) -> usize) -> usize {
        cell.with_mut(f)
    }
    let _: fn(&UnsafeCell<str>, fn(*const str) -> usize) -> usize = with;
    let _: fn(&UnsafeCell<str>, fn(*mut str) -> usize) -> usize = with_mut;
    #[allow(unused_imports)]
    use fidge::cell::{
        BorrowError, BorrowMutError, Cell, LazyCell, OnceCell, Ref, RefCell, RefMut,
    };
}

#[test]
fn accesses_reach_the_value() {
    static CELL: Shared = Shared(UnsafeCell::new(1));
    struct Shared(UnsafeCell<u32>);
    // SAFETY: one thread only gets at it.
    unsafe impl Sync for Shared {}

    // SAFETY: nothing else has a pointer to the value.
    CELL.0.with_mut(|value| unsafe { *value += 1 });
    // SAFETY: as above.
    assert_eq!(CELL.0.with(|value| unsafe { *value }), 2);

    let mut cell = UnsafeCell::from(String::from("a"));
    cell.get_mut().push('b');
    assert_eq!(format!("{cell:?}"), "UnsafeCell { .. }");
    assert_eq!(cell.into_inner(), "ab");
}

#[test]
fn unsized_values_fit() {
    let cell: Box<UnsafeCell<[u8]>> = Box::new(UnsafeCell::new([1, 2, 3]));
    // SAFETY: nothing else has a pointer to the value.
    assert_eq!(cell.with(|bytes| unsafe { (&*bytes).len() }), 3);
}

#[test]
fn a_panic_inside_of_an_access_passes_through() {
    let cell = UnsafeCell::new(0);
    let caught = catch_unwind(AssertUnwindSafe(|| cell.with_mut(|_| panic!("inside"))));
    assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"inside"));
    assert_eq!(cell.into_inner(), 0);
}

/// Whether a type is `Sync`: the inherent constant, where its bound holds, hides the trait's.
struct IsSync<T>(std::marker::PhantomData<T>);

trait Otherwise {
    const SYNC: bool = false;
}

impl<T> Otherwise for IsSync<T> {}

impl<T: Sync> IsSync<T> {
    const SYNC: bool = true;
}

#[test]
fn a_cell_is_send_but_not_sync() {
    fn is_send<T: Send>() {}
    is_send::<UnsafeCell<u8>>();
    const { assert!(IsSync::<u8>::SYNC && !IsSync::<UnsafeCell<u8>>::SYNC) };
}

#[test]
fn hb_takes_any_address() {
    let (number, text): (u8, &str) = (0, "text");
    fidge::hb::release(&number);
    fidge::hb::acquire(&number);
    fidge::hb::release(text);
    fidge::hb::acquire(text);
    let _: fn(*const u8) = fidge::hb::release;
    let _: fn(*const [u8]) = fidge::hb::acquire;
}
