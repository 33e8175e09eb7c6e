//! The map as a trait.

use super::iter::{Iter, IterMut};
use super::mapref::entry::Entry;
use super::mapref::one::{Ref, RefMut};
use super::try_result::TryResult;
use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

/// What dashmap's iterators ask of the map they iterate; public as it appears in their bounds.
///
/// Each method is the [`DashMap`](super::DashMap) method of the same name.
pub trait Map<'a, K: 'a + Eq + Hash, V: 'a, S: 'a + Clone + BuildHasher> {
    /// The number of shards.
    fn _shard_count(&self) -> usize;

    /// Inserts or overwrites; the value that was there before.
    fn _insert(&self, key: K, value: V) -> Option<V>;

    /// Removes a key; what was removed.
    fn _remove<Q>(&self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized;

    /// Removes a key if `f` says so; what was removed.
    fn _remove_if<Q>(&self, key: &Q, f: impl FnOnce(&K, &V) -> bool) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized;

    /// Removes a key if `f`, which may change the value, says so; what was removed.
    fn _remove_if_mut<Q>(&self, key: &Q, f: impl FnOnce(&K, &mut V) -> bool) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized;

    /// An iterator over shared references.
    fn _iter(&'a self) -> Iter<'a, K, V, S, Self>
    where
        Self: Sized;

    /// An iterator over mutable references.
    fn _iter_mut(&'a self) -> IterMut<'a, K, V, S, Self>
    where
        Self: Sized;

    /// A shared reference to a key's value.
    fn _get<Q>(&'a self, key: &Q) -> Option<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized;

    /// A mutable reference to a key's value.
    fn _get_mut<Q>(&'a self, key: &Q) -> Option<RefMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized;

    /// As `_get`, without waiting for the shard.
    fn _try_get<Q>(&'a self, key: &Q) -> TryResult<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized;

    /// As `_get_mut`, without waiting for the shard.
    fn _try_get_mut<Q>(&'a self, key: &Q) -> TryResult<RefMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized;

    /// Gives unused memory back.
    fn _shrink_to_fit(&self);

    /// Keeps what `f` says to keep.
    fn _retain(&self, f: impl FnMut(&K, &mut V) -> bool);

    /// The number of entries.
    fn _len(&self) -> usize;

    /// The number of entries that fit without growing.
    fn _capacity(&self) -> usize;

    /// Replaces a key's value by a function of it.
    fn _alter<Q>(&self, key: &Q, f: impl FnOnce(&K, V) -> V)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized;

    /// Replaces every value by a function of it.
    fn _alter_all(&self, f: impl FnMut(&K, V) -> V);

    /// A function of a key's value.
    fn _view<Q, R>(&self, key: &Q, f: impl FnOnce(&K, &V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized;

    /// The place of a key, there or not.
    fn _entry(&'a self, key: K) -> Entry<'a, K, V>;

    /// As `_entry`, without waiting for the shard.
    fn _try_entry(&'a self, key: K) -> Option<Entry<'a, K, V>>;

    /// A clone of the hasher.
    fn _hasher(&self) -> S;

    /// Removes everything.
    #[track_caller]
    #[inline]
    fn _clear(&self) {
        self._retain(|_, _| false)
    }

    /// Whether the key is there.
    #[track_caller]
    #[inline]
    fn _contains_key<Q>(&'a self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self._get(key).is_some()
    }

    /// Whether nothing is there.
    #[track_caller]
    #[inline]
    fn _is_empty(&self) -> bool {
        self._len() == 0
    }
}
