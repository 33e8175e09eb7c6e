//! A reference to one key of a set.

use crate::dashmap::mapref;
use std::hash::Hash;
use std::ops::Deref;

/// A shared reference to a key; it locks the shard while it lives.
pub struct Ref<'a, K> {
    inner: mapref::one::Ref<'a, K, ()>,
}

impl<'a, K: Eq + Hash> Ref<'a, K> {
    #[inline]
    pub(in crate::dashmap) fn new(inner: mapref::one::Ref<'a, K, ()>) -> Self {
        Ref { inner }
    }

    /// The key.
    #[track_caller]
    #[inline]
    pub fn key(&self) -> &K {
        self.inner.key()
    }
}

impl<K: Eq + Hash> Deref for Ref<'_, K> {
    type Target = K;

    #[track_caller]
    #[inline]
    fn deref(&self) -> &K {
        self.key()
    }
}
