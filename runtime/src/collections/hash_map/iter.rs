//! Iterators over keys with values.

use crate::collections::contract::Traversal;
use crate::collections::tracked::Tracked;
use std::collections::hash_map as real;
use std::fmt;
use std::iter::FusedIterator;

/// The keys with their values, from [`HashMap::iter`](super::HashMap::iter).
pub struct Iter<'a, K: 'a, V: 'a> {
    pub(super) base: real::Iter<'a, K, Tracked<V>>,
    pub(super) traversal: Traversal<'a>,
}

/// The keys with their values to be written, from [`HashMap::iter_mut`](super::HashMap::iter_mut).
pub struct IterMut<'a, K: 'a, V: 'a> {
    pub(super) base: real::IterMut<'a, K, Tracked<V>>,
    pub(super) traversal: Traversal<'a>,
}

/// The keys with their values, out of the map.
pub struct IntoIter<K, V> {
    pub(super) base: real::IntoIter<K, Tracked<V>>,
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    #[inline]
    fn next(&mut self) -> Option<(&'a K, &'a V)> {
        let at = self.traversal.step();
        let (key, tracked) = self.base.next()?;
        Some((key, tracked.pass(&at)))
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
        self.base.fold(init, |folded, (key, tracked)| {
            self.traversal.check(&at);
            f(folded, (key, tracked.pass(&at)))
        })
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {
    #[inline]
    fn len(&self) -> usize {
        self.base.len()
    }
}

impl<K, V> FusedIterator for Iter<'_, K, V> {}

impl<K, V> Clone for Iter<'_, K, V> {
    #[inline]
    fn clone(&self) -> Self {
        Iter {
            base: self.base.clone(),
            traversal: self.traversal,
        }
    }
}

impl<K, V> Default for Iter<'_, K, V> {
    #[inline]
    #[track_caller]
    fn default() -> Self {
        Iter {
            base: Default::default(),
            traversal: Traversal::nowhere(),
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Iter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a, K, V> Iterator for IterMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    #[inline]
    fn next(&mut self) -> Option<(&'a K, &'a mut V)> {
        let at = self.traversal.step();
        let (key, tracked) = self.base.next()?;
        Some((key, tracked.pass_mut(&at)))
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
        self.base.fold(init, |folded, (key, tracked)| {
            self.traversal.check(&at);
            f(folded, (key, tracked.pass_mut(&at)))
        })
    }
}

impl<K, V> ExactSizeIterator for IterMut<'_, K, V> {
    #[inline]
    fn len(&self) -> usize {
        self.base.len()
    }
}

impl<K, V> FusedIterator for IterMut<'_, K, V> {}

impl<K, V> Default for IterMut<'_, K, V> {
    #[inline]
    #[track_caller]
    fn default() -> Self {
        IterMut {
            base: Default::default(),
            traversal: Traversal::nowhere(),
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for IterMut<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.traversal.step();
        self.base.fmt(f)
    }
}

impl<K, V> Iterator for IntoIter<K, V> {
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        let (key, tracked) = self.base.next()?;
        Some((key, tracked.into_value()))
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
        self.base.fold(init, |folded, (key, tracked)| {
            f(folded, (key, tracked.into_value()))
        })
    }
}

impl<K, V> ExactSizeIterator for IntoIter<K, V> {
    #[inline]
    fn len(&self) -> usize {
        self.base.len()
    }
}

impl<K, V> FusedIterator for IntoIter<K, V> {}

impl<K, V> Default for IntoIter<K, V> {
    #[inline]
    fn default() -> Self {
        IntoIter {
            base: Default::default(),
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for IntoIter<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.fmt(f)
    }
}
