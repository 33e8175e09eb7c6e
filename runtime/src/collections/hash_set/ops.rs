//! Two sets: union, intersection, differences, and what can be asked of a pair.

use super::{HashSet, Iter};
use crate::engine::{At, Op};
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::iter::{Chain, FusedIterator};
use std::ops::{BitAnd, BitOr, BitXor, Sub};

/// What both sets have, from [`HashSet::intersection`].
#[must_use = "this returns the intersection as an iterator, \
    without modifying either input set"]
pub struct Intersection<'a, T: 'a, S: 'a> {
    iter: Iter<'a, T>,
    other: &'a HashSet<T, S>,
}

/// What the first set has and the second has not, from [`HashSet::difference`].
#[must_use = "this returns the difference as an iterator, \
    without modifying either input set"]
pub struct Difference<'a, T: 'a, S: 'a> {
    iter: Iter<'a, T>,
    other: &'a HashSet<T, S>,
}

/// What one of the sets has and the other has not, from [`HashSet::symmetric_difference`].
#[must_use = "this returns the difference as an iterator, \
    without modifying either input set"]
pub struct SymmetricDifference<'a, T: 'a, S: 'a> {
    iter: Chain<Difference<'a, T, S>, Difference<'a, T, S>>,
}

/// What either set has, from [`HashSet::union`].
#[must_use = "this returns the union as an iterator, \
    without modifying either input set"]
pub struct Union<'a, T: 'a, S: 'a> {
    iter: Chain<Iter<'a, T>, Difference<'a, T, S>>,
}

impl<T, S> HashSet<T, S>
where
    T: Eq + Hash,
    S: BuildHasher,
{
    /// What this set has and `other` has not, in no particular order.
    #[inline]
    #[track_caller]
    pub fn difference<'a>(&'a self, other: &'a HashSet<T, S>) -> Difference<'a, T, S> {
        self.difference_at(other, &At::here(&Op("HashSet::difference")))
    }

    /// What one of the sets has and the other has not, in no particular order.
    #[inline]
    #[track_caller]
    pub fn symmetric_difference<'a>(
        &'a self,
        other: &'a HashSet<T, S>,
    ) -> SymmetricDifference<'a, T, S> {
        let at = At::here(&Op("HashSet::symmetric_difference"));
        let iter = self
            .difference_at(other, &at)
            .chain(other.difference_at(self, &at));
        SymmetricDifference { iter }
    }

    /// What both sets have, in no particular order. Of two equal elements, which set's it is
    /// depends on their sizes.
    #[inline]
    #[track_caller]
    pub fn intersection<'a>(&'a self, other: &'a HashSet<T, S>) -> Intersection<'a, T, S> {
        let at = At::here(&Op("HashSet::intersection"));
        if self.len_at(&at) <= other.len_at(&at) {
            Intersection {
                iter: self.visit(&at),
                other,
            }
        } else {
            Intersection {
                iter: other.visit(&at),
                other: self,
            }
        }
    }

    /// What either set has, without duplicates, in no particular order.
    #[inline]
    #[track_caller]
    pub fn union<'a>(&'a self, other: &'a HashSet<T, S>) -> Union<'a, T, S> {
        let at = At::here(&Op("HashSet::union"));
        if self.len_at(&at) >= other.len_at(&at) {
            Union {
                iter: self.visit(&at).chain(other.difference_at(self, &at)),
            }
        } else {
            Union {
                iter: other.visit(&at).chain(self.difference_at(other, &at)),
            }
        }
    }

    /// Whether the sets have no element in common.
    #[track_caller]
    pub fn is_disjoint(&self, other: &HashSet<T, S>) -> bool {
        let at = At::here(&Op("HashSet::is_disjoint"));
        if self.len_at(&at) <= other.len_at(&at) {
            self.visit(&at).all(|value| !other.contains_at(value, &at))
        } else {
            other.visit(&at).all(|value| !self.contains_at(value, &at))
        }
    }

    /// Whether `other` has every element of this set.
    #[track_caller]
    pub fn is_subset(&self, other: &HashSet<T, S>) -> bool {
        self.is_subset_at(other, &At::here(&Op("HashSet::is_subset")))
    }

    /// Whether this set has every element of `other`.
    #[inline]
    #[track_caller]
    pub fn is_superset(&self, other: &HashSet<T, S>) -> bool {
        other.is_subset_at(self, &At::here(&Op("HashSet::is_superset")))
    }

    fn is_subset_at(&self, other: &HashSet<T, S>, at: &At) -> bool {
        self.len_at(at) <= other.len_at(at)
            && self.visit(at).all(|value| other.contains_at(value, at))
    }

    #[inline]
    fn difference_at<'a>(&'a self, other: &'a HashSet<T, S>, at: &At) -> Difference<'a, T, S> {
        Difference {
            iter: self.visit(at),
            other,
        }
    }
}

impl<T, S> PartialEq for HashSet<T, S>
where
    T: Eq + Hash,
    S: BuildHasher,
{
    #[track_caller]
    fn eq(&self, other: &HashSet<T, S>) -> bool {
        let at = At::here(&Op("HashSet::eq"));
        self.len_at(&at) == other.len_at(&at)
            && self.visit(&at).all(|value| other.contains_at(value, &at))
    }
}

impl<T, S> Eq for HashSet<T, S>
where
    T: Eq + Hash,
    S: BuildHasher,
{
}

impl<T, S> BitOr<&HashSet<T, S>> for &HashSet<T, S>
where
    T: Eq + Hash + Clone,
    S: BuildHasher + Default,
{
    type Output = HashSet<T, S>;

    /// The union, as a set of its own.
    #[track_caller]
    fn bitor(self, rhs: &HashSet<T, S>) -> HashSet<T, S> {
        HashSet::from_iter(self.union(rhs).cloned())
    }
}

impl<T, S> BitAnd<&HashSet<T, S>> for &HashSet<T, S>
where
    T: Eq + Hash + Clone,
    S: BuildHasher + Default,
{
    type Output = HashSet<T, S>;

    /// The intersection, as a set of its own.
    #[track_caller]
    fn bitand(self, rhs: &HashSet<T, S>) -> HashSet<T, S> {
        HashSet::from_iter(self.intersection(rhs).cloned())
    }
}

impl<T, S> BitXor<&HashSet<T, S>> for &HashSet<T, S>
where
    T: Eq + Hash + Clone,
    S: BuildHasher + Default,
{
    type Output = HashSet<T, S>;

    /// The symmetric difference, as a set of its own.
    #[track_caller]
    fn bitxor(self, rhs: &HashSet<T, S>) -> HashSet<T, S> {
        HashSet::from_iter(self.symmetric_difference(rhs).cloned())
    }
}

impl<T, S> Sub<&HashSet<T, S>> for &HashSet<T, S>
where
    T: Eq + Hash + Clone,
    S: BuildHasher + Default,
{
    type Output = HashSet<T, S>;

    /// The difference, as a set of its own.
    #[track_caller]
    fn sub(self, rhs: &HashSet<T, S>) -> HashSet<T, S> {
        HashSet::from_iter(self.difference(rhs).cloned())
    }
}

impl<'a, T, S> Iterator for Intersection<'a, T, S>
where
    T: Eq + Hash,
    S: BuildHasher,
{
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        loop {
            let (value, at) = self.iter.step()?;
            if self.other.contains_at(value, &at) {
                return Some(value);
            }
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.iter.size_hint().1)
    }

    #[inline]
    fn fold<B, F>(self, init: B, mut f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        self.iter.fold_at(init, |folded, value, at| {
            if self.other.contains_at(value, at) {
                f(folded, value)
            } else {
                folded
            }
        })
    }
}

impl<T: Eq + Hash, S: BuildHasher> FusedIterator for Intersection<'_, T, S> {}

impl<T, S> Clone for Intersection<'_, T, S> {
    #[inline]
    fn clone(&self) -> Self {
        Intersection {
            iter: self.iter.clone(),
            other: self.other,
        }
    }
}

impl<T: fmt::Debug + Eq + Hash, S: BuildHasher> fmt::Debug for Intersection<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a, T, S> Iterator for Difference<'a, T, S>
where
    T: Eq + Hash,
    S: BuildHasher,
{
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        loop {
            let (value, at) = self.iter.step()?;
            if !self.other.contains_at(value, &at) {
                return Some(value);
            }
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.iter.size_hint().1)
    }

    #[inline]
    fn fold<B, F>(self, init: B, mut f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        self.iter.fold_at(init, |folded, value, at| {
            if self.other.contains_at(value, at) {
                folded
            } else {
                f(folded, value)
            }
        })
    }
}

impl<T: Eq + Hash, S: BuildHasher> FusedIterator for Difference<'_, T, S> {}

impl<T, S> Clone for Difference<'_, T, S> {
    #[inline]
    fn clone(&self) -> Self {
        Difference {
            iter: self.iter.clone(),
            other: self.other,
        }
    }
}

impl<T: fmt::Debug + Eq + Hash, S: BuildHasher> fmt::Debug for Difference<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a, T, S> Iterator for SymmetricDifference<'a, T, S>
where
    T: Eq + Hash,
    S: BuildHasher,
{
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        self.iter.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.iter.size_hint()
    }

    #[inline]
    fn fold<B, F>(self, init: B, f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        self.iter.fold(init, f)
    }
}

impl<T: Eq + Hash, S: BuildHasher> FusedIterator for SymmetricDifference<'_, T, S> {}

impl<T, S> Clone for SymmetricDifference<'_, T, S> {
    #[inline]
    fn clone(&self) -> Self {
        SymmetricDifference {
            iter: self.iter.clone(),
        }
    }
}

impl<T: fmt::Debug + Eq + Hash, S: BuildHasher> fmt::Debug for SymmetricDifference<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a, T, S> Iterator for Union<'a, T, S>
where
    T: Eq + Hash,
    S: BuildHasher,
{
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        self.iter.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.iter.size_hint()
    }

    #[inline]
    fn count(self) -> usize {
        self.iter.count()
    }

    #[inline]
    fn fold<B, F>(self, init: B, f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        self.iter.fold(init, f)
    }
}

impl<T: Eq + Hash, S: BuildHasher> FusedIterator for Union<'_, T, S> {}

impl<T, S> Clone for Union<'_, T, S> {
    #[inline]
    fn clone(&self) -> Self {
        Union {
            iter: self.iter.clone(),
        }
    }
}

impl<T: fmt::Debug + Eq + Hash, S: BuildHasher> fmt::Debug for Union<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
