//! With detection off, the names of Fidge are the types of std.
#![cfg(not(feature = "detect"))]

use std::any::{TypeId, type_name};

macro_rules! same {
    ($($path:tt)+) => {
        assert_eq!(
            TypeId::of::<fidge::$($path)+>(),
            TypeId::of::<std::$($path)+>(),
            stringify!($($path)+),
        )
    };
}

#[test]
fn atomics_are_stds() {
    same!(sync::atomic::AtomicBool);
    same!(sync::atomic::AtomicI8);
    same!(sync::atomic::AtomicI16);
    same!(sync::atomic::AtomicI32);
    same!(sync::atomic::AtomicI64);
    same!(sync::atomic::AtomicIsize);
    same!(sync::atomic::AtomicU8);
    same!(sync::atomic::AtomicU16);
    same!(sync::atomic::AtomicU32);
    same!(sync::atomic::AtomicU64);
    same!(sync::atomic::AtomicUsize);
    same!(sync::atomic::AtomicPtr<u8>);
    same!(sync::atomic::Ordering);
}

#[test]
fn threads_are_stds() {
    same!(thread::AccessError);
    same!(thread::Builder);
    same!(thread::JoinHandle<u8>);
    same!(thread::LocalKey<u8>);
    same!(thread::Scope<'static, 'static>);
    same!(thread::ScopedJoinHandle<'static, u8>);
    same!(thread::Thread);
    same!(thread::ThreadId);
    same!(thread::Result<u8>);
}

#[test]
fn tasks_are_stds_and_tracking_is_the_identity() {
    same!(task::Context<'static>);
    same!(task::Poll<u8>);
    same!(task::RawWaker);
    same!(task::RawWakerVTable);
    same!(task::Waker);
    fn tracked<F: Future + 'static>(future: F) {
        let before = TypeId::of::<F>();
        fn of<T: 'static>(_: &T) -> TypeId {
            TypeId::of::<T>()
        }
        assert_eq!(of(&fidge::task::track(future)), before);
    }
    tracked(async {});
    tracked(std::future::pending::<()>());
}

#[test]
fn cells_are_stds_and_an_unsafe_cell_is_no_larger() {
    same!(cell::Cell<u8>);
    same!(cell::RefCell<u8>);
    same!(cell::Ref<'static, u8>);
    same!(cell::RefMut<'static, u8>);
    same!(cell::OnceCell<u8>);
    same!(cell::LazyCell<u8>);
    same!(cell::BorrowError);
    same!(cell::BorrowMutError);
    // The one type with an API of its own: it costs nothing.
    assert_eq!(size_of::<fidge::cell::UnsafeCell<[u8; 3]>>(), 3);
    assert_eq!(align_of::<fidge::cell::UnsafeCell<[u8; 3]>>(), 1);
}

#[test]
fn once_cells_are_upstreams() {
    for name in [
        type_name::<fidge::once_cell::sync::OnceCell<u8>>(),
        type_name::<fidge::once_cell::sync::Lazy<u8>>(),
        type_name::<fidge::once_cell::unsync::OnceCell<u8>>(),
        type_name::<fidge::once_cell::unsync::Lazy<u8>>(),
        type_name::<fidge::once_cell::race::OnceBool>(),
        type_name::<fidge::once_cell::race::OnceNonZeroUsize>(),
        type_name::<fidge::once_cell::race::OnceRef<'static, u8>>(),
        type_name::<fidge::once_cell::race::OnceBox<u8>>(),
    ] {
        assert!(name.starts_with("once_cell::"), "{name}");
    }
}
