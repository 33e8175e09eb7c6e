//! Iterators over the elements.

use crate::collections::contract::Traversal;
use crate::collections::tracked::Tracked;
use crate::engine::At;
use std::collections::hash_set as real;
use std::fmt;
use std::iter::FusedIterator;

/// The elements, from [`HashSet::iter`](super::HashSet::iter).
pub struct Iter<'a, K: 'a> {
    pub(super) base: real::Iter<'a, Tracked<K>>,
    pub(super) traversal: Traversal<'a>,
}

/// The elements, out of the set.
pub struct IntoIter<K> {
    pub(super) base: real::IntoIter<Tracked<K>>,
}

impl<'a, K> Iter<'a, K> {
    /// The next element, and where it was read, for what is to be asked about it.
    #[inline]
    pub(super) fn step(&mut self) -> Option<(&'a K, At)> {
        let at = self.traversal.step();
        let value = self.base.next()?.read(&at);
        Some((value, at))
    }

    /// `fold`, with where the elements are read.
    #[inline]
    pub(super) fn fold_at<B>(self, init: B, mut f: impl FnMut(B, &'a K, &At) -> B) -> B {
        let at = self.traversal.step();
        self.base.fold(init, |folded, tracked| {
            self.traversal.check(&at);
            f(folded, tracked.read(&at), &at)
        })
    }
}

impl<'a, K> Iterator for Iter<'a, K> {
    type Item = &'a K;

    #[inline]
    fn next(&mut self) -> Option<&'a K> {
        self.step().map(|(value, _)| value)
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
        self.fold_at(init, |folded, value, _| f(folded, value))
    }
}

impl<K> ExactSizeIterator for Iter<'_, K> {
    #[inline]
    fn len(&self) -> usize {
        self.base.len()
    }
}

impl<K> FusedIterator for Iter<'_, K> {}

impl<K> Clone for Iter<'_, K> {
    #[inline]
    fn clone(&self) -> Self {
        Iter {
            base: self.base.clone(),
            traversal: self.traversal,
        }
    }
}

impl<K> Default for Iter<'_, K> {
    #[inline]
    #[track_caller]
    fn default() -> Self {
        Iter {
            base: Default::default(),
            traversal: Traversal::nowhere(),
        }
    }
}

impl<K: fmt::Debug> fmt::Debug for Iter<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<K> Iterator for IntoIter<K> {
    type Item = K;

    #[inline]
    fn next(&mut self) -> Option<K> {
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

impl<K> ExactSizeIterator for IntoIter<K> {
    #[inline]
    fn len(&self) -> usize {
        self.base.len()
    }
}

impl<K> FusedIterator for IntoIter<K> {}

impl<K> Default for IntoIter<K> {
    #[inline]
    fn default() -> Self {
        IntoIter {
            base: Default::default(),
        }
    }
}

impl<K: fmt::Debug> fmt::Debug for IntoIter<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.fmt(f)
    }
}
