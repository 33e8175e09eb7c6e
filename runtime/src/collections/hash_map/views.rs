//! Iterators over keys alone and values alone.

use super::Iter;
use crate::collections::contract::Traversal;
use crate::collections::tracked::Tracked;
use std::collections::hash_map as real;
use std::fmt;
use std::iter::FusedIterator;

/// The keys, from [`HashMap::keys`](super::HashMap::keys).
pub struct Keys<'a, K: 'a, V: 'a> {
    pub(super) inner: Iter<'a, K, V>,
}

/// The values, from [`HashMap::values`](super::HashMap::values).
pub struct Values<'a, K: 'a, V: 'a> {
    pub(super) inner: Iter<'a, K, V>,
}

/// The values to be written, from [`HashMap::values_mut`](super::HashMap::values_mut).
pub struct ValuesMut<'a, K: 'a, V: 'a> {
    pub(super) base: real::ValuesMut<'a, K, Tracked<V>>,
    pub(super) traversal: Traversal<'a>,
}

/// The keys, out of the map, from [`HashMap::into_keys`](super::HashMap::into_keys).
pub struct IntoKeys<K, V> {
    pub(super) base: real::IntoKeys<K, Tracked<V>>,
}

/// The values, out of the map, from [`HashMap::into_values`](super::HashMap::into_values).
pub struct IntoValues<K, V> {
    pub(super) base: real::IntoValues<K, Tracked<V>>,
}

impl<'a, K, V> Iterator for Keys<'a, K, V> {
    type Item = &'a K;

    #[inline]
    fn next(&mut self) -> Option<&'a K> {
        self.inner.next().map(|(key, _)| key)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }

    #[inline]
    fn count(self) -> usize {
        self.inner.len()
    }

    #[inline]
    fn fold<B, F>(self, init: B, mut f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        self.inner.fold(init, |folded, (key, _)| f(folded, key))
    }
}

impl<K, V> ExactSizeIterator for Keys<'_, K, V> {
    #[inline]
    fn len(&self) -> usize {
        self.inner.len()
    }
}

impl<K, V> FusedIterator for Keys<'_, K, V> {}

impl<K, V> Clone for Keys<'_, K, V> {
    #[inline]
    fn clone(&self) -> Self {
        Keys {
            inner: self.inner.clone(),
        }
    }
}

impl<K, V> Default for Keys<'_, K, V> {
    #[inline]
    #[track_caller]
    fn default() -> Self {
        Keys {
            inner: Iter::default(),
        }
    }
}

impl<K: fmt::Debug, V> fmt::Debug for Keys<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a, K, V> Iterator for Values<'a, K, V> {
    type Item = &'a V;

    #[inline]
    fn next(&mut self) -> Option<&'a V> {
        self.inner.next().map(|(_, value)| value)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }

    #[inline]
    fn count(self) -> usize {
        self.inner.len()
    }

    #[inline]
    fn fold<B, F>(self, init: B, mut f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        self.inner.fold(init, |folded, (_, value)| f(folded, value))
    }
}

impl<K, V> ExactSizeIterator for Values<'_, K, V> {
    #[inline]
    fn len(&self) -> usize {
        self.inner.len()
    }
}

impl<K, V> FusedIterator for Values<'_, K, V> {}

impl<K, V> Clone for Values<'_, K, V> {
    #[inline]
    fn clone(&self) -> Self {
        Values {
            inner: self.inner.clone(),
        }
    }
}

impl<K, V> Default for Values<'_, K, V> {
    #[inline]
    #[track_caller]
    fn default() -> Self {
        Values {
            inner: Iter::default(),
        }
    }
}

impl<K, V: fmt::Debug> fmt::Debug for Values<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a, K, V> Iterator for ValuesMut<'a, K, V> {
    type Item = &'a mut V;

    #[inline]
    fn next(&mut self) -> Option<&'a mut V> {
        let at = self.traversal.step();
        Some(self.base.next()?.pass_mut(&at))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.base.size_hint()
    }

    #[inline]
    fn count(self) -> usize {
        self.base.len()
    }

    #[inline]
    fn fold<B, F>(self, init: B, mut f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        let at = self.traversal.step();
        self.base.fold(init, |folded, tracked| {
            self.traversal.check(&at);
            f(folded, tracked.pass_mut(&at))
        })
    }
}

impl<K, V> ExactSizeIterator for ValuesMut<'_, K, V> {
    #[inline]
    fn len(&self) -> usize {
        self.base.len()
    }
}

impl<K, V> FusedIterator for ValuesMut<'_, K, V> {}

impl<K, V> Default for ValuesMut<'_, K, V> {
    #[inline]
    #[track_caller]
    fn default() -> Self {
        ValuesMut {
            base: Default::default(),
            traversal: Traversal::nowhere(),
        }
    }
}

impl<K, V: fmt::Debug> fmt::Debug for ValuesMut<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.traversal.step();
        self.base.fmt(f)
    }
}

impl<K, V> Iterator for IntoKeys<K, V> {
    type Item = K;

    #[inline]
    fn next(&mut self) -> Option<K> {
        self.base.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.base.size_hint()
    }

    #[inline]
    fn count(self) -> usize {
        self.base.len()
    }

    #[inline]
    fn fold<B, F>(self, init: B, f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        self.base.fold(init, f)
    }
}

impl<K, V> ExactSizeIterator for IntoKeys<K, V> {
    #[inline]
    fn len(&self) -> usize {
        self.base.len()
    }
}

impl<K, V> FusedIterator for IntoKeys<K, V> {}

impl<K, V> Default for IntoKeys<K, V> {
    #[inline]
    fn default() -> Self {
        IntoKeys {
            base: Default::default(),
        }
    }
}

impl<K: fmt::Debug, V> fmt::Debug for IntoKeys<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.fmt(f)
    }
}

impl<K, V> Iterator for IntoValues<K, V> {
    type Item = V;

    #[inline]
    fn next(&mut self) -> Option<V> {
        self.base.next().map(Tracked::into_value)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.base.size_hint()
    }

    #[inline]
    fn count(self) -> usize {
        self.base.len()
    }

    #[inline]
    fn fold<B, F>(self, init: B, mut f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        self.base
            .fold(init, |folded, tracked| f(folded, tracked.into_value()))
    }
}

impl<K, V> ExactSizeIterator for IntoValues<K, V> {
    #[inline]
    fn len(&self) -> usize {
        self.base.len()
    }
}

impl<K, V> FusedIterator for IntoValues<K, V> {}

impl<K, V> Default for IntoValues<K, V> {
    #[inline]
    fn default() -> Self {
        IntoValues {
            base: Default::default(),
        }
    }
}

impl<K, V: fmt::Debug> fmt::Debug for IntoValues<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.fmt(f)
    }
}
