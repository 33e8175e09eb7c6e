//! References that set iterators yield.

use crate::dashmap::mapref;
use std::hash::Hash;
use std::ops::Deref;

/// A shared reference to a key that an iterator met; it locks the shard while it lives.
pub struct RefMulti<'a, K> {
    inner: mapref::multiple::RefMulti<'a, K, ()>,
}

impl<'a, K: Eq + Hash> RefMulti<'a, K> {
    #[inline]
    pub(in crate::dashmap) fn new(inner: mapref::multiple::RefMulti<'a, K, ()>) -> Self {
        RefMulti { inner }
    }

    /// The key.
    #[track_caller]
    #[inline]
    pub fn key(&self) -> &K {
        self.inner.key()
    }
}

impl<K: Eq + Hash> Deref for RefMulti<'_, K> {
    type Target = K;

    #[track_caller]
    #[inline]
    fn deref(&self) -> &K {
        self.key()
    }
}
