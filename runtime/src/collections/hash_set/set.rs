//! The set and its own methods.

use super::{Drain, ExtractIf, Iter};
use crate::collections::contract::{Contract, Draining, Traversal};
use crate::collections::tracked::{Sought, Tracked};
use crate::engine::{At, Op};
use std::borrow::Borrow;
use std::collections::{TryReserveError, hash_set as real};
use std::hash::{BuildHasher, Hash, RandomState};

/// `std::collections::HashSet`, checked: operations that conflict and that nothing orders are
/// reported as a race. What it computes is what std's computes.
///
/// # Examples
///
/// ```
/// use fidge::collections::HashSet;
///
/// let mut seen = HashSet::new();
/// assert!(seen.insert("tree"));
/// assert!(!seen.insert("tree"));
/// ```
pub struct HashSet<T, S = RandomState> {
    // Before `base`: see `Contract`.
    pub(super) contract: Contract,
    pub(super) base: real::HashSet<Tracked<T>, S>,
}

impl<T> HashSet<T, RandomState> {
    /// An empty set that has not allocated.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty set with room for at least `capacity` elements.
    #[inline]
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, RandomState::new())
    }
}

impl<T, S> HashSet<T, S> {
    /// An empty set that hashes its elements with `hasher`.
    #[inline]
    pub const fn with_hasher(hasher: S) -> Self {
        Self::from_base(real::HashSet::with_hasher(hasher))
    }

    /// An empty set with room for at least `capacity` elements, hashed with `hasher`.
    #[inline]
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        Self::from_base(real::HashSet::with_capacity_and_hasher(capacity, hasher))
    }

    /// A set around a table that nobody has touched.
    #[expect(
        clippy::mutable_key_type,
        reason = "an element's hash and order are the program's value alone, never the shadow"
    )]
    pub(super) const fn from_base(base: real::HashSet<Tracked<T>, S>) -> Self {
        HashSet {
            contract: Contract::new(&Op("HashSet::drop")),
            base,
        }
    }

    /// How many elements the set holds without growing, at least.
    #[inline]
    #[track_caller]
    pub fn capacity(&self) -> usize {
        self.contract.look(&At::here(&Op("HashSet::capacity")));
        self.base.capacity()
    }

    /// The elements, in no particular order.
    #[inline]
    #[track_caller]
    pub fn iter(&self) -> Iter<'_, T> {
        self.visit(&At::here(&Op("HashSet::iter")))
    }

    /// How many elements the set has.
    #[inline]
    #[track_caller]
    pub fn len(&self) -> usize {
        self.contract.measure(&At::here(&Op("HashSet::len")));
        self.base.len()
    }

    /// Whether the set has no element.
    #[inline]
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.contract.measure(&At::here(&Op("HashSet::is_empty")));
        self.base.is_empty()
    }

    /// Takes everything out of the set and leaves it its memory. What the iterator is not asked
    /// for is dropped with it.
    #[inline]
    #[track_caller]
    pub fn drain(&mut self) -> Drain<'_, T> {
        let at = At::here(&Op("HashSet::drain"));
        let draining = Draining::begin(&self.contract, &at);
        Drain {
            draining,
            base: self.base.drain(),
        }
    }

    /// Takes out what `pred` says `true` of, as the iterator is asked for it. What it has not come
    /// to when it is dropped stays.
    #[inline]
    #[track_caller]
    pub fn extract_if<F>(&mut self, pred: F) -> ExtractIf<'_, T, F>
    where
        F: FnMut(&T) -> bool,
    {
        let at = At::here(&Op("HashSet::extract_if"));
        let traversal = Traversal::begin_removal(&self.contract, &at);
        ExtractIf::new(&mut self.base, pred, traversal)
    }

    /// Keeps what `f` says `true` of.
    #[inline]
    #[track_caller]
    pub fn retain<F>(&mut self, mut f: F)
    where
        F: FnMut(&T) -> bool,
    {
        let at = At::here(&Op("HashSet::retain"));
        self.contract.change(&at);
        self.base.retain(|tracked| {
            // `f` may have synchronised with others since the last element.
            self.contract.change(&at);
            f(tracked.value())
        });
    }

    /// Drops all elements and keeps the memory.
    #[inline]
    #[track_caller]
    pub fn clear(&mut self) {
        self.contract.change(&At::here(&Op("HashSet::clear")));
        self.base.clear();
    }

    /// What hashes the elements.
    #[inline]
    pub fn hasher(&self) -> &S {
        self.base.hasher()
    }

    /// The iterator that an operation at `at` walks with.
    #[inline]
    pub(super) fn visit(&self, at: &At) -> Iter<'_, T> {
        let traversal = Traversal::begin(&self.contract, at);
        Iter {
            base: self.base.iter(),
            traversal,
        }
    }

    /// The number of elements, read by an operation at `at`.
    #[inline]
    pub(super) fn len_at(&self, at: &At) -> usize {
        self.contract.measure(at);
        self.base.len()
    }
}

impl<T, S> HashSet<T, S>
where
    T: Eq + Hash,
    S: BuildHasher,
{
    /// Makes room for `additional` more elements.
    ///
    /// # Panics
    ///
    /// Where the new size overflows `usize`.
    #[inline]
    #[track_caller]
    pub fn reserve(&mut self, additional: usize) {
        self.contract.rebuild(&At::here(&Op("HashSet::reserve")));
        self.base.reserve(additional);
    }

    /// Makes room for `additional` more elements.
    ///
    /// # Errors
    ///
    /// Where the new size overflows or the allocator has no memory.
    #[inline]
    #[track_caller]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.contract
            .rebuild(&At::here(&Op("HashSet::try_reserve")));
        self.base.try_reserve(additional)
    }

    /// Gives back what memory it can.
    #[inline]
    #[track_caller]
    pub fn shrink_to_fit(&mut self) {
        self.contract
            .rebuild(&At::here(&Op("HashSet::shrink_to_fit")));
        self.base.shrink_to_fit();
    }

    /// Gives back what memory it can, but keeps room for `min_capacity` elements.
    #[inline]
    #[track_caller]
    pub fn shrink_to(&mut self, min_capacity: usize) {
        self.contract.rebuild(&At::here(&Op("HashSet::shrink_to")));
        self.base.shrink_to(min_capacity);
    }

    /// Whether the set has an element that equals `value`.
    #[inline]
    #[track_caller]
    pub fn contains<Q>(&self, value: &Q) -> bool
    where
        T: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        self.get_at(value, &At::here(&Op("HashSet::contains")))
            .is_some()
    }

    /// The element of the set that equals `value`.
    #[inline]
    #[track_caller]
    pub fn get<Q>(&self, value: &Q) -> Option<&T>
    where
        T: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        self.get_at(value, &At::here(&Op("HashSet::get")))
    }

    /// Puts `value` into the set and returns whether it was new. An element that was there stays
    /// and `value` is dropped.
    #[inline]
    #[track_caller]
    pub fn insert(&mut self, value: T) -> bool {
        self.insert_at(value, &At::here(&Op("HashSet::insert")))
    }

    /// Puts `value` into the set and returns the element that it takes the place of.
    #[inline]
    #[track_caller]
    pub fn replace(&mut self, value: T) -> Option<T> {
        let at = At::here(&Op("HashSet::replace"));
        self.contract.look(&at);
        if self.base.contains(Sought::new(&value)) {
            // The old element takes its shadow with it, so this stands for all of its past.
            self.contract.rebuild(&at);
        } else {
            self.contract.change(&at);
        }
        self.base
            .replace(Tracked::new(value))
            .map(Tracked::into_value)
    }

    /// Drops the element that equals `value` and returns whether there was one.
    #[inline]
    #[track_caller]
    pub fn remove<Q>(&mut self, value: &Q) -> bool
    where
        T: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        let at = At::here(&Op("HashSet::remove"));
        self.will_remove(value, &at) && self.base.remove(Sought::new(value))
    }

    /// Takes the element that equals `value` out of the set.
    #[inline]
    #[track_caller]
    pub fn take<Q>(&mut self, value: &Q) -> Option<T>
    where
        T: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        let at = At::here(&Op("HashSet::take"));
        if !self.will_remove(value, &at) {
            return None;
        }
        self.base.take(Sought::new(value)).map(Tracked::into_value)
    }

    /// Whether `value` is there to be removed, in which case the removal is checked now, while the
    /// table is whole.
    #[inline]
    fn will_remove<Q>(&self, value: &Q, at: &At) -> bool
    where
        T: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        self.contract.look(at);
        let present = self.base.contains(Sought::new(value));
        if present {
            self.contract.change(at);
        }
        present
    }

    #[inline]
    pub(super) fn get_at<Q>(&self, value: &Q, at: &At) -> Option<&T>
    where
        T: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        self.contract.look(at);
        Some(self.base.get(Sought::new(value))?.read(at))
    }

    #[inline]
    pub(super) fn contains_at(&self, value: &T, at: &At) -> bool {
        self.get_at(value, at).is_some()
    }

    #[inline]
    pub(super) fn insert_at(&mut self, value: T, at: &At) -> bool {
        self.contract.look(at);
        if self.base.len() == self.base.capacity() {
            // std's `insert` makes room before it looks whether the element is there.
            self.contract.rebuild(at);
            self.base.reserve(1);
        }
        if let Some(tracked) = self.base.get(Sought::new(&value)) {
            tracked.rewrite(at);
            return false;
        }
        self.contract.change(at);
        self.base.insert(Tracked::new(value))
    }
}
