//! `fidge::sync::atomic` is `std::sync::atomic`, in both feature states.
#![allow(deprecated)]

use fidge::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8,
    AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering, compiler_fence, fence, spin_loop_hint,
};
use std::fmt::{Debug, Pointer};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::Arc;

type Update<V> = fn(V) -> Option<V>;
type Exchange<A, V> = fn(&A, V, V, Ordering, Ordering) -> Result<V, V>;
type Modify<A, V> = fn(&A, V, Ordering) -> V;

fn is_atomic<A: Debug + Send + Sync + UnwindSafe + RefUnwindSafe + Unpin + 'static>() {}

/// What every atomic has, by its type: a method that is missing, or has another signature, does
/// not compile.
macro_rules! common_methods {
    ($atomic:ty, $value:ty) => {
        is_atomic::<$atomic>();
        let _: fn($value) -> $atomic = <$atomic>::new;
        let _: fn(&mut $atomic) -> &mut $value = <$atomic>::get_mut;
        let _: fn($atomic) -> $value = <$atomic>::into_inner;
        let _: fn(&$atomic) -> *mut $value = <$atomic>::as_ptr;
        let _: fn(&$atomic, Ordering) -> $value = <$atomic>::load;
        let _: fn(&$atomic, $value, Ordering) = <$atomic>::store;
        let _: Modify<$atomic, $value> = <$atomic>::swap;
        let _: fn(&$atomic, $value, $value, Ordering) -> $value = <$atomic>::compare_and_swap;
        let _: Exchange<$atomic, $value> = <$atomic>::compare_exchange;
        let _: Exchange<$atomic, $value> = <$atomic>::compare_exchange_weak;
        let _: fn(&$atomic, Ordering, Ordering, Update<$value>) -> Result<$value, $value> =
            <$atomic>::fetch_update;
        let _: fn() -> $atomic = Default::default;
        let _: fn($value) -> $atomic = From::from;
    };
}

macro_rules! modifying_methods {
    ($atomic:ty, $value:ty, $($method:ident)*) => {
        $(let _: Modify<$atomic, $value> = <$atomic>::$method;)*
    };
}

macro_rules! each_int {
    ($then:ident) => {
        $then!(AtomicI8, i8);
        $then!(AtomicU8, u8);
        $then!(AtomicI16, i16);
        $then!(AtomicU16, u16);
        $then!(AtomicI32, i32);
        $then!(AtomicU32, u32);
        $then!(AtomicI64, i64);
        $then!(AtomicU64, u64);
        $then!(AtomicIsize, isize);
        $then!(AtomicUsize, usize);
    };
}

#[test]
fn every_stable_method_is_there() {
    macro_rules! int_methods {
        ($atomic:ty, $value:ty) => {
            common_methods!($atomic, $value);
            modifying_methods!($atomic, $value,
                fetch_add fetch_sub fetch_and fetch_nand fetch_or fetch_xor fetch_max fetch_min);
        };
    }
    each_int!(int_methods);
    common_methods!(AtomicBool, bool);
    modifying_methods!(AtomicBool, bool, fetch_and fetch_nand fetch_or fetch_xor);
    let _: fn(&AtomicBool, Ordering) -> bool = AtomicBool::fetch_not;
    common_methods!(AtomicPtr<u8>, *mut u8);
    fn is_pointer<P: Pointer>() {}
    is_pointer::<AtomicPtr<u8>>();
    let _: fn(Ordering) = fence;
    let _: fn(Ordering) = compiler_fence;
    let _: fn() = spin_loop_hint;
}

/// Younger in std than `rust-version`; Fidge has them in every toolchain.
#[cfg(feature = "detect")]
#[test]
fn methods_younger_than_the_toolchain_are_there() {
    macro_rules! updates {
        ($atomic:ty, $value:ty) => {
            let one = <$atomic>::new(1);
            let result = one.try_update(Ordering::SeqCst, Ordering::SeqCst, |_| None);
            assert_eq!(result, Err(1));
            assert_eq!(one.update(Ordering::SeqCst, Ordering::SeqCst, |v| v + 1), 1);
            assert_eq!(one.into_inner(), 2);
        };
    }
    each_int!(updates);

    let mut bytes = [0u32; 4];
    let first = bytes.as_mut_ptr();
    let pointer = AtomicPtr::new(first);
    assert_eq!(pointer.fetch_ptr_add(2, Ordering::AcqRel), first);
    assert_eq!(
        pointer.fetch_ptr_sub(1, Ordering::Release),
        first.wrapping_add(2)
    );
    assert_eq!(
        pointer.fetch_byte_add(4, Ordering::Acquire),
        first.wrapping_add(1)
    );
    assert_eq!(
        pointer.fetch_byte_sub(8, Ordering::Relaxed),
        first.wrapping_add(2)
    );
    assert_eq!(pointer.fetch_or(1, Ordering::SeqCst), first);
    assert_eq!(
        pointer.fetch_xor(3, Ordering::SeqCst),
        first.wrapping_byte_add(1)
    );
    assert_eq!(
        pointer.fetch_and(!3, Ordering::SeqCst),
        first.wrapping_byte_add(2)
    );
    assert_eq!(pointer.into_inner(), first);
}

#[test]
fn integers_compute_as_stds() {
    macro_rules! computes {
        ($atomic:ident, $value:ty) => {
            let ours = $atomic::new(0b0110);
            let stds = std::sync::atomic::$atomic::new(0b0110);
            macro_rules! same {
                ($method:ident, $argument:expr) => {
                    assert_eq!(
                        ours.$method($argument, Ordering::AcqRel),
                        stds.$method($argument, Ordering::AcqRel),
                    );
                    assert_eq!(ours.load(Ordering::Relaxed), stds.load(Ordering::Relaxed));
                };
            }
            same!(swap, <$value>::MAX - 1);
            same!(fetch_add, 3);
            same!(fetch_sub, 5);
            same!(fetch_and, 0b0111);
            same!(fetch_nand, 0b0101);
            same!(fetch_or, 0b1001);
            same!(fetch_xor, 0b0011);
            same!(fetch_max, <$value>::MAX / 2);
            same!(fetch_min, <$value>::MIN);
            assert_eq!(
                format!("{ours:?} {ours:#x?}"),
                format!("{stds:?} {stds:#x?}")
            );
        };
    }
    each_int!(computes);
}

#[test]
fn booleans_compute_as_stds() {
    let flag = AtomicBool::new(true);
    assert!(flag.fetch_and(false, Ordering::AcqRel));
    assert!(!flag.fetch_or(true, Ordering::AcqRel));
    assert!(flag.fetch_xor(true, Ordering::AcqRel));
    assert!(!flag.fetch_nand(true, Ordering::AcqRel));
    assert!(flag.fetch_not(Ordering::AcqRel));
    assert_eq!(format!("{flag:?}"), "false");
    assert!(!flag.into_inner());
}

#[test]
fn pointers_print_as_stds() {
    let mut value = 7;
    let ours = AtomicPtr::new(&mut value);
    let stds = std::sync::atomic::AtomicPtr::new(&mut value);
    assert_eq!(format!("{ours:?} {ours:p}"), format!("{stds:?} {stds:p}"));
    assert!(AtomicPtr::<u8>::default().into_inner().is_null());
}

#[test]
fn exchanges_tell_the_value_before_or_the_one_that_is_there() {
    let mut value = AtomicU32::new(1);
    let (ok, err) = (Ordering::AcqRel, Ordering::Acquire);
    assert_eq!(value.compare_exchange(1, 2, ok, err), Ok(1));
    assert_eq!(value.compare_exchange(1, 3, ok, err), Err(2));
    assert_eq!(value.compare_exchange_weak(1, 3, ok, err), Err(2));
    assert_eq!(value.compare_and_swap(2, 4, Ordering::AcqRel), 2);
    assert_eq!(value.compare_and_swap(2, 5, Ordering::Release), 4);
    assert_eq!(value.fetch_update(ok, err, |v| Some(v * 2)), Ok(4));
    assert_eq!(value.fetch_update(ok, err, |_| None), Err(8));
    *value.get_mut() += 1;
    assert_eq!(value.into_inner(), 9);
}

/// The message `f` panics with.
fn message(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("should have panicked");
    match payload.downcast::<String>() {
        Ok(owned) => *owned,
        Err(other) => other.downcast::<&str>().expect("a text").to_string(),
    }
}

#[test]
fn orderings_that_do_not_exist_panic_with_stds_words() {
    // Not constants, which rustc would refuse for std's atomics.
    let orders = [
        Ordering::Acquire,
        Ordering::Release,
        Ordering::AcqRel,
        Ordering::Relaxed,
    ];
    let [acquire, release, both, relaxed] = std::hint::black_box(orders);
    let (ours, stds) = (AtomicU8::new(0), std::sync::atomic::AtomicU8::new(0));
    macro_rules! same_panic {
        ($($atomic:ident.$method:ident($($argument:expr),*);)*) => {
            $(assert_eq!(
                message(|| { let _ = ours.$method($($argument),*); }),
                message(|| { let _ = stds.$method($($argument),*); }),
            );)*
        };
    }
    same_panic! {
        value.load(release);
        value.load(both);
        value.store(1, acquire);
        value.store(1, both);
        value.compare_exchange(0, 1, relaxed, release);
        value.compare_exchange(0, 1, relaxed, both);
        value.compare_exchange_weak(0, 1, relaxed, release);
        value.compare_exchange_weak(0, 1, relaxed, both);
        value.fetch_update(relaxed, release, |_| Some(1));
        value.fetch_update(relaxed, both, |_| Some(1));
    }
    assert_eq!(
        message(|| fence(relaxed)),
        message(|| std::sync::atomic::fence(relaxed))
    );
    // The atomic is as usable as before.
    assert_eq!(ours.load(Ordering::SeqCst), 0);
    ours.store(1, Ordering::SeqCst);
    assert_eq!(ours.into_inner(), 1);
}

#[test]
fn a_panic_in_fetch_update_leaves_the_value() {
    let value = AtomicU64::new(3);
    let failing = || {
        let _ = value.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |_| panic!("no"));
    };
    assert_eq!(message(failing), "no");
    assert_eq!(value.fetch_add(1, Ordering::SeqCst), 3);
}

#[test]
fn fetch_update_may_use_the_atomic_itself() {
    let value = AtomicUsize::new(0);
    let before = value.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |seen| {
        // The first attempt is overtaken, by itself.
        if seen == 0 {
            value.store(10, Ordering::SeqCst);
        }
        Some(seen + 1)
    });
    assert_eq!((before, value.into_inner()), (Ok(10), 11));
}

#[test]
fn statics_are_initialised_at_compile_time() {
    static COUNT: AtomicI32 = AtomicI32::new(-1);
    static NOWHERE: AtomicPtr<String> = AtomicPtr::new(std::ptr::null_mut());
    static FLAG: AtomicBool = AtomicBool::new(true);
    assert_eq!(COUNT.fetch_add(1, Ordering::SeqCst), -1);
    assert!(NOWHERE.load(Ordering::Acquire).is_null());
    assert!(FLAG.load(Ordering::Acquire));
}

#[test]
fn no_increment_is_lost() {
    let count = Arc::new(AtomicUsize::new(0));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let count = Arc::clone(&count);
            fidge::thread::spawn(move || {
                for _ in 0..1_000 {
                    count.fetch_add(1, Ordering::Relaxed);
                    fence(Ordering::SeqCst);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(count.load(Ordering::Relaxed), 4_000);
}
