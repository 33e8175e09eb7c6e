//! Names every stable method of `std::sync` as of Rust 1.88 with its signature: that this compiles,
//! with detection on and off, is the test.
#![allow(deprecated, clippy::type_complexity, clippy::redundant_allocation)]

use fidge::sync::mpsc::{
    self, IntoIter, Iter, Receiver, RecvError, RecvTimeoutError, SendError, Sender, SyncSender,
    TryIter, TryRecvError, TrySendError,
};
use fidge::sync::{
    Arc, Barrier, BarrierWaitResult, Condvar, LazyLock, LockResult, Mutex, MutexGuard, Once,
    OnceLock, OnceState, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError,
    TryLockResult, WaitTimeoutResult, Weak,
};
use std::any::Any;
use std::borrow::{Borrow, Cow};
use std::error::Error;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fmt::{Debug, Display, Pointer};
use std::fs::File;
use std::hash::Hash;
use std::io::{Read, Seek, Write};
use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{RawWaker, Wake, Waker};
use std::time::Duration;

/// What is true of a type whatever it holds: `Rc<Cell<u8>>` inside a lock is unwind safe, ...
fn everywhere<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}
fn implements_from<A, B: From<A>>() {}
fn debug<T: Debug + ?Sized>() {}
fn unwinds<T: UnwindSafe + RefUnwindSafe>() {}
/// Something with interior mutability: neither unwind safe by reference nor `Sync`.
type Inner = std::cell::Cell<u8>;

/// Holds for `T` what does not hold for others: an inherent constant goes before a trait's.
macro_rules! lacks {
    ($type:ty: $trait:path) => {{
        trait Fallback {
            const HAS: bool = false;
        }
        impl<T: ?Sized> Fallback for T {}
        struct Probe<T: ?Sized>(std::marker::PhantomData<T>);
        #[allow(dead_code)]
        impl<T: ?Sized + $trait> Probe<T> {
            const HAS: bool = true;
        }
        const {
            assert!(
                !Probe::<$type>::HAS,
                concat!(stringify!($type), ": ", stringify!($trait))
            )
        }
    }};
}

#[test]
fn mutex() {
    static _STATIC: Mutex<u8> = const { Mutex::new(0) };
    let _: fn(u8) -> Mutex<u8> = Mutex::new;
    let _: fn(&Mutex<u8>) -> LockResult<MutexGuard<'_, u8>> = Mutex::lock;
    let _: fn(&Mutex<str>) -> LockResult<MutexGuard<'_, str>> = Mutex::lock;
    let _: fn(&Mutex<u8>) -> TryLockResult<MutexGuard<'_, u8>> = Mutex::try_lock;
    let _: fn(&Mutex<u8>) -> bool = Mutex::is_poisoned;
    let _: fn(&Mutex<u8>) = Mutex::clear_poison;
    let _: fn(Mutex<u8>) -> LockResult<u8> = Mutex::into_inner;
    let _: fn(&mut Mutex<u8>) -> LockResult<&mut u8> = Mutex::get_mut;
    let _: fn() -> Mutex<u8> = Default::default;
    let _: fn(u8) -> Mutex<u8> = From::from;
    let _: for<'a> fn(&'a MutexGuard<'static, u8>) -> &'a u8 = Deref::deref;
    let _: for<'a> fn(&'a mut MutexGuard<'static, u8>) -> &'a mut u8 = DerefMut::deref_mut;
    debug::<Mutex<dyn Debug>>();
    everywhere::<Mutex<Inner>>();
    fn guard<T: Debug + Display + Sync>() {}
    guard::<MutexGuard<'_, u8>>();
    lacks!(MutexGuard<'static, u8>: Send);
    lacks!(MutexGuard<'static, Inner>: Sync);
    lacks!(Mutex<*const u8>: Sync);
    fn shorter<'a>(guard: MutexGuard<'static, u8>) -> MutexGuard<'a, u8> {
        guard
    }
    let _ = shorter;
    let _: &Mutex<dyn Debug> = &Mutex::new(1);
}

#[test]
fn rwlock() {
    static _STATIC: RwLock<u8> = const { RwLock::new(0) };
    let _: fn(u8) -> RwLock<u8> = RwLock::new;
    let _: fn(&RwLock<u8>) -> LockResult<RwLockReadGuard<'_, u8>> = RwLock::read;
    let _: fn(&RwLock<u8>) -> TryLockResult<RwLockReadGuard<'_, u8>> = RwLock::try_read;
    let _: fn(&RwLock<u8>) -> LockResult<RwLockWriteGuard<'_, u8>> = RwLock::write;
    let _: fn(&RwLock<str>) -> TryLockResult<RwLockWriteGuard<'_, str>> = RwLock::try_write;
    let _: fn(&RwLock<u8>) -> bool = RwLock::is_poisoned;
    let _: fn(&RwLock<u8>) = RwLock::clear_poison;
    let _: fn(RwLock<u8>) -> LockResult<u8> = RwLock::into_inner;
    let _: fn(&mut RwLock<u8>) -> LockResult<&mut u8> = RwLock::get_mut;
    let _: fn() -> RwLock<u8> = Default::default;
    let _: fn(u8) -> RwLock<u8> = From::from;
    let _: for<'a> fn(&'a RwLockReadGuard<'static, u8>) -> &'a u8 = Deref::deref;
    let _: for<'a> fn(&'a RwLockWriteGuard<'static, u8>) -> &'a u8 = Deref::deref;
    let _: for<'a> fn(&'a mut RwLockWriteGuard<'static, u8>) -> &'a mut u8 = DerefMut::deref_mut;
    debug::<RwLock<dyn Debug>>();
    unwinds::<RwLock<Inner>>();
    fn guard<T: Debug + Display + Sync>() {}
    guard::<RwLockReadGuard<'_, u8>>();
    guard::<RwLockWriteGuard<'_, u8>>();
    lacks!(RwLockReadGuard<'static, u8>: Send);
    lacks!(RwLockWriteGuard<'static, u8>: Send);
    lacks!(RwLock<Inner>: Sync);
    // A read guard is covariant.
    fn shorter<'a>(guard: RwLockReadGuard<'a, &'static str>) -> RwLockReadGuard<'a, &'a str> {
        guard
    }
    let _ = shorter;
}

#[test]
fn poison() {
    let _: fn(u8) -> PoisonError<u8> = PoisonError::new;
    let _: fn(PoisonError<u8>) -> u8 = PoisonError::into_inner;
    let _: fn(&PoisonError<u8>) -> &u8 = PoisonError::get_ref;
    let _: fn(&mut PoisonError<u8>) -> &mut u8 = PoisonError::get_mut;
    implements_from::<PoisonError<u8>, TryLockError<u8>>();
}

#[test]
fn condvar() {
    type Guard<'a> = MutexGuard<'a, u8>;
    type Condition = fn(&mut u8) -> bool;
    static _STATIC: Condvar = const { Condvar::new() };
    let _: fn() -> Condvar = Condvar::new;
    let _: fn() -> Condvar = Default::default;
    let _: for<'a> fn(&Condvar, Guard<'a>) -> LockResult<Guard<'a>> = Condvar::wait;
    let _: for<'a> fn(&Condvar, Guard<'a>, Condition) -> LockResult<Guard<'a>> =
        Condvar::wait_while;
    let _: for<'a> fn(&Condvar, Guard<'a>, u32) -> LockResult<(Guard<'a>, bool)> =
        Condvar::wait_timeout_ms;
    let _: for<'a> fn(&Condvar, Guard<'a>, Duration) -> LockResult<(Guard<'a>, WaitTimeoutResult)> =
        Condvar::wait_timeout;
    let _: for<'a> fn(
        &Condvar,
        Guard<'a>,
        Duration,
        Condition,
    ) -> LockResult<(Guard<'a>, WaitTimeoutResult)> = Condvar::wait_timeout_while;
    let _: fn(&Condvar) = Condvar::notify_one;
    let _: fn(&Condvar) = Condvar::notify_all;
    let _: fn(&WaitTimeoutResult) -> bool = WaitTimeoutResult::timed_out;
    everywhere::<Condvar>();
    debug::<Condvar>();
}

#[test]
fn barrier() {
    static _STATIC: Barrier = const { Barrier::new(2) };
    let _: fn(usize) -> Barrier = Barrier::new;
    let _: fn(&Barrier) -> BarrierWaitResult = Barrier::wait;
    let _: fn(&BarrierWaitResult) -> bool = BarrierWaitResult::is_leader;
    everywhere::<Barrier>();
    everywhere::<BarrierWaitResult>();
    debug::<Barrier>();
    debug::<BarrierWaitResult>();
}

#[test]
fn once() {
    static _STATIC: Once = const { Once::new() };
    static _INIT: Once = fidge::sync::ONCE_INIT;
    let _: fn() -> Once = Once::new;
    let _: fn(&Once, fn()) = Once::call_once;
    let _: fn(&Once, fn(&OnceState)) = Once::call_once_force;
    let _: fn(&Once) -> bool = Once::is_completed;
    let _: fn(&Once) = Once::wait;
    let _: fn(&Once) = Once::wait_force;
    let _: fn(&OnceState) -> bool = OnceState::is_poisoned;
    everywhere::<Once>();
    debug::<Once>();
    debug::<OnceState>();
}

#[test]
fn once_lock() {
    static _STATIC: OnceLock<u8> = const { OnceLock::new() };
    let _: fn() -> OnceLock<u8> = OnceLock::new;
    let _: fn(&OnceLock<u8>) -> Option<&u8> = OnceLock::get;
    let _: fn(&mut OnceLock<u8>) -> Option<&mut u8> = OnceLock::get_mut;
    let _: fn(&OnceLock<u8>) -> &u8 = OnceLock::wait;
    let _: fn(&OnceLock<u8>, u8) -> Result<(), u8> = OnceLock::set;
    let _: fn(&OnceLock<u8>, fn() -> u8) -> &u8 = OnceLock::get_or_init;
    let _: fn(OnceLock<u8>) -> Option<u8> = OnceLock::into_inner;
    let _: fn(&mut OnceLock<u8>) -> Option<u8> = OnceLock::take;
    let _: fn(u8) -> OnceLock<u8> = From::from;
    fn has<T: Default + Debug + Clone + Eq>() {}
    has::<OnceLock<u8>>();
    everywhere::<OnceLock<u8>>();
    lacks!(OnceLock<Inner>: Sync);
    lacks!(OnceLock<Inner>: RefUnwindSafe);
    // The value may borrow what goes at the same time.
    let (text, cell) = (String::new(), OnceLock::new());
    let _ = cell.set(&text);
}

#[test]
fn lazy_lock() {
    static _STATIC: LazyLock<u8> = LazyLock::new(|| 0);
    let _: fn(fn() -> u8) -> LazyLock<u8> = LazyLock::new;
    let _: fn(&LazyLock<u8>) -> &u8 = LazyLock::force;
    let _: fn(&LazyLock<u8>) -> &u8 = Deref::deref;
    fn has<T: Default + Debug>() {}
    has::<LazyLock<u8>>();
    everywhere::<LazyLock<u8>>();
    fn shared<T: Sync>() {}
    shared::<LazyLock<u8, Inner>>();
    lacks!(LazyLock<Inner>: Sync);
    lacks!(LazyLock<Inner>: RefUnwindSafe);
}

#[test]
fn channels() {
    let _: fn() -> (Sender<u8>, Receiver<u8>) = mpsc::channel;
    let _: fn(usize) -> (SyncSender<u8>, Receiver<u8>) = mpsc::sync_channel;
    let _: fn(&Sender<u8>, u8) -> Result<(), SendError<u8>> = Sender::send;
    let _: fn(&SyncSender<u8>, u8) -> Result<(), SendError<u8>> = SyncSender::send;
    let _: fn(&SyncSender<u8>, u8) -> Result<(), TrySendError<u8>> = SyncSender::try_send;
    let _: fn(&Receiver<u8>) -> Result<u8, TryRecvError> = Receiver::try_recv;
    let _: fn(&Receiver<u8>) -> Result<u8, RecvError> = Receiver::recv;
    let _: fn(&Receiver<u8>, Duration) -> Result<u8, RecvTimeoutError> = Receiver::recv_timeout;
    let _: fn(&Receiver<u8>) -> Iter<'_, u8> = Receiver::iter;
    let _: fn(&Receiver<u8>) -> TryIter<'_, u8> = Receiver::try_iter;
    let _: fn(&'static Receiver<u8>) -> Iter<'static, u8> = IntoIterator::into_iter;
    let _: fn(Receiver<u8>) -> IntoIter<u8> = IntoIterator::into_iter;
    fn iterates<T: Iterator<Item = u8> + Debug>() {}
    iterates::<Iter<'_, u8>>();
    iterates::<TryIter<'_, u8>>();
    iterates::<IntoIter<u8>>();
    fn sends<T: Clone + Debug + Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    sends::<Sender<Inner>>();
    sends::<SyncSender<Inner>>();
    fn receives<T: Debug + Send + UnwindSafe + RefUnwindSafe>() {}
    receives::<Receiver<Inner>>();
    lacks!(Receiver<u8>: Sync);
    lacks!(Sender<*const u8>: Send);
    lacks!(SyncSender<*const u8>: Sync);
    implements_from::<SendError<u8>, TrySendError<u8>>();
    implements_from::<RecvError, TryRecvError>();
    implements_from::<RecvError, RecvTimeoutError>();
}

#[test]
fn arc() {
    type Dynamic = dyn Any + Send + Sync;
    let _: fn(u8) -> Arc<u8> = Arc::new;
    let _: fn(fn(&Weak<u8>) -> u8) -> Arc<u8> = Arc::new_cyclic;
    let _: fn() -> Arc<MaybeUninit<u8>> = Arc::<u8>::new_uninit;
    let _: fn(usize) -> Arc<[MaybeUninit<u8>]> = Arc::<[u8]>::new_uninit_slice;
    let _: unsafe fn(Arc<MaybeUninit<u8>>) -> Arc<u8> = Arc::<MaybeUninit<u8>>::assume_init;
    let _: unsafe fn(Arc<[MaybeUninit<u8>]>) -> Arc<[u8]> = Arc::<[MaybeUninit<u8>]>::assume_init;
    let _: fn(u8) -> Pin<Arc<u8>> = Arc::pin;
    let _: fn(Arc<u8>) -> Result<u8, Arc<u8>> = Arc::try_unwrap;
    let _: fn(Arc<u8>) -> Option<u8> = Arc::into_inner;
    let _: fn(Arc<u8>) -> u8 = Arc::unwrap_or_clone;
    let _: unsafe fn(*const str) -> Arc<str> = Arc::from_raw;
    let _: fn(Arc<str>) -> *const str = Arc::into_raw;
    let _: unsafe fn(*const str) = Arc::increment_strong_count;
    let _: unsafe fn(*const str) = Arc::decrement_strong_count;
    let _: fn(&Arc<str>) -> *const str = Arc::as_ptr;
    let _: fn(&Arc<str>) -> Weak<str> = Arc::downgrade;
    let _: fn(&Arc<str>) -> usize = Arc::weak_count;
    let _: fn(&Arc<str>) -> usize = Arc::strong_count;
    let _: fn(&Arc<str>, &Arc<str>) -> bool = Arc::ptr_eq;
    let _: fn(&mut Arc<str>) -> Option<&mut str> = Arc::get_mut;
    let _: fn(&mut Arc<u8>) -> &mut u8 = Arc::make_mut;
    let _: fn(&mut Arc<[u8]>) -> &mut [u8] = Arc::make_mut;
    let _: fn(&mut Arc<str>) -> &mut str = Arc::make_mut;
    let _: fn(&mut Arc<CStr>) -> &mut CStr = Arc::make_mut;
    let _: fn(&mut Arc<OsStr>) -> &mut OsStr = Arc::make_mut;
    let _: fn(&mut Arc<Path>) -> &mut Path = Arc::make_mut;
    let _: fn(Arc<Dynamic>) -> Result<Arc<u8>, Arc<Dynamic>> = Arc::downcast;
    fn generic<T: Clone>(arc: &mut Arc<T>) -> &mut T {
        Arc::make_mut(arc)
    }
    let _ = generic::<u8>;
    // Methods of the value are not shadowed by ours.
    assert_eq!(Arc::new(Some(1)).unwrap(), 1);
}

#[test]
fn arc_traits() {
    fn has<T: ?Sized, A: Deref<Target = T> + AsRef<T> + Borrow<T> + Clone + Debug + Pointer>() {}
    has::<str, Arc<str>>();
    fn compares<T: Ord + Hash + Display + Default>() {}
    compares::<Arc<u8>>();
    fn default<T: Default>() {}
    default::<Arc<str>>();
    default::<Arc<CStr>>();
    default::<Arc<[u8]>>();
    fn error<T: Error>() {}
    error::<Arc<dyn Error>>();
    fn file<T: Read + Write + Seek>() {}
    file::<Arc<File>>();
    #[cfg(unix)]
    {
        use std::os::fd::{AsFd, AsRawFd};
        fn descriptor<T: AsFd + AsRawFd>() {}
        descriptor::<Arc<File>>();
    }
    fn collects<T: FromIterator<u8>>() {}
    collects::<Arc<[u8]>>();

    implements_from::<u8, Arc<u8>>();
    implements_from::<[u8; 2], Arc<[u8]>>();
    implements_from::<&[u8], Arc<[u8]>>();
    implements_from::<&mut [u8], Arc<[u8]>>();
    implements_from::<Vec<u8>, Arc<[u8]>>();
    implements_from::<&str, Arc<str>>();
    implements_from::<&mut str, Arc<str>>();
    implements_from::<String, Arc<str>>();
    implements_from::<&CStr, Arc<CStr>>();
    implements_from::<&mut CStr, Arc<CStr>>();
    implements_from::<CString, Arc<CStr>>();
    implements_from::<&OsStr, Arc<OsStr>>();
    implements_from::<&mut OsStr, Arc<OsStr>>();
    implements_from::<OsString, Arc<OsStr>>();
    implements_from::<&Path, Arc<Path>>();
    implements_from::<&mut Path, Arc<Path>>();
    implements_from::<PathBuf, Arc<Path>>();
    implements_from::<Box<dyn Debug>, Arc<dyn Debug>>();
    implements_from::<Cow<'_, str>, Arc<str>>();
    implements_from::<Cow<'_, [u8]>, Arc<[u8]>>();
    implements_from::<Arc<str>, Arc<[u8]>>();
    implements_from::<std::sync::Arc<dyn Debug>, Arc<dyn Debug>>();
    implements_from::<Arc<dyn Debug>, std::sync::Arc<dyn Debug>>();
    let _: fn(Arc<[u8]>) -> Result<Arc<[u8; 2]>, Arc<[u8]>> = TryFrom::try_from;
    fn wakes<W: Wake + Send + Sync + 'static>() {
        implements_from::<Arc<W>, Waker>();
        implements_from::<Arc<W>, RawWaker>();
    }
    struct Nobody;
    impl Wake for Nobody {
        fn wake(self: std::sync::Arc<Self>) {}
    }
    wakes::<Nobody>();

    everywhere::<Arc<u8>>();
    fn unpins<T: Unpin>() {}
    unpins::<Arc<std::marker::PhantomPinned>>();
    lacks!(Arc<Inner>: Send);
    lacks!(Arc<Inner>: Sync);
    lacks!(Arc<Inner>: UnwindSafe);
    fn covariant<'a>(
        arc: Arc<&'static str>,
        weak: Weak<&'static str>,
    ) -> (Arc<&'a str>, Weak<&'a str>) {
        (arc, weak)
    }
    let _ = covariant;
    const { assert!(size_of::<Option<Arc<str>>>() == size_of::<&str>()) };
}

#[test]
fn weak() {
    static _STATIC: Weak<u8> = const { Weak::new() };
    let _: fn() -> Weak<u8> = Weak::new;
    let _: fn() -> Weak<u8> = Default::default;
    let _: unsafe fn(*const str) -> Weak<str> = Weak::from_raw;
    let _: fn(Weak<str>) -> *const str = Weak::into_raw;
    let _: fn(&Weak<str>) -> *const str = Weak::as_ptr;
    let _: fn(&Weak<str>) -> Option<Arc<str>> = Weak::upgrade;
    let _: fn(&Weak<str>) -> usize = Weak::strong_count;
    let _: fn(&Weak<str>) -> usize = Weak::weak_count;
    let _: fn(&Weak<str>, &Weak<str>) -> bool = Weak::ptr_eq;
    fn has<T: Clone + Debug + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}
    has::<Weak<u8>>();
    lacks!(Weak<Inner>: Send);
}
