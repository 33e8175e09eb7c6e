//! A key's place in the map.

use self::Entry::{Occupied, Vacant};
use crate::collections::contract::Contract;
use crate::collections::tracked::Tracked;
use crate::engine::{At, How, Op, What};
use crate::value::{self, Value};
use std::collections::hash_map as real;
use std::fmt;
use std::mem;

/// A key's place in the map, as [`HashMap::entry`](super::HashMap::entry) finds it.
pub enum Entry<'a, K: 'a, V: 'a> {
    /// The key is there.
    Occupied(OccupiedEntry<'a, K, V>),
    /// The key is not there.
    Vacant(VacantEntry<'a, K, V>),
}

/// The place of a key that is there.
pub struct OccupiedEntry<'a, K: 'a, V: 'a> {
    pub(super) base: real::OccupiedEntry<'a, K, Tracked<V>>,
    pub(super) contract: &'a Contract,
    /// The key's hash, where its history counts; 0 otherwise.
    pub(super) hash: u64,
}

/// The place of a key that is not there.
pub struct VacantEntry<'a, K: 'a, V: 'a> {
    pub(super) base: real::VacantEntry<'a, K, Tracked<V>>,
    pub(super) contract: &'a Contract,
    /// The key's hash, where its history counts; 0 otherwise.
    pub(super) hash: u64,
}

impl<'a, K, V> Entry<'a, K, V> {
    /// The value, which is `default` where there was none.
    #[inline]
    #[track_caller]
    pub fn or_insert(self, default: V) -> &'a mut V {
        let at = At::here(&Op("Entry::or_insert"));
        match self {
            Occupied(entry) => entry.into_mut_at(&at),
            Vacant(entry) => entry.insert_at(default, &at),
        }
    }

    /// The value, which `default` makes where there was none.
    #[inline]
    #[track_caller]
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> &'a mut V {
        let at = At::here(&Op("Entry::or_insert_with"));
        match self {
            Occupied(entry) => entry.into_mut_at(&at),
            Vacant(entry) => entry.insert_at(default(), &at),
        }
    }

    /// The value, which `default` makes of the key where there was none.
    #[inline]
    #[track_caller]
    pub fn or_insert_with_key<F: FnOnce(&K) -> V>(self, default: F) -> &'a mut V {
        let at = At::here(&Op("Entry::or_insert_with_key"));
        match self {
            Occupied(entry) => entry.into_mut_at(&at),
            Vacant(entry) => {
                let value = default(entry.key());
                entry.insert_at(value, &at)
            }
        }
    }

    /// The key.
    #[inline]
    #[track_caller]
    pub fn key(&self) -> &K {
        match self {
            Occupied(entry) => entry.key(),
            Vacant(entry) => entry.key(),
        }
    }

    /// Lets `f` change the value where there is one.
    #[inline]
    #[track_caller]
    pub fn and_modify<F>(mut self, f: F) -> Self
    where
        F: FnOnce(&mut V),
    {
        if let Occupied(entry) = &mut self {
            f(entry.get_mut_at(&At::here(&Op("Entry::and_modify"))));
        }
        self
    }

    /// Gives the key the value `value`.
    #[inline]
    #[track_caller]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V> {
        let at = At::here(&Op("Entry::insert_entry"));
        match self {
            Occupied(mut entry) => {
                *entry.get_mut_at(&at) = value;
                entry
            }
            Vacant(entry) => entry.insert_entry_at(value, &at),
        }
    }
}

impl<'a, K, V: Default> Entry<'a, K, V> {
    /// The value, which is the default one where there was none.
    #[inline]
    #[track_caller]
    pub fn or_default(self) -> &'a mut V {
        let at = At::here(&Op("Entry::or_default"));
        match self {
            Occupied(entry) => entry.into_mut_at(&at),
            Vacant(entry) => entry.insert_at(V::default(), &at),
        }
    }
}

impl<'a, K, V> OccupiedEntry<'a, K, V> {
    /// The map's key.
    #[inline]
    #[track_caller]
    pub fn key(&self) -> &K {
        self.contract.look(&At::here(&Op("OccupiedEntry::key")));
        self.base.key()
    }

    /// Takes the key out of the map and returns it with its value.
    #[inline]
    #[track_caller]
    pub fn remove_entry(self) -> (K, V) {
        let at = At::here(&Op("OccupiedEntry::remove_entry"));
        self.contract.change(&at);
        let (key, mut tracked) = self.base.remove_entry();
        let histories = &self.contract.histories;
        histories.removed(&mut tracked.past, || self.hash, How::Whole, &at);
        (key, tracked.into_value())
    }

    /// The value.
    #[inline]
    #[track_caller]
    pub fn get(&self) -> &V {
        let at = At::here(&Op("OccupiedEntry::get"));
        self.contract.look(&at);
        let tracked = self.base.get();
        let histories = &self.contract.histories;
        histories.found(tracked, || self.hash, What::Value, &at);
        tracked.read(&at)
    }

    /// The value, to be written while the entry lives.
    #[inline]
    #[track_caller]
    pub fn get_mut(&mut self) -> &mut V {
        self.get_mut_at(&At::here(&Op("OccupiedEntry::get_mut")))
    }

    /// The value, to be written while the map is borrowed.
    #[inline]
    #[track_caller]
    pub fn into_mut(self) -> &'a mut V {
        self.into_mut_at(&At::here(&Op("OccupiedEntry::into_mut")))
    }

    /// Gives the key the value `value` and returns the one it had.
    #[inline]
    #[track_caller]
    pub fn insert(&mut self, value: V) -> V {
        mem::replace(
            self.get_mut_at(&At::here(&Op("OccupiedEntry::insert"))),
            value,
        )
    }

    /// Takes the key out of the map and returns its value.
    #[inline]
    #[track_caller]
    pub fn remove(self) -> V {
        let at = At::here(&Op("OccupiedEntry::remove"));
        self.contract.change(&at);
        let mut tracked = self.base.remove();
        let histories = &self.contract.histories;
        histories.removed(&mut tracked.past, || self.hash, How::Whole, &at);
        tracked.into_value()
    }

    #[inline]
    fn get_mut_at(&mut self, at: &At) -> &mut V {
        self.contract.look(at);
        self.writes(at);
        self.base.get_mut().write(at)
    }

    #[inline]
    fn into_mut_at(self, at: &At) -> &'a mut V {
        self.contract.look(at);
        self.writes(at);
        self.base.into_mut().write(at)
    }

    /// Tells the key's history that its value may be written from now on.
    #[inline]
    fn writes(&self, at: &At) {
        let histories = &self.contract.histories;
        // What the caller makes of it is not seen.
        let (past, unknown) = (&self.base.get().past, Value::UNKNOWN);
        histories.written(past, || self.hash, unknown, How::Whole, at);
    }
}

impl<'a, K: 'a, V: 'a> VacantEntry<'a, K, V> {
    /// The key that is not there.
    #[inline]
    pub fn key(&self) -> &K {
        self.base.key()
    }

    /// The key, given back.
    #[inline]
    pub fn into_key(self) -> K {
        self.base.into_key()
    }

    /// Gives the key the value `value`.
    #[inline]
    #[track_caller]
    pub fn insert(self, value: V) -> &'a mut V {
        self.insert_at(value, &At::here(&Op("VacantEntry::insert")))
    }

    /// Gives the key the value `value` and returns its place.
    #[inline]
    #[track_caller]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V> {
        self.insert_entry_at(value, &At::here(&Op("VacantEntry::insert_entry")))
    }

    #[inline]
    fn insert_at(self, value: V, at: &At) -> &'a mut V {
        self.contract.change(at);
        let tracked = self.tracked(value, at);
        self.base.insert(tracked).value_mut()
    }

    #[inline]
    fn insert_entry_at(self, value: V, at: &At) -> OccupiedEntry<'a, K, V> {
        self.contract.change(at);
        let tracked = self.tracked(value, at);
        OccupiedEntry {
            base: self.base.insert_entry(tracked),
            contract: self.contract,
            hash: self.hash,
        }
    }

    /// The value with the history of its key.
    #[inline]
    fn tracked(&self, value: V, at: &At) -> Tracked<V> {
        let (histories, new) = (&self.contract.histories, value::of(&value));
        let tracked = Tracked::resumed(value, histories.resume(|| self.hash));
        histories.written(&tracked.past, || self.hash, new, How::Whole, at);
        tracked
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Entry<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Vacant(entry) => f.debug_tuple("Entry").field(entry).finish(),
            Occupied(entry) => f.debug_tuple("Entry").field(entry).finish(),
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for OccupiedEntry<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedEntry")
            .field("key", self.key())
            .field("value", self.get())
            .finish_non_exhaustive()
    }
}

impl<K: fmt::Debug, V> fmt::Debug for VacantEntry<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").field(self.key()).finish()
    }
}
