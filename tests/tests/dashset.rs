//! `fidge::dashmap::DashSet` does what dashmap's does, with detection on and off.

use fidge::dashmap::iter_set::{Iter, OwningIter};
use fidge::dashmap::setref::multiple::RefMulti;
use fidge::dashmap::setref::one::Ref;
use fidge::dashmap::{DashMap, DashSet};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::fmt::Debug;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::ops::Deref;
use std::thread;

type K = String;
type S = RandomState;
type Set = DashSet<K>;

/// Names every public item by its type: one that is missing fails the build.
#[test]
// A type written out in full is the point here.
#[allow(clippy::type_complexity)]
fn api() {
    let _: fn() -> Set = DashSet::new;
    let _: fn(usize) -> Set = DashSet::with_capacity;
    let _: fn(S) -> Set = Set::with_hasher;
    let _: fn(usize, S) -> Set = Set::with_capacity_and_hasher;
    let _: fn(&Set, &u8) -> usize = Set::hash_usize;
    let _: fn(&Set, K) -> bool = Set::insert;
    let _: fn(&Set, &str) -> Option<K> = Set::remove;
    let _: fn(&Set, &str, fn(&K) -> bool) -> Option<K> = Set::remove_if;
    let _: fn(&'static Set) -> Iter<'static, K, S, DashMap<K, (), S>> = Set::iter;
    let _: fn(&'static Set, &str) -> Option<Ref<'static, K>> = Set::get;
    let _: fn(&Set) = Set::shrink_to_fit;
    let _: fn(&Set, fn(&K) -> bool) = Set::retain;
    let _: fn(&Set) -> usize = Set::len;
    let _: fn(&Set) -> bool = Set::is_empty;
    let _: fn(&Set) = Set::clear;
    let _: fn(&Set) -> usize = Set::capacity;
    let _: fn(&Set, &str) -> bool = Set::contains;
    let _: fn(Set) -> OwningIter<K, S> = IntoIterator::into_iter;
    let _: for<'a> fn(&'a Ref<'static, K>) -> &'a K = Ref::key;
    let _: for<'a> fn(&'a RefMulti<'static, K>) -> &'a K = RefMulti::key;

    fn has<T: Clone + Debug + Default + Extend<K> + FromIterator<K>>() {}
    has::<Set>();
    fn reads<T: Deref<Target = K>>() {}
    reads::<Ref<'static, K>>();
    reads::<RefMulti<'static, K>>();
}

#[test]
fn send_and_sync_are_as_in_dashmap() {
    fn both<T: Send + Sync>() {}
    both::<Set>();
    both::<Ref<'static, K>>();
    both::<RefMulti<'static, K>>();
    both::<Iter<'static, K, S, DashMap<K, (), S>>>();
    both::<OwningIter<K, S>>();
}

fn planets() -> DashSet<&'static str> {
    DashSet::<_>::from_iter(["Venus", "Earth", "Mars"])
}

#[test]
fn insert_tells_whether_the_key_is_new() {
    let set = DashSet::new();

    assert!((0..100).all(|i| set.insert(i)));
    assert!((0..100).all(|i| !set.insert(i)));
    assert_eq!(set.len(), 100);
    assert_eq!(set.get(&7).as_deref(), Some(&7));
    assert!(set.contains(&99) && !set.contains(&100));
}

#[test]
fn remove_returns_the_key_once() {
    let set = planets();

    assert_eq!(set.remove("Mars"), Some("Mars"));
    assert_eq!(set.remove("Mars"), None);
    assert_eq!(set.remove_if("Venus", |name| name.starts_with('E')), None);
    assert_eq!(
        set.remove_if("Earth", |name| name.starts_with('E')),
        Some("Earth")
    );
    assert_eq!(set.remove_if("Pluto", |_| unreachable!()), None);
    assert_eq!(set.iter().map(|name| *name).collect::<Vec<_>>(), ["Venus"]);
}

#[test]
fn a_reference_locks_the_shard() {
    let set = planets();
    let mars = set.get("Mars").unwrap();

    assert_eq!((*mars, *mars.key()), ("Mars", "Mars"));
    thread::scope(|scope| {
        let remover = scope.spawn(|| set.remove("Mars"));
        drop(mars);
        assert_eq!(remover.join().unwrap(), Some("Mars"));
    });
}

#[test]
fn retain_clear_and_shrink() {
    let set: DashSet<u32> = (0..1000).collect();

    set.retain(|n| n % 10 == 0);
    assert_eq!(set.len(), 100);
    set.clear();
    assert!(set.is_empty() && set.capacity() > 0);
    set.shrink_to_fit();
    assert_eq!(set.capacity(), 0);
}

#[test]
fn iterators_meet_every_key_once() {
    let mut set = planets();
    set.extend(["Mars", "Saturn"]);
    let expected = BTreeSet::from(["Earth", "Mars", "Saturn", "Venus"]);

    assert_eq!(
        set.iter().map(|name| *name.key()).collect::<BTreeSet<_>>(),
        expected
    );
    assert_eq!(set.iter().count(), 4);
    assert_eq!(set.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn clone_and_debug() {
    let set = DashSet::<_>::from_iter([1]);
    let mut clone = set.clone();
    set.insert(2);
    assert_eq!(clone.len(), 1);
    assert_eq!(format!("{clone:?}"), "{1: ()}");

    clone.clone_from(&set);
    assert_eq!(clone.len(), 2);
    assert_eq!(format!("{:?}", DashSet::<u8>::default()), "{}");
}

#[test]
fn constructors_take_capacity_and_hasher() {
    let hasher = RandomState::new();
    let sets: [DashSet<u32>; 4] = [
        DashSet::new(),
        DashSet::with_capacity(100),
        DashSet::with_hasher(hasher.clone()),
        DashSet::with_capacity_and_hasher(100, hasher.clone()),
    ];

    for (i, set) in sets.iter().enumerate() {
        assert_eq!(set.capacity() >= 100, i % 2 == 1, "constructor {i}");
        assert!(set.insert(5));
    }
    assert_eq!(sets[3].hash_usize(&5_u32), hasher.hash_one(5_u32) as usize);
}

#[test]
fn each_key_is_claimed_by_one_thread() {
    let set = DashSet::new();

    let claimed: usize = thread::scope(|scope| {
        let claim = || (0..2_000_u32).filter(|&n| set.insert(n)).count();
        let claims: Vec<_> = (0..4).map(|_| scope.spawn(claim)).collect();
        claims
            .into_iter()
            .map(|claims| claims.join().unwrap())
            .sum()
    });

    assert_eq!(claimed, 2_000);
    assert_eq!(set.len(), 2_000);
}

#[derive(Clone, Debug)]
enum Op {
    Insert(u8),
    Remove(u8),
    RemoveIf(u8),
    Get(u8),
    Retain(u8),
    Clear,
    Shrink,
}

fn op() -> impl Strategy<Value = Op> {
    let key = || 0..32_u8;
    prop_oneof![
        6 => key().prop_map(Op::Insert),
        3 => key().prop_map(Op::Remove),
        1 => key().prop_map(Op::RemoveIf),
        2 => key().prop_map(Op::Get),
        1 => any::<u8>().prop_map(Op::Retain),
        1 => Just(Op::Clear),
        1 => Just(Op::Shrink),
    ]
}

/// The same code over either crate: what the operation returned, as text.
macro_rules! said {
    ($op:expr, $set:expr) => {
        match *$op {
            Op::Insert(key) => format!("{}", $set.insert(key)),
            Op::Remove(key) => format!("{:?}", $set.remove(&key)),
            Op::RemoveIf(key) => format!("{:?}", $set.remove_if(&key, |key| key % 2 == 0)),
            Op::Get(key) => format!("{:?} {}", $set.get(&key).as_deref(), $set.contains(&key)),
            Op::Retain(bits) => format!("{:?}", $set.retain(|key| bits >> (key % 8) & 1 == 0)),
            Op::Clear => format!("{:?}", $set.clear()),
            Op::Shrink => format!("{:?}", $set.shrink_to_fit()),
        }
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn random_operations_go_as_in_dashmap(ops in prop::collection::vec(op(), 1..100)) {
        type Fixed = BuildHasherDefault<DefaultHasher>;
        let ours = DashSet::with_hasher(Fixed::default());
        let theirs = ::dashmap::DashSet::with_hasher(Fixed::default());
        for op in &ops {
            prop_assert_eq!(said!(op, ours), said!(op, theirs), "{:?}", op);
            prop_assert_eq!(format!("{ours:?}"), format!("{theirs:?}"), "{:?}", op);
            prop_assert_eq!(ours.capacity(), theirs.capacity(), "{:?}", op);
        }
    }
}
