//! Every stable public method and trait of std's `hash_map`, named with its type: a missing one, or
//! one of another type, does not compile.

// The types are the test.
#![allow(clippy::type_complexity, clippy::extra_unused_lifetimes)]

use fidge::collections::hash_map::{
    self, DefaultHasher, Drain, Entry, ExtractIf, HashMap, IntoIter, IntoKeys, IntoValues, Iter,
    IterMut, Keys, OccupiedEntry, RandomState, VacantEntry, Values, ValuesMut,
};
use std::any::TypeId;
use std::collections::TryReserveError;
use std::fmt::Debug;
use std::hash::BuildHasher;
use std::iter::FusedIterator;
use std::ops::Index;

type K = String;
type V = u32;
type Map = HashMap<K, V>;
type Pred = fn(&K, &mut V) -> bool;

static AT_COMPILE_TIME: HashMap<K, V, ()> = HashMap::with_hasher(());

#[test]
fn map_has_every_method() {
    let _: fn() -> Map = HashMap::new;
    let _: fn(usize) -> Map = HashMap::with_capacity;
    let _: fn(RandomState) -> Map = HashMap::with_hasher;
    let _: fn(usize, RandomState) -> Map = HashMap::with_capacity_and_hasher;
    let _: fn(&Map) -> usize = HashMap::capacity;
    let _: fn(&Map) -> Keys<'_, K, V> = HashMap::keys;
    let _: fn(Map) -> IntoKeys<K, V> = HashMap::into_keys;
    let _: fn(&Map) -> Values<'_, K, V> = HashMap::values;
    let _: fn(&mut Map) -> ValuesMut<'_, K, V> = HashMap::values_mut;
    let _: fn(Map) -> IntoValues<K, V> = HashMap::into_values;
    let _: fn(&Map) -> Iter<'_, K, V> = HashMap::iter;
    let _: fn(&mut Map) -> IterMut<'_, K, V> = HashMap::iter_mut;
    let _: fn(&Map) -> usize = HashMap::len;
    let _: fn(&Map) -> bool = HashMap::is_empty;
    let _: fn(&mut Map) -> Drain<'_, K, V> = HashMap::drain;
    let _: fn(&mut Map, Pred) -> ExtractIf<'_, K, V, Pred> = HashMap::extract_if;
    let _: fn(&mut Map, Pred) = HashMap::retain;
    let _: fn(&mut Map) = HashMap::clear;
    let _: fn(&Map) -> &RandomState = HashMap::hasher;
    let _: fn(&mut Map, usize) = HashMap::reserve;
    let _: fn(&mut Map, usize) -> Result<(), TryReserveError> = HashMap::try_reserve;
    let _: fn(&mut Map) = HashMap::shrink_to_fit;
    let _: fn(&mut Map, usize) = HashMap::shrink_to;
    let _: fn(&mut Map, K) -> Entry<'_, K, V> = HashMap::entry;
    let _: for<'a> fn(&'a Map, &str) -> Option<&'a V> = HashMap::get::<str>;
    let _: for<'a> fn(&'a Map, &str) -> Option<(&'a K, &'a V)> = HashMap::get_key_value::<str>;
    let _: for<'a> fn(&'a mut Map, [&str; 3]) -> [Option<&'a mut V>; 3] =
        HashMap::get_disjoint_mut::<str, 3>;
    let _: for<'a> unsafe fn(&'a mut Map, [&str; 3]) -> [Option<&'a mut V>; 3] =
        HashMap::get_disjoint_unchecked_mut::<str, 3>;
    let _: fn(&Map, &str) -> bool = HashMap::contains_key::<str>;
    let _: for<'a> fn(&'a mut Map, &str) -> Option<&'a mut V> = HashMap::get_mut::<str>;
    let _: fn(&mut Map, K, V) -> Option<V> = HashMap::insert;
    let _: fn(&mut Map, &str) -> Option<V> = HashMap::remove::<str>;
    let _: fn(&mut Map, &str) -> Option<(K, V)> = HashMap::remove_entry::<str>;
    assert!(AT_COMPILE_TIME.is_empty());
}

#[test]
fn entries_have_every_method() {
    type E<'a> = Entry<'a, K, V>;
    type O<'a> = OccupiedEntry<'a, K, V>;
    type Va<'a> = VacantEntry<'a, K, V>;
    fn named<'a>() {
        let _: fn(E<'a>, V) -> &'a mut V = Entry::or_insert;
        let _: fn(E<'a>, fn() -> V) -> &'a mut V = Entry::or_insert_with;
        let _: fn(E<'a>, fn(&K) -> V) -> &'a mut V = Entry::or_insert_with_key;
        let _: for<'b> fn(&'b E<'a>) -> &'b K = Entry::key;
        let _: fn(E<'a>, fn(&mut V)) -> E<'a> = Entry::and_modify;
        let _: fn(E<'a>, V) -> O<'a> = Entry::insert_entry;
        let _: fn(E<'a>) -> &'a mut V = Entry::or_default;
        let _: for<'b> fn(&'b O<'a>) -> &'b K = OccupiedEntry::key;
        let _: fn(O<'a>) -> (K, V) = OccupiedEntry::remove_entry;
        let _: for<'b> fn(&'b O<'a>) -> &'b V = OccupiedEntry::get;
        let _: for<'b> fn(&'b mut O<'a>) -> &'b mut V = OccupiedEntry::get_mut;
        let _: fn(O<'a>) -> &'a mut V = OccupiedEntry::into_mut;
        let _: fn(&mut O<'a>, V) -> V = OccupiedEntry::insert;
        let _: fn(O<'a>) -> V = OccupiedEntry::remove;
        let _: for<'b> fn(&'b Va<'a>) -> &'b K = VacantEntry::key;
        let _: fn(Va<'a>) -> K = VacantEntry::into_key;
        let _: fn(Va<'a>, V) -> &'a mut V = VacantEntry::insert;
        let _: fn(Va<'a>, V) -> O<'a> = VacantEntry::insert_entry;
    }
    named();
}

fn clone<T: Clone>() {}
fn debug<T: Debug>() {}
fn default<T: Default>() {}
fn exact_size<T: ExactSizeIterator + FusedIterator>() {}
fn items<T: Iterator<Item = I>, I>() {}

#[test]
fn map_has_every_trait() {
    #[derive(Debug)]
    struct Opaque;
    fn equal<T: PartialEq + Eq>() {}
    fn extend<T: Extend<I>, I>() {}
    fn iterable<T: IntoIterator<Item = I, IntoIter = It>, I, It>() {}
    fn generic<'a, K, V, S>()
    where
        K: Eq + std::hash::Hash + Copy + Debug + 'a,
        V: Copy + Eq + Debug + 'a,
        S: BuildHasher + Default + Clone + 'a,
    {
        clone::<HashMap<K, V, S>>();
        debug::<HashMap<K, V, S>>();
        default::<HashMap<K, V, S>>();
        equal::<HashMap<K, V, S>>();
        extend::<HashMap<K, V, S>, (K, V)>();
        extend::<HashMap<K, V, S>, (&'a K, &'a V)>();
        let _: fn(Vec<(K, V)>) -> HashMap<K, V, S> = FromIterator::from_iter;
        let _: fn([(K, V); 2]) -> HashMap<K, V> = From::from;
        iterable::<HashMap<K, V, S>, (K, V), IntoIter<K, V>>();
        iterable::<&'a HashMap<K, V, S>, (&'a K, &'a V), Iter<'a, K, V>>();
        iterable::<&'a mut HashMap<K, V, S>, (&'a K, &'a mut V), IterMut<'a, K, V>>();
    }
    generic::<u8, u8, RandomState>();
    // Bounds that std does not have would show here.
    default::<HashMap<Opaque, Opaque>>();
    debug::<HashMap<Opaque, Opaque, ()>>();
    iterable::<HashMap<Opaque, Opaque, ()>, (Opaque, Opaque), IntoIter<Opaque, Opaque>>();
    fn index<'q>() {
        let _: for<'a> fn(&'a Map, &'q str) -> &'a V = <Map as Index<&'q str>>::index;
    }
    index();
}

#[test]
fn views_have_every_trait() {
    fn generic<'a, K: Debug + 'a, V: Debug + 'a>() {
        clone::<Iter<'a, K, V>>();
        clone::<Keys<'a, K, V>>();
        clone::<Values<'a, K, V>>();
        debug::<Drain<'a, K, V>>();
        debug::<Entry<'a, K, V>>();
        debug::<ExtractIf<'a, K, V, fn(&K, &mut V) -> bool>>();
        debug::<IntoIter<K, V>>();
        debug::<IntoKeys<K, V>>();
        debug::<IntoValues<K, V>>();
        debug::<Iter<'a, K, V>>();
        debug::<IterMut<'a, K, V>>();
        debug::<Keys<'a, K, V>>();
        debug::<OccupiedEntry<'a, K, V>>();
        debug::<VacantEntry<'a, K, V>>();
        debug::<Values<'a, K, V>>();
        debug::<ValuesMut<'a, K, V>>();
        default::<IntoIter<K, V>>();
        default::<IntoKeys<K, V>>();
        default::<IntoValues<K, V>>();
        default::<Iter<'a, K, V>>();
        default::<IterMut<'a, K, V>>();
        default::<Keys<'a, K, V>>();
        default::<Values<'a, K, V>>();
        default::<ValuesMut<'a, K, V>>();
    }
    // Keys show without their values, values without their keys.
    fn half<'a, T: Debug + 'a, Opaque: 'a>() {
        debug::<IntoKeys<T, Opaque>>();
        debug::<IntoValues<Opaque, T>>();
        debug::<Keys<'a, T, Opaque>>();
        debug::<VacantEntry<'a, T, Opaque>>();
        debug::<Values<'a, Opaque, T>>();
        debug::<ValuesMut<'a, Opaque, T>>();
    }
    fn iterators<'a, K: 'a, V: 'a>() {
        exact_size::<Drain<'a, K, V>>();
        exact_size::<IntoIter<K, V>>();
        exact_size::<IntoKeys<K, V>>();
        exact_size::<IntoValues<K, V>>();
        exact_size::<Iter<'a, K, V>>();
        exact_size::<IterMut<'a, K, V>>();
        exact_size::<Keys<'a, K, V>>();
        exact_size::<Values<'a, K, V>>();
        exact_size::<ValuesMut<'a, K, V>>();
        fn fused<T: FusedIterator>() {}
        fused::<ExtractIf<'a, K, V, fn(&K, &mut V) -> bool>>();
        items::<Drain<'a, K, V>, (K, V)>();
        items::<ExtractIf<'a, K, V, fn(&K, &mut V) -> bool>, (K, V)>();
        items::<IntoIter<K, V>, (K, V)>();
        items::<IntoKeys<K, V>, K>();
        items::<IntoValues<K, V>, V>();
        items::<Iter<'a, K, V>, (&'a K, &'a V)>();
        items::<IterMut<'a, K, V>, (&'a K, &'a mut V)>();
        items::<Keys<'a, K, V>, &'a K>();
        items::<Values<'a, K, V>, &'a V>();
        items::<ValuesMut<'a, K, V>, &'a mut V>();
    }
    generic::<K, V>();
    half::<K, V>();
    iterators::<K, V>();
}

#[test]
fn the_rest_of_collections_is_stds() {
    fn same<A: 'static, B: 'static>() -> bool {
        TypeId::of::<A>() == TypeId::of::<B>()
    }
    use std::collections as std_;
    assert!(same::<
        fidge::collections::BTreeMap<K, V>,
        std_::BTreeMap<K, V>,
    >());
    assert!(same::<fidge::collections::BTreeSet<K>, std_::BTreeSet<K>>());
    assert!(same::<fidge::collections::BinaryHeap<K>, std_::BinaryHeap<K>>());
    assert!(same::<fidge::collections::LinkedList<K>, std_::LinkedList<K>>());
    assert!(same::<fidge::collections::TryReserveError, TryReserveError>());
    assert!(same::<fidge::collections::VecDeque<K>, std_::VecDeque<K>>());
    assert!(same::<
        fidge::collections::btree_map::Keys<K, V>,
        std_::btree_map::Keys<K, V>,
    >());
    assert!(same::<DefaultHasher, std_::hash_map::DefaultHasher>());
    assert!(same::<hash_map::RandomState, std_::hash_map::RandomState>());
    assert!(same::<fidge::collections::HashMap<K, V>, Map>());
    let detect = cfg!(feature = "detect");
    assert_eq!(same::<Map, std_::HashMap<K, V>>(), !detect);
}
