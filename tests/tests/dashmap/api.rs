//! Names every public item of the map's side by its type: one that is missing fails the build.
// A type written out in full is the point here.
#![allow(clippy::type_complexity)]

use fidge::dashmap::iter::{Iter, IterMut, OwningIter};
use fidge::dashmap::mapref::entry::{Entry, OccupiedEntry, VacantEntry};
use fidge::dashmap::mapref::multiple::{RefMulti, RefMutMulti};
use fidge::dashmap::mapref::one::{MappedRef, MappedRefMut, Ref, RefMut};
use fidge::dashmap::try_result::TryResult;
use fidge::dashmap::{DashMap, Map, ReadOnlyView, TryReserveError};
use std::collections::hash_map::RandomState;
use std::fmt::{Debug, Display};
use std::ops::{BitAnd, BitOr, Deref, DerefMut, Shl, Shr, Sub};

type K = String;
type V = u64;
type S = RandomState;
type M = DashMap<K, V>;
type View = ReadOnlyView<K, V>;
/// What `map` goes from the value to.
type T = [u8];

#[test]
fn dashmap() {
    let _: fn() -> M = DashMap::new;
    let _: fn(usize) -> M = DashMap::with_capacity;
    let _: fn(usize) -> M = DashMap::with_shard_amount;
    let _: fn(usize, usize) -> M = DashMap::with_capacity_and_shard_amount;
    let _: fn(S) -> M = M::with_hasher;
    let _: fn(usize, S) -> M = M::with_capacity_and_hasher;
    let _: fn(S, usize) -> M = M::with_hasher_and_shard_amount;
    let _: fn(usize, S, usize) -> M = M::with_capacity_and_hasher_and_shard_amount;
    let _: fn(M) -> View = M::into_read_only;
    let _: fn(&M, &u8) -> usize = M::hash_usize;
    let _: fn(&M) -> &S = M::hasher;
    let _: fn(&M, K, V) -> Option<V> = M::insert;
    let _: fn(&M, &str) -> Option<(K, V)> = M::remove;
    let _: fn(&M, &str, fn(&K, &V) -> bool) -> Option<(K, V)> = M::remove_if;
    let _: fn(&M, &str, fn(&K, &mut V) -> bool) -> Option<(K, V)> = M::remove_if_mut;
    let _: fn(&'static M) -> Iter<'static, K, V, S, M> = M::iter;
    let _: fn(&'static M) -> IterMut<'static, K, V, S, M> = M::iter_mut;
    let _: fn(&'static M, &str) -> Option<Ref<'static, K, V>> = M::get;
    let _: fn(&'static M, &str) -> Option<RefMut<'static, K, V>> = M::get_mut;
    let _: fn(&'static M, &str) -> TryResult<Ref<'static, K, V>> = M::try_get;
    let _: fn(&'static M, &str) -> TryResult<RefMut<'static, K, V>> = M::try_get_mut;
    let _: fn(&M) = M::shrink_to_fit;
    let _: fn(&M, fn(&K, &mut V) -> bool) = M::retain;
    let _: fn(&M) -> usize = M::len;
    let _: fn(&M) -> bool = M::is_empty;
    let _: fn(&M) = M::clear;
    let _: fn(&M) -> usize = M::capacity;
    let _: fn(&M, &str, fn(&K, V) -> V) = M::alter;
    let _: fn(&M, fn(&K, V) -> V) = M::alter_all;
    let _: fn(&M, &str, fn(&K, &V) -> u8) -> Option<u8> = M::view;
    let _: fn(&M, &str) -> bool = M::contains_key;
    let _: fn(&'static M, K) -> Entry<'static, K, V> = M::entry;
    let _: fn(&'static M, K) -> Option<Entry<'static, K, V>> = M::try_entry;
    let _: fn(&mut M, usize) -> Result<(), TryReserveError> = M::try_reserve;
}

#[test]
fn dashmap_traits() {
    fn has<T: Clone + Debug + Default + Extend<(K, V)> + FromIterator<(K, V)>>() {}
    has::<M>();
    let _: fn(M) -> OwningIter<K, V, S> = IntoIterator::into_iter;
    let _: fn(&'static M) -> Iter<'static, K, V, S, M> = IntoIterator::into_iter;
    let _: fn(&'static M, (K, V)) -> Option<V> = Shl::shl;
    let _: fn(&'static M, &'static str) -> Ref<'static, K, V> = Shr::shr;
    let _: fn(&'static M, &'static str) -> RefMut<'static, K, V> = BitOr::bitor;
    let _: fn(&'static M, &'static str) -> Option<(K, V)> = Sub::sub;
    let _: fn(&'static M, &'static str) -> bool = BitAnd::bitand;
}

#[test]
fn map_trait() {
    fn names<X: Map<'static, K, V, S> + 'static>() {
        let _: fn(&X) -> usize = X::_shard_count;
        let _: fn(&X, K, V) -> Option<V> = X::_insert;
        let _: fn(&X, &str) -> Option<(K, V)> = X::_remove;
        let _: fn(&X, &str, fn(&K, &V) -> bool) -> Option<(K, V)> = X::_remove_if;
        let _: fn(&X, &str, fn(&K, &mut V) -> bool) -> Option<(K, V)> = X::_remove_if_mut;
        let _: fn(&'static X) -> Iter<'static, K, V, S, X> = X::_iter;
        let _: fn(&'static X) -> IterMut<'static, K, V, S, X> = X::_iter_mut;
        let _: fn(&'static X, &str) -> Option<Ref<'static, K, V>> = X::_get;
        let _: fn(&'static X, &str) -> Option<RefMut<'static, K, V>> = X::_get_mut;
        let _: fn(&'static X, &str) -> TryResult<Ref<'static, K, V>> = X::_try_get;
        let _: fn(&'static X, &str) -> TryResult<RefMut<'static, K, V>> = X::_try_get_mut;
        let _: fn(&X) = X::_shrink_to_fit;
        let _: fn(&X, fn(&K, &mut V) -> bool) = X::_retain;
        let _: fn(&X) -> usize = X::_len;
        let _: fn(&X) -> usize = X::_capacity;
        let _: fn(&X, &str, fn(&K, V) -> V) = X::_alter;
        let _: fn(&X, fn(&K, V) -> V) = X::_alter_all;
        let _: fn(&X, &str, fn(&K, &V) -> u8) -> Option<u8> = X::_view;
        let _: fn(&'static X, K) -> Entry<'static, K, V> = X::_entry;
        let _: fn(&'static X, K) -> Option<Entry<'static, K, V>> = X::_try_entry;
        let _: fn(&X) -> S = X::_hasher;
        let _: fn(&X) = X::_clear;
        let _: fn(&'static X, &str) -> bool = X::_contains_key;
        let _: fn(&X) -> bool = X::_is_empty;
    }
    names::<M>();

    // An iterator names the map it iterates over, which defaults to the map itself.
    fn is_iterator<I: Iterator>() {}
    is_iterator::<Iter<'static, K, V>>();
    is_iterator::<IterMut<'static, K, V>>();
    is_iterator::<OwningIter<K, V>>();
    fn is_clone<I: Clone>() {}
    is_clone::<Iter<'static, K, V>>();
}

#[test]
fn entry() {
    type E = Entry<'static, K, V>;
    type O = OccupiedEntry<'static, K, V>;
    type Vac = VacantEntry<'static, K, V>;
    type R = RefMut<'static, K, V>;

    let _: fn(O) -> E = Entry::Occupied;
    let _: fn(Vac) -> E = Entry::Vacant;
    let _: fn(E, fn(&mut V)) -> E = E::and_modify;
    let _: fn(&E) -> &K = E::key;
    let _: fn(E) -> K = E::into_key;
    let _: fn(E) -> R = E::or_default;
    let _: fn(E, V) -> R = E::or_insert;
    let _: fn(E, fn() -> V) -> R = E::or_insert_with;
    let _: fn(E, fn() -> Result<V, u8>) -> Result<R, u8> = E::or_try_insert_with;
    let _: fn(E, V) -> R = E::insert;
    let _: fn(E, V) -> O = E::insert_entry;

    let _: fn(Vac, V) -> R = Vac::insert;
    let _: fn(Vac, V) -> O = Vac::insert_entry;
    let _: fn(Vac) -> K = Vac::into_key;
    let _: fn(&Vac) -> &K = Vac::key;

    let _: fn(&O) -> &V = O::get;
    let _: fn(&mut O) -> &mut V = O::get_mut;
    let _: fn(&mut O, V) -> V = O::insert;
    let _: fn(O) -> R = O::into_ref;
    let _: fn(O) -> K = O::into_key;
    let _: fn(&O) -> &K = O::key;
    let _: fn(O) -> V = O::remove;
    let _: fn(O) -> (K, V) = O::remove_entry;
    let _: fn(O, V) -> (K, V) = O::replace_entry;
}

#[test]
fn references() {
    type R = Ref<'static, K, V>;
    type Mut = RefMut<'static, K, V>;
    type Part = MappedRef<'static, K, V, u8>;
    type PartMut = MappedRefMut<'static, K, V, u8>;

    let _: fn(&R) -> &K = R::key;
    let _: fn(&R) -> &V = R::value;
    let _: fn(&R) -> (&K, &V) = R::pair;
    let _: fn(R, fn(&V) -> &u8) -> Part = R::map;
    let _: fn(R, fn(&V) -> Option<&u8>) -> Result<Part, R> = R::try_map;

    let _: fn(&Mut) -> &K = Mut::key;
    let _: fn(&Mut) -> &V = Mut::value;
    let _: fn(&mut Mut) -> &mut V = Mut::value_mut;
    let _: fn(&Mut) -> (&K, &V) = Mut::pair;
    let _: fn(&mut Mut) -> (&K, &mut V) = Mut::pair_mut;
    let _: fn(Mut) -> R = Mut::downgrade;
    let _: fn(Mut, fn(&mut V) -> &mut u8) -> PartMut = Mut::map;
    let _: fn(Mut, fn(&mut V) -> Option<&mut u8>) -> Result<PartMut, Mut> = Mut::try_map;

    let _: fn(&Part) -> &K = Part::key;
    let _: fn(&Part) -> &u8 = Part::value;
    let _: fn(&Part) -> (&K, &u8) = Part::pair;
    let _: fn(Part, fn(&u8) -> &u8) -> Part = Part::map;
    let _: fn(Part, fn(&u8) -> Option<&u8>) -> Result<Part, Part> = Part::try_map;

    let _: fn(&PartMut) -> &K = PartMut::key;
    let _: fn(&PartMut) -> &u8 = PartMut::value;
    let _: fn(&mut PartMut) -> &mut u8 = PartMut::value_mut;
    let _: fn(&PartMut) -> (&K, &u8) = PartMut::pair;
    let _: fn(&mut PartMut) -> (&K, &mut u8) = PartMut::pair_mut;
    let _: fn(PartMut, fn(&mut u8) -> &mut u8) -> PartMut = PartMut::map;
    let _: fn(PartMut, fn(&mut u8) -> Option<&mut u8>) -> Result<PartMut, PartMut> =
        PartMut::try_map;

    fn reads<X: Deref<Target = Y>, Y>() {}
    fn writes<X: DerefMut<Target = Y>, Y>() {}
    fn prints<X: Debug>() {}
    reads::<R, V>();
    writes::<Mut, V>();
    reads::<Part, u8>();
    writes::<PartMut, u8>();
    prints::<(R, Mut, Part, PartMut)>();

    fn part_passes_on<X: Display + AsRef<T>>() {}
    part_passes_on::<MappedRef<'static, K, V, String>>();
}

#[test]
fn references_of_iterators() {
    type R = RefMulti<'static, K, V>;
    type Mut = RefMutMulti<'static, K, V>;

    let _: fn(&R) -> &K = R::key;
    let _: fn(&R) -> &V = R::value;
    let _: fn(&R) -> (&K, &V) = R::pair;
    let _: fn(&Mut) -> &K = Mut::key;
    let _: fn(&Mut) -> &V = Mut::value;
    let _: fn(&mut Mut) -> &mut V = Mut::value_mut;
    let _: fn(&Mut) -> (&K, &V) = Mut::pair;
    let _: fn(&mut Mut) -> (&K, &mut V) = Mut::pair_mut;

    fn reads<X: Deref<Target = V>>() {}
    fn writes<X: DerefMut<Target = V>>() {}
    reads::<R>();
    writes::<Mut>();
}

#[test]
fn read_only_view() {
    let _: fn(View) -> M = View::into_inner;
    let _: fn(&View) -> usize = View::len;
    let _: fn(&View) -> bool = View::is_empty;
    let _: fn(&View) -> usize = View::capacity;
    let _: fn(&'static View, &str) -> bool = View::contains_key;
    let _: fn(&'static View, &str) -> Option<&'static V> = View::get;
    let _: fn(&'static View, &str) -> Option<(&'static K, &'static V)> = View::get_key_value;
    fn items<I: Iterator<Item = T> + 'static, T>(_: fn(&'static View) -> I) {}
    items::<_, (&'static K, &'static V)>(View::iter);
    items::<_, &'static K>(View::keys);
    items::<_, &'static V>(View::values);
    fn has<T: Clone + Debug>() {}
    has::<View>();
}

#[test]
fn results() {
    let _: [fn(u8) -> TryResult<u8>; 1] = [TryResult::Present];
    let _: [TryResult<u8>; 2] = [TryResult::Absent, TryResult::Locked];
    let _: fn(&TryResult<u8>) -> bool = TryResult::is_present;
    let _: fn(&TryResult<u8>) -> bool = TryResult::is_absent;
    let _: fn(&TryResult<u8>) -> bool = TryResult::is_locked;
    let _: fn(TryResult<u8>) -> u8 = TryResult::unwrap;
    let _: fn(TryResult<u8>) -> Option<u8> = TryResult::try_unwrap;
    fn has<T: Clone + PartialEq + Eq + Debug>() {}
    has::<TryReserveError>();
}

#[test]
fn send_and_sync_are_as_in_dashmap() {
    fn both<T: Send + Sync>() {}
    both::<M>();
    both::<View>();
    both::<Entry<'static, K, V>>();
    both::<OccupiedEntry<'static, K, V>>();
    both::<VacantEntry<'static, K, V>>();
    both::<Ref<'static, K, V>>();
    both::<RefMut<'static, K, V>>();
    both::<RefMulti<'static, K, V>>();
    both::<RefMutMulti<'static, K, V>>();
    both::<Iter<'static, K, V>>();
    both::<IterMut<'static, K, V>>();
    both::<OwningIter<K, V>>();
}

/// Bounds only where dashmap has them: a struct may hold any of these for any `K` and `V`.
#[allow(dead_code)]
struct Unbounded<'a, K, V, S, T> {
    map: DashMap<K, V, S>,
    view: ReadOnlyView<K, V, S>,
    entry: Entry<'a, K, V>,
    references: (Ref<'a, K, V>, RefMut<'a, K, V>),
    parts: (MappedRef<'a, K, V, T>, MappedRefMut<'a, K, V, T>),
    items: (RefMulti<'a, K, V>, RefMutMulti<'a, K, V>),
    iterators: (Iter<'a, K, V, S>, IterMut<'a, K, V, S>, OwningIter<K, V, S>),
}

/// A longer borrow of the map serves as a shorter one.
#[allow(dead_code)]
fn covariant<'short, 'long: 'short>(
    (a, b, c, d): (
        Ref<'long, K, V>,
        RefMut<'long, K, V>,
        Entry<'long, K, V>,
        Iter<'long, K, V>,
    ),
) -> (
    Ref<'short, K, V>,
    RefMut<'short, K, V>,
    Entry<'short, K, V>,
    Iter<'short, K, V>,
) {
    (a, b, c, d)
}
