//! The place of a key in the map, there or not.

use super::one::RefMut;
use crate::dashmap::edges::Edges;
use crate::dashmap::hold::{Hold, Vacancy};
use crate::dashmap::tracked::Tracked;
use crate::engine::{At, How, Key, Mode, Op, Resource, What};
use crate::value;
use ::dashmap as upstream;
use std::hash::Hash;
use std::mem;
use std::ptr::NonNull;

/// The place of a key; it locks the shard while it lives.
pub enum Entry<'a, K, V> {
    /// The key is there.
    Occupied(OccupiedEntry<'a, K, V>),
    /// The key is not there.
    Vacant(VacantEntry<'a, K, V>),
}

impl<'a, K: Eq + Hash, V> Entry<'a, K, V> {
    /// Applies `f` to the value, if there is one.
    #[track_caller]
    #[inline]
    pub fn and_modify(self, f: impl FnOnce(&mut V)) -> Self {
        match self {
            Entry::Occupied(mut entry) => {
                f(entry.get_mut());
                Entry::Occupied(entry)
            }
            Entry::Vacant(entry) => Entry::Vacant(entry),
        }
    }

    /// The key.
    #[track_caller]
    #[inline]
    pub fn key(&self) -> &K {
        match self {
            Entry::Occupied(entry) => entry.key(),
            Entry::Vacant(entry) => entry.key(),
        }
    }

    /// The key that the entry was asked for with.
    #[track_caller]
    #[inline]
    pub fn into_key(self) -> K {
        match self {
            Entry::Occupied(entry) => entry.into_key(),
            Entry::Vacant(entry) => entry.into_key(),
        }
    }

    /// A reference to the value; the default one is inserted where there is none.
    #[track_caller]
    #[inline]
    pub fn or_default(self) -> RefMut<'a, K, V>
    where
        V: Default,
    {
        match self {
            Entry::Occupied(entry) => entry.into_ref(),
            Entry::Vacant(entry) => entry.insert(V::default()),
        }
    }

    /// A reference to the value; `value` is inserted where there is none.
    #[track_caller]
    #[inline]
    pub fn or_insert(self, value: V) -> RefMut<'a, K, V> {
        match self {
            Entry::Occupied(entry) => entry.into_ref(),
            Entry::Vacant(entry) => entry.insert(value),
        }
    }

    /// A reference to the value; `value()` is inserted where there is none.
    #[track_caller]
    #[inline]
    pub fn or_insert_with(self, value: impl FnOnce() -> V) -> RefMut<'a, K, V> {
        match self {
            Entry::Occupied(entry) => entry.into_ref(),
            Entry::Vacant(entry) => entry.insert(value()),
        }
    }

    /// A reference to the value; what `value()` is `Ok` with is inserted where there is none.
    ///
    /// # Errors
    ///
    /// That of `value()`; the map is as before.
    #[track_caller]
    #[inline]
    pub fn or_try_insert_with<E>(
        self,
        value: impl FnOnce() -> Result<V, E>,
    ) -> Result<RefMut<'a, K, V>, E> {
        match self {
            Entry::Occupied(entry) => Ok(entry.into_ref()),
            Entry::Vacant(entry) => Ok(entry.insert(value()?)),
        }
    }

    /// Sets the value and returns a reference to it.
    #[track_caller]
    #[inline]
    pub fn insert(self, value: V) -> RefMut<'a, K, V> {
        match self {
            Entry::Occupied(mut entry) => {
                entry.insert(value);
                entry.into_ref()
            }
            Entry::Vacant(entry) => entry.insert(value),
        }
    }

    /// Sets the value and returns the entry, which then is occupied.
    #[track_caller]
    #[inline]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V>
    where
        K: Clone,
    {
        match self {
            Entry::Occupied(mut entry) => {
                entry.insert(value);
                entry
            }
            Entry::Vacant(entry) => entry.insert_entry(value),
        }
    }
}

/// The place of a key that is not there.
pub struct VacantEntry<'a, K, V> {
    vacancy: Vacancy<'a>,
    entry: upstream::VacantEntry<'a, K, Tracked<V>>,
}

impl<'a, K: Eq + Hash, V> VacantEntry<'a, K, V> {
    /// `edges`, `hash` and `shard` are those of the map and the key.
    #[inline]
    pub(in crate::dashmap) fn new(
        entry: upstream::VacantEntry<'a, K, Tracked<V>>,
        edges: &'a Edges,
        hash: u64,
        shard: Resource,
        at: &At,
    ) -> Self {
        VacantEntry {
            vacancy: Vacancy::take(edges, hash, shard, at),
            entry,
        }
    }

    /// Inserts the value and returns a reference to it.
    #[track_caller]
    #[inline]
    pub fn insert(self, value: V) -> RefMut<'a, K, V> {
        let at = At::here(&Op("VacantEntry::insert"));
        let VacantEntry { vacancy, entry } = self;
        let key = vacancy.key(value::of(&value), &at);
        let tracked = Tracked::new(value, key);
        let guard = RefMut::new(entry.insert(tracked), vacancy.shard, What::Nothing, &at);
        vacancy.filled();
        guard
    }

    /// Inserts the value and returns the entry, which then is occupied.
    #[track_caller]
    #[inline]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V>
    where
        K: Clone,
    {
        let at = At::here(&Op("VacantEntry::insert_entry"));
        let VacantEntry { vacancy, entry } = self;
        let key = vacancy.key(value::of(&value), &at);
        let tracked = Tracked::new(value, key);
        let entry = entry.insert_entry(tracked);
        let entry = OccupiedEntry::new(entry, vacancy.edges, vacancy.shard, What::Nothing, &at);
        vacancy.filled();
        entry
    }

    /// The key, back.
    #[track_caller]
    #[inline]
    pub fn into_key(self) -> K {
        drop(self.vacancy);
        self.entry.into_key()
    }

    /// The key.
    #[track_caller]
    #[inline]
    pub fn key(&self) -> &K {
        self.entry.key()
    }
}

/// The place of a key that is there.
pub struct OccupiedEntry<'a, K, V> {
    hold: Hold,
    entry: upstream::OccupiedEntry<'a, K, Tracked<V>>,
    // As in `RefMut`.
    value: NonNull<V>,
    hash: u64,
    edges: &'a Edges,
}

// SAFETY: under the bounds by which dashmap's own entry, which this one points into, is `Send`.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Send for OccupiedEntry<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Sync for OccupiedEntry<'_, K, V> {}

impl<'a, K: Eq + Hash, V> OccupiedEntry<'a, K, V> {
    #[inline]
    pub(in crate::dashmap) fn new(
        mut entry: upstream::OccupiedEntry<'a, K, Tracked<V>>,
        edges: &'a Edges,
        shard: Resource,
        what: What,
        at: &At,
    ) -> Self {
        let Tracked { value, key } = entry.get_mut();
        let hash = key.hash();
        let (value, key) = (NonNull::from(value), NonNull::from(key));
        // SAFETY: `entry` locks the shard, and is dropped after the hold.
        let now = || value::of(unsafe { value.as_ref() });
        // SAFETY: as above.
        let hold = unsafe { Hold::take(key, shard, Mode::Exclusive, (what, now), at) };
        OccupiedEntry {
            hold,
            entry,
            value,
            hash,
            edges,
        }
    }

    /// The value.
    #[track_caller]
    #[inline]
    pub fn get(&self) -> &V {
        // SAFETY: `entry` keeps the value in place and to itself while it lives.
        unsafe { self.value.as_ref() }
    }

    /// The value, to be changed.
    #[track_caller]
    #[inline]
    pub fn get_mut(&mut self) -> &mut V {
        // SAFETY: the entry keeps the value in place, and to itself, for longer than the hold lives.
        unsafe { self.hold.change(self.value, How::Whole) };
        // SAFETY: as in `get`; `&mut self` makes this the only reference to the value.
        unsafe { self.value.as_mut() }
    }

    /// Sets the value and returns the one before.
    #[track_caller]
    #[inline]
    pub fn insert(&mut self, value: V) -> V {
        let at = At::here(&Op("OccupiedEntry::insert"));
        self.hold.wrote(value::of(&value), How::Whole, &at);
        // SAFETY: as in `get`; `&mut self` makes this the only reference to the value.
        mem::replace(unsafe { self.value.as_mut() }, value)
    }

    /// A reference to the value that may outlive the entry.
    #[track_caller]
    #[inline]
    pub fn into_ref(self) -> RefMut<'a, K, V> {
        RefMut::held(self.hold, self.entry.into_ref(), self.value)
    }

    /// The key that the entry was asked for with.
    #[track_caller]
    #[inline]
    pub fn into_key(self) -> K {
        drop(self.hold);
        self.entry.into_key()
    }

    /// The key, as it is in the map.
    #[track_caller]
    #[inline]
    pub fn key(&self) -> &K {
        self.entry.key()
    }

    /// Removes the entry and returns the value.
    #[track_caller]
    #[inline]
    pub fn remove(self) -> V {
        self.leave(&At::here(&Op("OccupiedEntry::remove")))
            .remove()
            .value
    }

    /// Removes the entry and returns key and value, as they were in the map.
    #[track_caller]
    #[inline]
    pub fn remove_entry(self) -> (K, V) {
        let entry = self.leave(&At::here(&Op("OccupiedEntry::remove_entry")));
        let (key, tracked) = entry.remove_entry();
        (key, tracked.value)
    }

    /// Gives the key back as one that is about to be removed; the shard stays locked.
    #[inline]
    fn leave(self, at: &At) -> upstream::OccupiedEntry<'a, K, Tracked<V>> {
        let old = value::of(self.get());
        self.edges
            .removed(self.hold, self.hash, old, How::Whole, at);
        self.entry
    }

    /// Sets both key and value and returns those before.
    #[track_caller]
    #[inline]
    pub fn replace_entry(mut self, value: V) -> (K, V) {
        // The key's clock stays in the map: given back first, as the entry cannot be asked for it
        // once the shard is unlocked, then moved over.
        let shard = self.hold.shard();
        drop(self.hold);
        let key = mem::replace(&mut self.entry.get_mut().key, Key::new(self.hash));
        let at = At::here(&Op("OccupiedEntry::replace_entry"));
        key.written(shard, value::of(&value), How::Whole, &at);
        let (key, old) = self.entry.replace_entry(Tracked::new(value, key));
        (key, old.value)
    }
}
