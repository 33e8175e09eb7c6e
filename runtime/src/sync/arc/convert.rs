//! What an `Arc` is made of, and into what.

use super::Arc;
use std::borrow::Cow;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync;
use std::task::{RawWaker, Wake, Waker};

/// Everything that std makes an `Arc` of in the same way: by its own `From`.
macro_rules! from_std {
    ($([$($generics:tt)*] $source:ty => $target:ty;)*) => {
        $(
            impl<$($generics)*> From<$source> for Arc<$target> {
                #[inline]
                #[track_caller]
                fn from(source: $source) -> Self {
                    Arc::wrap(sync::Arc::from(source))
                }
            }
        )*
    };
}

from_std! {
    [T] T => T;
    [T: ?Sized] Box<T> => T;
    [T, const N: usize] [T; N] => [T];
    [T: Clone] &[T] => [T];
    [T: Clone] &mut [T] => [T];
    [T] Vec<T> => [T];
    [] &str => str;
    [] &mut str => str;
    [] String => str;
    [] &CStr => CStr;
    [] &mut CStr => CStr;
    [] CString => CStr;
    [] &OsStr => OsStr;
    [] &mut OsStr => OsStr;
    [] OsString => OsStr;
    [] &Path => Path;
    [] &mut Path => Path;
    [] PathBuf => Path;
}

impl<'a, B> From<Cow<'a, B>> for Arc<B>
where
    B: ToOwned + ?Sized,
    Arc<B>: From<&'a B> + From<B::Owned>,
{
    #[inline]
    #[track_caller]
    fn from(source: Cow<'a, B>) -> Self {
        match source {
            Cow::Borrowed(borrowed) => Arc::from(borrowed),
            Cow::Owned(owned) => Arc::from(owned),
        }
    }
}

impl From<Arc<str>> for Arc<[u8]> {
    #[inline]
    fn from(text: Arc<str>) -> Self {
        Arc::wrap(Arc::unwrap(text).into())
    }
}

impl<T, const N: usize> TryFrom<Arc<[T]>> for Arc<[T; N]> {
    type Error = Arc<[T]>;

    fn try_from(slice: Arc<[T]>) -> Result<Self, Self::Error> {
        Arc::unwrap(slice)
            .try_into()
            .map(Arc::wrap)
            .map_err(Arc::wrap)
    }
}

impl<T> FromIterator<T> for Arc<[T]> {
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
        Arc::wrap(sync::Arc::from_iter(iter))
    }
}

impl<T: Default> Default for Arc<T> {
    #[track_caller]
    fn default() -> Arc<T> {
        Arc::wrap(Default::default())
    }
}

impl Default for Arc<str> {
    #[inline]
    fn default() -> Self {
        Arc::wrap(Default::default())
    }
}

impl Default for Arc<CStr> {
    #[inline]
    fn default() -> Self {
        Arc::wrap(Default::default())
    }
}

impl<T> Default for Arc<[T]> {
    #[inline]
    fn default() -> Self {
        Arc::wrap(Default::default())
    }
}

/// Std's handle becomes one that the engine sees. The value stays where it is.
impl<T: ?Sized> From<sync::Arc<T>> for Arc<T> {
    #[inline]
    fn from(real: sync::Arc<T>) -> Self {
        Arc::wrap(real)
    }
}

/// See [`Arc::into_std`].
impl<T: ?Sized> From<Arc<T>> for sync::Arc<T> {
    #[inline]
    #[track_caller]
    fn from(arc: Arc<T>) -> Self {
        Arc::into_std(arc)
    }
}

impl<W: Wake + Send + Sync + 'static> From<Arc<W>> for Waker {
    #[track_caller]
    fn from(waker: Arc<W>) -> Waker {
        Arc::into_std(waker).into()
    }
}

impl<W: Wake + Send + Sync + 'static> From<Arc<W>> for RawWaker {
    #[track_caller]
    fn from(waker: Arc<W>) -> RawWaker {
        Arc::into_std(waker).into()
    }
}
