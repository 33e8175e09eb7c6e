//! dashmap, as one lock around one map: loom has no maps.
//!
//! There are no shards, so guards of different keys exclude one another, which in a real one they do in
//! some runs only. The part of the interface that the scenarios use.

use ::loom::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{BuildHasherDefault, Hash};
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::LockResult;

/// Hashed without a seed: an exploration must meet the same order again.
type Map<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;
type Reading<'a, K, V> = RwLockReadGuard<'a, Map<K, V>>;
type Writing<'a, K, V> = RwLockWriteGuard<'a, Map<K, V>>;

/// `dashmap::mapref`.
pub mod mapref {
    /// `dashmap::mapref::entry`.
    pub mod entry {
        pub use super::super::{Entry, OccupiedEntry, VacantEntry};
    }
    /// `dashmap::mapref::one`.
    pub mod one {
        pub use super::super::{Ref, RefMut};
    }
    /// `dashmap::mapref::multiple`.
    pub mod multiple {
        pub use super::super::Ref as RefMulti;
    }
}

/// `dashmap::DashMap`.
pub struct DashMap<K, V>(RwLock<Map<K, V>>);

/// The result of a lock that is never poisoned: a panic ends the process.
fn got<T>(result: LockResult<T>) -> T {
    result.unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl<K: Eq + Hash, V> DashMap<K, V> {
    /// An empty map.
    pub fn new() -> Self {
        DashMap(RwLock::new(Map::default()))
    }

    /// An empty map.
    pub fn with_capacity(_: usize) -> Self {
        DashMap::new()
    }

    /// An empty map, of one shard all the same.
    pub fn with_shard_amount(_: usize) -> Self {
        DashMap::new()
    }

    #[track_caller]
    fn reading(&self) -> Reading<'_, K, V> {
        got(self.0.read())
    }

    #[track_caller]
    fn writing(&self) -> Writing<'_, K, V> {
        got(self.0.write())
    }

    /// The value before.
    #[track_caller]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        self.writing().insert(key, value)
    }

    /// A guard of the value.
    #[track_caller]
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<Ref<'_, K, V>>
    where
        K: Borrow<Q>,
    {
        let guard = self.reading();
        let (key, value) = guard.get_key_value(key)?;
        let (key, value) = (key as *const K, value as *const V);
        Some(Ref {
            _guard: Rc::new(guard),
            key,
            value,
        })
    }

    /// A guard of the value, to change it.
    #[track_caller]
    pub fn get_mut<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<RefMut<'_, K, V>>
    where
        K: Borrow<Q>,
    {
        let mut guard = self.writing();
        let key = guard.get_key_value(key)?.0 as *const K;
        // SAFETY: the key is in the map, which the guard keeps as it is.
        let value = guard.get_mut(unsafe { (*key).borrow() })? as *mut V;
        Some(RefMut {
            _guard: guard,
            key,
            value,
        })
    }

    /// What was there.
    #[track_caller]
    pub fn remove<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        self.writing().remove_entry(key)
    }

    /// What was there, if `condition` holds for it.
    #[track_caller]
    pub fn remove_if<Q: Hash + Eq + ?Sized>(
        &self,
        key: &Q,
        condition: impl FnOnce(&K, &V) -> bool,
    ) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        self.remove_if_mut(key, |key, value| condition(key, value))
    }

    /// What was there, if `condition` holds for it.
    #[track_caller]
    pub fn remove_if_mut<Q: Hash + Eq + ?Sized>(
        &self,
        key: &Q,
        condition: impl FnOnce(&K, &mut V) -> bool,
    ) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let mut map = self.writing();
        let (found, mut value) = map.remove_entry(key)?;
        if condition(&found, &mut value) {
            return Some((found, value));
        }
        map.insert(found, value);
        None
    }

    /// The key's entry, under the lock.
    #[track_caller]
    pub fn entry(&self, key: K) -> Entry<'_, K, V> {
        let guard = self.writing();
        match guard.contains_key(&key) {
            true => Entry::Occupied(OccupiedEntry { guard, key }),
            false => Entry::Vacant(VacantEntry { guard, key }),
        }
    }

    /// Whether the key is there.
    #[track_caller]
    pub fn contains_key<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.reading().contains_key(key)
    }

    /// How many entries there are.
    #[track_caller]
    pub fn len(&self) -> usize {
        self.reading().len()
    }

    /// Whether there is none.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.reading().is_empty()
    }

    /// Removes all entries.
    #[track_caller]
    pub fn clear(&self) {
        self.writing().clear();
    }

    /// Keeps the entries for which `keep` holds.
    #[track_caller]
    pub fn retain(&self, keep: impl FnMut(&K, &mut V) -> bool) {
        self.writing().retain(keep);
    }

    /// Replaces the value by what `f` makes of it, under the lock.
    #[track_caller]
    pub fn alter<Q: Hash + Eq + ?Sized>(&self, key: &Q, f: impl FnOnce(&K, V) -> V)
    where
        K: Borrow<Q>,
    {
        let mut map = self.writing();
        if let Some((key, value)) = map.remove_entry(key) {
            let value = f(&key, value);
            map.insert(key, value);
        }
    }

    /// Guards of all entries, one after the other; the lock is held meanwhile.
    #[track_caller]
    pub fn iter(&self) -> impl Iterator<Item = Ref<'_, K, V>> {
        let guard = Rc::new(self.reading());
        let places: Vec<_> = guard
            .iter()
            .map(|(k, v)| (k as *const K, v as *const V))
            .collect();
        places.into_iter().map(move |(key, value)| Ref {
            _guard: Rc::clone(&guard),
            key,
            value,
        })
    }

    /// What `get` answers, unless it would have to wait.
    #[track_caller]
    pub fn try_get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> try_result::TryResult<Ref<'_, K, V>>
    where
        K: Borrow<Q>,
    {
        match self.0.try_read() {
            Err(_) => try_result::TryResult::Locked,
            Ok(guard) => {
                drop(guard);
                let found = self.get(key);
                found.map_or(
                    try_result::TryResult::Absent,
                    try_result::TryResult::Present,
                )
            }
        }
    }
}

impl<K: Eq + Hash, V> Default for DashMap<K, V> {
    fn default() -> Self {
        DashMap::new()
    }
}

impl<K: Eq + Hash, V> FromIterator<(K, V)> for DashMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        DashMap(RwLock::new(entries.into_iter().collect()))
    }
}

/// `dashmap::try_result`.
pub mod try_result {
    /// What came of an attempt.
    pub enum TryResult<R> {
        /// It is there.
        Present(R),
        /// It is not.
        Absent,
        /// The lock is held.
        Locked,
    }

    impl<R> TryResult<R> {
        /// Whether the lock is held.
        pub fn is_locked(&self) -> bool {
            matches!(self, TryResult::Locked)
        }
    }
}

/// `dashmap::mapref::one::Ref`.
pub struct Ref<'a, K, V> {
    _guard: Rc<Reading<'a, K, V>>,
    key: *const K,
    value: *const V,
}

impl<K, V> Ref<'_, K, V> {
    /// The key.
    pub fn key(&self) -> &K {
        // SAFETY: the guard keeps the map as it is.
        unsafe { &*self.key }
    }

    /// The value.
    pub fn value(&self) -> &V {
        self
    }
}

impl<K, V> Deref for Ref<'_, K, V> {
    type Target = V;

    fn deref(&self) -> &V {
        // SAFETY: the guard keeps the map as it is.
        unsafe { &*self.value }
    }
}

/// `dashmap::mapref::one::RefMut`.
pub struct RefMut<'a, K, V> {
    _guard: Writing<'a, K, V>,
    key: *const K,
    value: *mut V,
}

impl<K, V> RefMut<'_, K, V> {
    /// The key.
    pub fn key(&self) -> &K {
        // SAFETY: the guard keeps the map as it is.
        unsafe { &*self.key }
    }

    /// The value.
    pub fn value(&self) -> &V {
        self
    }

    /// The value, mutably.
    pub fn value_mut(&mut self) -> &mut V {
        self
    }
}

impl<K, V> Deref for RefMut<'_, K, V> {
    type Target = V;

    fn deref(&self) -> &V {
        // SAFETY: the guard keeps the map as it is.
        unsafe { &*self.value }
    }
}

impl<K, V> DerefMut for RefMut<'_, K, V> {
    fn deref_mut(&mut self) -> &mut V {
        // SAFETY: the guard keeps the map as it is, and is this one's alone.
        unsafe { &mut *self.value }
    }
}

/// `dashmap::mapref::entry::Entry`.
pub enum Entry<'a, K, V> {
    /// The key is there.
    Occupied(OccupiedEntry<'a, K, V>),
    /// It is not.
    Vacant(VacantEntry<'a, K, V>),
}

/// An entry with a value.
pub struct OccupiedEntry<'a, K, V> {
    guard: Writing<'a, K, V>,
    key: K,
}

/// An entry without.
pub struct VacantEntry<'a, K, V> {
    guard: Writing<'a, K, V>,
    key: K,
}

impl<'a, K: Eq + Hash, V> OccupiedEntry<'a, K, V> {
    /// The value.
    pub fn get(&self) -> &V {
        &self.guard[&self.key]
    }

    /// The value, mutably.
    pub fn get_mut(&mut self) -> &mut V {
        self.guard.get_mut(&self.key).expect("it is there")
    }

    /// The value before.
    pub fn insert(&mut self, value: V) -> V {
        std::mem::replace(self.get_mut(), value)
    }

    /// The value that was there.
    pub fn remove(mut self) -> V {
        self.guard.remove(&self.key).expect("it is there")
    }

    /// The guard of the value.
    pub fn into_ref(mut self) -> RefMut<'a, K, V> {
        let key = self.guard.get_key_value(&self.key).expect("it is there").0 as *const K;
        let value = self.get_mut() as *mut V;
        RefMut {
            _guard: self.guard,
            key,
            value,
        }
    }
}

impl<'a, K: Eq + Hash + Clone, V> VacantEntry<'a, K, V> {
    /// The guard of the value, now that there is one.
    pub fn insert(mut self, value: V) -> RefMut<'a, K, V> {
        self.guard.insert(self.key.clone(), value);
        let VacantEntry { guard, key } = self;
        OccupiedEntry { guard, key }.into_ref()
    }
}

impl<'a, K: Eq + Hash + Clone, V> Entry<'a, K, V> {
    /// The guard of the value, which is `value` if there was none.
    pub fn or_insert(self, value: V) -> RefMut<'a, K, V> {
        self.or_insert_with(|| value)
    }

    /// The guard of the value, which `make` makes, under the lock, if there was none.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> RefMut<'a, K, V> {
        match self {
            Entry::Occupied(entry) => entry.into_ref(),
            Entry::Vacant(entry) => entry.insert(make()),
        }
    }

    /// The guard of the value, which is the default if there was none.
    pub fn or_default(self) -> RefMut<'a, K, V>
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// The entry, its value changed by `f` if there is one.
    pub fn and_modify(mut self, f: impl FnOnce(&mut V)) -> Self {
        if let Entry::Occupied(entry) = &mut self {
            f(entry.get_mut());
        }
        self
    }
}

/// `dashmap::DashSet`.
pub struct DashSet<K>(DashMap<K, ()>);

impl<K: Eq + Hash> DashSet<K> {
    /// An empty set.
    pub fn new() -> Self {
        DashSet(DashMap::new())
    }

    /// Whether the key was not there.
    #[track_caller]
    pub fn insert(&self, key: K) -> bool {
        self.0.insert(key, ()).is_none()
    }

    /// Whether the key is there.
    #[track_caller]
    pub fn contains<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(key)
    }

    /// The key that was there.
    #[track_caller]
    pub fn remove<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<K>
    where
        K: Borrow<Q>,
    {
        self.0.remove(key).map(|(key, ())| key)
    }

    /// How many keys there are.
    #[track_caller]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Eq + Hash> Default for DashSet<K> {
    fn default() -> Self {
        DashSet::new()
    }
}
