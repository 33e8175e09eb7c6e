//! What the model cannot show: keys that differ though they are equal, drops, panics, zero-sized
//! and borrowed types.

use fidge::collections::HashMap;
use fidge::collections::hash_map::{Entry, IterMut, RandomState};
use std::cell::{Cell, RefCell};
use std::hash::{BuildHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// Equal by its first half; the second tells equal keys apart.
#[derive(Clone, Copy, Debug)]
struct Twin(u8, &'static str);

impl PartialEq for Twin {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl Eq for Twin {}
impl Hash for Twin {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// Says so when it is dropped.
struct Dropped<'a>(u8, &'a RefCell<Vec<u8>>);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}
impl PartialEq for Dropped<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl Eq for Dropped<'_> {}
impl Hash for Dropped<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

fn message(panic: Box<dyn std::any::Any + Send>) -> String {
    panic
        .downcast::<String>()
        .map_or_else(|panic| (*panic.downcast::<&str>().unwrap()).into(), |m| *m)
}

#[test]
fn a_key_that_is_there_stays() {
    let mut map = HashMap::from([(Twin(1, "old"), 1)]);
    assert_eq!(map.insert(Twin(1, "new"), 2), Some(1));
    map.extend([(Twin(1, "newer"), 3)]);
    *map.entry(Twin(1, "newest")).or_insert(0) += 1;
    assert_eq!(map.entry(Twin(1, "asked")).key().1, "old");
    let (key, value) = map.remove_entry(&Twin(1, "asked")).unwrap();
    assert_eq!((key.1, value), ("old", 4));
}

#[test]
fn a_vacant_entry_has_the_key_it_was_asked_for() {
    let mut map: HashMap<Twin, ()> = HashMap::new();
    let Entry::Vacant(entry) = map.entry(Twin(1, "mine")) else {
        panic!("the map is empty")
    };
    assert_eq!(entry.key().1, "mine");
    assert_eq!(entry.into_key().1, "mine");
    assert!(map.is_empty());
}

#[test]
fn everything_is_dropped_once() {
    let log = RefCell::new(Vec::new());
    let pair = |n| (Dropped(n, &log), Dropped(100 + n, &log));
    let logged = || {
        let mut all = log.take();
        all.sort();
        all
    };
    // The hash is the number's alone.
    #[allow(clippy::mutable_key_type)]
    let mut map: HashMap<_, _> = (0..6).map(pair).collect();
    assert!(logged().is_empty());
    let (key, value) = pair(0);
    let old = map.insert(key, value);
    assert_eq!(
        (logged(), old.map(|v| v.0)),
        (vec![0], Some(100)),
        "the new key goes"
    );
    assert_eq!(logged(), [100]);
    map.remove(&pair(1).0).unwrap();
    assert_eq!(logged(), [1, 1, 101, 101]);
    map.retain(|key, _| key.0 != 2);
    assert_eq!(logged(), [2, 102]);
    drop(map.extract_if(|key, _| key.0 == 3).next());
    assert_eq!(logged(), [3, 103]);
    let mut values = map.into_values();
    let one = values.next().unwrap();
    assert_eq!(logged().len(), 1, "its key");
    drop(values);
    assert_eq!(logged().len(), 4);
    drop(one);
    assert_eq!(logged().len(), 1);
}

#[test]
fn a_drain_that_is_dropped_empties_the_map() {
    let log = RefCell::new(Vec::new());
    let mut map: HashMap<u8, _> = (0..9).map(|n| (n, Dropped(n, &log))).collect();
    let room = map.capacity();
    drop(map.drain().next());
    assert_eq!(
        (log.borrow().len(), map.len(), map.capacity()),
        (9, 0, room)
    );
}

#[test]
fn indexing_an_absent_key_panics_as_std_does() {
    let map: HashMap<&str, u8> = HashMap::new();
    let ours = catch_unwind(|| map["absent"]).unwrap_err();
    let model: std::collections::HashMap<&str, u8> = Default::default();
    let stds = catch_unwind(|| model["absent"]).unwrap_err();
    assert_eq!(message(ours), message(stds));
}

#[test]
fn too_much_room_panics_as_std_does() {
    let ours = catch_unwind(|| HashMap::<u64, u64>::with_capacity(usize::MAX)).unwrap_err();
    type Real = std::collections::HashMap<u64, u64>;
    let stds = catch_unwind(|| Real::with_capacity(usize::MAX)).unwrap_err();
    assert_eq!(message(ours), message(stds));
    let mut map: HashMap<u64, u64> = HashMap::new();
    assert_eq!(
        message(catch_unwind(AssertUnwindSafe(|| map.reserve(usize::MAX))).unwrap_err()),
        "Hash table capacity overflow"
    );
    assert!(map.try_reserve(usize::MAX).is_err());
}

#[test]
fn a_retain_that_panics_leaves_what_it_has_not_removed() {
    let mut map: HashMap<u8, u8> = (0..50).map(|n| (n, n)).collect();
    let mut asked = 0;
    let stopped = catch_unwind(AssertUnwindSafe(|| {
        map.retain(|_, _| {
            asked += 1;
            assert!(asked < 10, "stop");
            false
        });
    }));
    assert!(stopped.is_err());
    assert_eq!(map.len(), 41);
    assert!(map.iter().all(|(k, v)| k == v));
}

#[test]
fn extractions_nest() {
    let mut outer: HashMap<u8, u8> = (0..20).map(|n| (n, n)).collect();
    let mut inner: HashMap<u8, u8> = (0..20).map(|n| (n, n)).collect();
    let mut taken = Vec::new();
    let odd: Vec<_> = outer
        .extract_if(|key, _| {
            taken.extend(inner.extract_if(|other, _| *other == *key && other % 4 == 0));
            key % 2 == 1
        })
        .map(|(key, _)| key)
        .collect();
    taken.sort();
    assert_eq!((odd.len(), outer.len(), inner.len()), (10, 10, 15));
    assert_eq!(taken, [(0, 0), (4, 4), (8, 8), (12, 12), (16, 16)]);
}

#[test]
fn extraction_moves_its_state_along() {
    let mut map: HashMap<u8, u8> = (0..10).map(|n| (n, n)).collect();
    let calls = Cell::new(0);
    let (min, calls_) = (5, &calls);
    let mut boxed = Box::new(map.extract_if(move |key, value| {
        calls_.set(calls_.get() + 1);
        *value += 1;
        *key >= min
    }));
    let first = boxed.next();
    let unboxed = *boxed;
    assert_eq!(
        first
            .into_iter()
            .chain(unboxed)
            .map(|(k, v)| v - k)
            .sum::<u8>(),
        5
    );
    assert_eq!(calls.get(), 10);
    assert!((0..5).all(|key| map[&key] == key + 1));
}

#[test]
fn keys_are_found_by_what_they_borrow_as() {
    let mut map = HashMap::from([(String::from("a"), 1), (String::from("b"), 2)]);
    assert_eq!(map.get("a"), Some(&1));
    assert_eq!(map["b"], 2);
    let [a, none, b] = map.get_disjoint_mut(["a", "c", "b"]);
    std::mem::swap(a.unwrap(), b.unwrap());
    assert!(none.is_none());
    // SAFETY: the two keys differ.
    let [a, b] = unsafe { map.get_disjoint_unchecked_mut(["a", "b"]) };
    assert_eq!((a, b), (Some(&mut 2), Some(&mut 1)));
    assert_eq!(map.remove("a"), Some(2));
}

#[test]
fn zero_sized_keys_and_values() {
    let mut map = HashMap::new();
    assert_eq!(map.insert((), ()), None);
    assert_eq!(map.insert((), ()), Some(()));
    assert_eq!((map.len(), map.iter().next()), (1, Some((&(), &()))));
}

#[test]
fn an_iterator_by_default_yields_nothing() {
    let mut none = IterMut::<u8, u8>::default();
    assert_eq!((none.len(), none.next()), (0, None));
}

#[test]
fn values_that_are_shared_are_cloned_not_copied() {
    let value = Rc::new(());
    let map = HashMap::from([(1, value.clone())]);
    let copy = map.clone();
    assert_eq!(Rc::strong_count(&value), 3);
    drop(map);
    assert_eq!((Rc::strong_count(&value), copy.len()), (2, 1));
}

/// Counts how often it is asked to hash.
#[derive(Clone, Default)]
struct Counting(Rc<Cell<usize>>, RandomState);

impl BuildHasher for Counting {
    type Hasher = <RandomState as BuildHasher>::Hasher;
    fn build_hasher(&self) -> Self::Hasher {
        self.0.set(self.0.get() + 1);
        self.1.build_hasher()
    }
}

#[test]
fn a_key_is_hashed_once_to_be_read_or_written() {
    let count = Counting::default();
    let mut map = HashMap::with_capacity_and_hasher(10, count.clone());
    let mut hashed = |f: &mut dyn FnMut(&mut HashMap<u8, u8, Counting>)| {
        count.0.set(0);
        f(&mut map);
        count.0.get()
    };
    assert_eq!(hashed(&mut |map| _ = map.insert(1, 1)), 1);
    assert_eq!(hashed(&mut |map| _ = map.insert(1, 2)), 1);
    assert_eq!(hashed(&mut |map| _ = map.get(&1)), 1);
    assert_eq!(hashed(&mut |map| _ = map.get_mut(&1)), 1);
    assert_eq!(hashed(&mut |map| *map.entry(1).or_insert(0) += 1), 1);
    assert_eq!(hashed(&mut |map| _ = map.entry(2).or_insert(0)), 1);
    assert_eq!(hashed(&mut |map| _ = map.remove(&3)), 1);
}
