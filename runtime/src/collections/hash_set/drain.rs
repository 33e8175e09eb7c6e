//! Iterators that take out of the set.

use crate::collections::contract::{Draining, Traversal};
use crate::collections::predicate;
use crate::collections::tracked::Tracked;
use std::collections::hash_set as real;
use std::fmt;
use std::iter::FusedIterator;

/// Takes everything out, from [`HashSet::drain`](super::HashSet::drain).
pub struct Drain<'a, K: 'a> {
    // Before `base`, whose drop empties the table.
    pub(super) draining: Draining<'a>,
    pub(super) base: real::Drain<'a, Tracked<K>>,
}

/// Takes out what a predicate picks, from [`HashSet::extract_if`](super::HashSet::extract_if).
#[must_use = "iterators are lazy and do nothing unless consumed; \
    use `retain` to remove and discard elements"]
pub struct ExtractIf<'a, K, F> {
    base: real::ExtractIf<'a, Tracked<K>, Verdict<K>>,
    pred: F,
    traversal: Traversal<'a>,
}

/// Asks the predicate of the `ExtractIf` that is being stepped.
type Verdict<K> = fn(&Tracked<K>) -> bool;

impl<'a, K, F> ExtractIf<'a, K, F>
where
    F: FnMut(&K) -> bool,
{
    #[inline]
    #[expect(
        clippy::mutable_key_type,
        reason = "an element's hash and order are the program's value alone, never the shadow"
    )]
    pub(super) fn new<S>(
        base: &'a mut real::HashSet<Tracked<K>, S>,
        pred: F,
        traversal: Traversal<'a>,
    ) -> Self {
        let verdict: Verdict<K> = |tracked| {
            // SAFETY: `base` is stepped in `next` only, within `with` of this very `F`; std calls
            // its predicate for one element after the other.
            unsafe { predicate::call(|pred: &mut F| pred(tracked.value())) }
        };
        ExtractIf {
            base: base.extract_if(verdict),
            pred,
            traversal,
        }
    }
}

impl<K, F> Iterator for ExtractIf<'_, K, F>
where
    F: FnMut(&K) -> bool,
{
    type Item = K;

    #[inline]
    fn next(&mut self) -> Option<K> {
        self.traversal.step_removal();
        predicate::with(&mut self.pred, || self.base.next()).map(Tracked::into_value)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.base.size_hint()
    }
}

impl<K, F> FusedIterator for ExtractIf<'_, K, F> where F: FnMut(&K) -> bool {}

impl<K: fmt::Debug, F> fmt::Debug for ExtractIf<'_, K, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").finish_non_exhaustive()
    }
}

impl<K> Iterator for Drain<'_, K> {
    type Item = K;

    #[inline]
    fn next(&mut self) -> Option<K> {
        self.draining.step();
        self.base.next().map(Tracked::into_value)
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
        self.base.fold(init, |folded, tracked| {
            self.draining.step();
            f(folded, tracked.into_value())
        })
    }
}

impl<K> ExactSizeIterator for Drain<'_, K> {
    #[inline]
    fn len(&self) -> usize {
        self.base.len()
    }
}

impl<K> FusedIterator for Drain<'_, K> {}

impl<K: fmt::Debug> fmt::Debug for Drain<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.fmt(f)
    }
}
