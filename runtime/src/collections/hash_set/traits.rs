//! The traits that std implements for its set, but for those of two sets.

use super::{HashSet, IntoIter, Iter};
use crate::engine::{At, Op};
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};

impl<T: Clone, S: Clone> Clone for HashSet<T, S> {
    #[inline]
    #[track_caller]
    fn clone(&self) -> Self {
        let at = At::here(&Op("HashSet::clone"));
        self.read_all(&at);
        let copy = HashSet::from_base(self.base.clone());
        copy.contract.change(&at);
        copy
    }

    #[inline]
    #[track_caller]
    fn clone_from(&mut self, source: &Self) {
        let at = At::here(&Op("HashSet::clone_from"));
        source.read_all(&at);
        self.contract.change(&at);
        self.base.clone_from(&source.base);
    }
}

impl<T, S> HashSet<T, S> {
    /// Checks a read of everything.
    fn read_all(&self, at: &At) {
        self.contract.measure(at);
        self.base.iter().for_each(|tracked| _ = tracked.read(at));
    }
}

impl<T: fmt::Debug, S> fmt::Debug for HashSet<T, S> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.visit(&At::here(&Op("HashSet::fmt"))))
            .finish()
    }
}

impl<T, S: Default> Default for HashSet<T, S> {
    /// An empty set that has not allocated.
    #[inline]
    fn default() -> Self {
        HashSet::with_hasher(S::default())
    }
}

impl<T: Eq + Hash, const N: usize> From<[T; N]> for HashSet<T, RandomState> {
    /// The elements of `arr`; of equal ones the first stays.
    #[track_caller]
    fn from(arr: [T; N]) -> Self {
        Self::from_iter(arr)
    }
}

impl<T, S> FromIterator<T> for HashSet<T, S>
where
    T: Eq + Hash,
    S: BuildHasher + Default,
{
    #[inline]
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
        let mut set = HashSet::with_hasher(S::default());
        set.extend_at(iter, &At::here(&Op("HashSet::from_iter")));
        set
    }
}

impl<T, S> Extend<T> for HashSet<T, S>
where
    T: Eq + Hash,
    S: BuildHasher,
{
    #[inline]
    #[track_caller]
    fn extend<I: IntoIterator<Item = T>>(&mut self, iter: I) {
        self.extend_at(iter, &At::here(&Op("HashSet::extend")));
    }
}

impl<'a, T, S> Extend<&'a T> for HashSet<T, S>
where
    T: 'a + Eq + Hash + Copy,
    S: BuildHasher,
{
    #[inline]
    #[track_caller]
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, iter: I) {
        self.extend_at(iter.into_iter().cloned(), &At::here(&Op("HashSet::extend")));
    }
}

impl<T, S> HashSet<T, S>
where
    T: Eq + Hash,
    S: BuildHasher,
{
    /// std's `extend`, with its guess at how many of the elements are new.
    fn extend_at<I: IntoIterator<Item = T>>(&mut self, iter: I, at: &At) {
        let iter = iter.into_iter();
        self.contract.change(at);
        let (lower, _) = iter.size_hint();
        self.base.reserve(if self.base.is_empty() {
            lower
        } else {
            lower.div_ceil(2)
        });
        iter.for_each(|value| _ = self.insert_at(value, at));
    }
}

impl<'a, T, S> IntoIterator for &'a HashSet<T, S> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    #[inline]
    #[track_caller]
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T, S> IntoIterator for HashSet<T, S> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    #[inline]
    #[track_caller]
    fn into_iter(self) -> IntoIter<T> {
        self.contract.consume(&At::here(&Op("HashSet::into_iter")));
        IntoIter {
            base: self.base.into_iter(),
        }
    }
}
