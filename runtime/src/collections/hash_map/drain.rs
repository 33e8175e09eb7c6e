//! Iterators that take out of the map.

use crate::collections::contract::{Draining, Traversal};
use crate::collections::predicate;
use crate::collections::tracked::Tracked;
use std::collections::hash_map as real;
use std::fmt;
use std::iter::FusedIterator;

/// Takes everything out, from [`HashMap::drain`](super::HashMap::drain).
pub struct Drain<'a, K: 'a, V: 'a> {
    // Before `base`, whose drop empties the table.
    pub(super) draining: Draining<'a>,
    pub(super) base: real::Drain<'a, K, Tracked<V>>,
}

/// Takes out what a predicate picks, from [`HashMap::extract_if`](super::HashMap::extract_if).
#[must_use = "iterators are lazy and do nothing unless consumed; \
    use `retain` to remove and discard elements"]
pub struct ExtractIf<'a, K, V, F> {
    base: real::ExtractIf<'a, K, Tracked<V>, Verdict<K, V>>,
    pred: F,
    traversal: Traversal<'a>,
}

/// Asks the predicate of the `ExtractIf` that is being stepped.
type Verdict<K, V> = fn(&K, &mut Tracked<V>) -> bool;

impl<'a, K, V, F> ExtractIf<'a, K, V, F>
where
    F: FnMut(&K, &mut V) -> bool,
{
    #[inline]
    pub(super) fn new<S>(
        base: &'a mut real::HashMap<K, Tracked<V>, S>,
        pred: F,
        traversal: Traversal<'a>,
    ) -> Self {
        let verdict: Verdict<K, V> = |key, tracked| {
            // SAFETY: `base` is stepped in `next` only, within `with` of this very `F`; std calls
            // its predicate for one key after the other.
            unsafe { predicate::call(|pred: &mut F| pred(key, tracked.value_mut())) }
        };
        ExtractIf {
            base: base.extract_if(verdict),
            pred,
            traversal,
        }
    }
}

impl<K, V, F> Iterator for ExtractIf<'_, K, V, F>
where
    F: FnMut(&K, &mut V) -> bool,
{
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        self.traversal.step_removal();
        let (key, tracked) = predicate::with(&mut self.pred, || self.base.next())?;
        Some((key, tracked.into_value()))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.base.size_hint()
    }
}

impl<K, V, F> FusedIterator for ExtractIf<'_, K, V, F> where F: FnMut(&K, &mut V) -> bool {}

impl<K, V, F> fmt::Debug for ExtractIf<'_, K, V, F>
where
    K: fmt::Debug,
    V: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").finish_non_exhaustive()
    }
}

impl<K, V> Iterator for Drain<'_, K, V> {
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        self.draining.step();
        let (key, tracked) = self.base.next()?;
        Some((key, tracked.into_value()))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.base.size_hint()
    }

    #[inline]
    fn fold<B, F>(self, init: B, mut f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        self.base.fold(init, |folded, (key, tracked)| {
            self.draining.step();
            f(folded, (key, tracked.into_value()))
        })
    }
}

impl<K, V> ExactSizeIterator for Drain<'_, K, V> {
    #[inline]
    fn len(&self) -> usize {
        self.base.len()
    }
}

impl<K, V> FusedIterator for Drain<'_, K, V> {}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Drain<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.fmt(f)
    }
}
