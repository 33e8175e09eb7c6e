//! Entries.

use fidge::dashmap::{DashMap, Entry};

#[test]
fn an_entry_knows_whether_its_key_is_there() {
    let map = DashMap::new();

    assert!(matches!(map.entry(1), Entry::Vacant(_)));
    map.insert(1, "one");
    assert!(matches!(map.entry(1), Entry::Occupied(entry) if *entry.get() == "one"));
}

#[test]
fn a_vacant_entry_that_is_dropped_leaves_nothing() {
    let map: DashMap<String, u32> = DashMap::new();

    let entry = map.entry("a".into());
    assert_eq!(entry.key(), "a");
    assert_eq!(entry.into_key(), "a");

    assert!(map.is_empty());
}

#[test]
fn or_insert_and_its_kin_insert_only_where_nothing_is() {
    let map: DashMap<u32, u32> = DashMap::new();

    assert_eq!(*map.entry(1).or_insert(10), 10);
    assert_eq!(*map.entry(1).or_insert(11), 10);
    assert_eq!(*map.entry(2).or_insert_with(|| 20), 20);
    assert_eq!(*map.entry(2).or_insert_with(|| unreachable!()), 20);
    assert_eq!(*map.entry(3).or_default(), 0);
    *map.entry(3).or_default() += 30;
    assert_eq!(*map.entry(3).or_default(), 30);
    assert_eq!(
        map.entry(4).or_try_insert_with(|| Err("no")).err(),
        Some("no")
    );
    assert!(!map.contains_key(&4));
    assert_eq!(
        *map.entry(4).or_try_insert_with(|| Ok::<_, ()>(40)).unwrap(),
        40
    );
    assert_eq!(*map.entry(4).or_try_insert_with(|| Err(())).unwrap(), 40);
    assert_eq!(map.len(), 4);
}

#[test]
fn and_modify_changes_what_is_there() {
    let map = DashMap::new();

    map.entry("a").and_modify(|n| *n += 1).or_insert(40);
    assert_eq!(*map.get("a").unwrap(), 40);
    map.entry("a").and_modify(|n| *n += 2).or_insert(0);
    assert_eq!(*map.get("a").unwrap(), 42);
}

#[test]
fn insert_sets_the_value_either_way() {
    let map = DashMap::new();

    let mut first = map.entry("a").insert(1);
    assert_eq!(first.pair(), (&"a", &1));
    *first += 1;
    drop(first);
    assert_eq!(*map.entry("a").insert(7), 7);
    assert_eq!(*map.get("a").unwrap(), 7);
}

#[test]
fn insert_entry_returns_an_occupied_entry_either_way() {
    let map: DashMap<u32, u32> = DashMap::new();

    let entry = map.entry(1).insert_entry(2);
    assert_eq!((entry.key(), entry.get()), (&1, &2));
    assert_eq!(entry.remove(), 2);
    assert!(map.is_empty());

    map.insert(1, 1000);
    let mut entry = map.entry(1).insert_entry(3);
    *entry.get_mut() += 1;
    drop(entry);
    assert_eq!(*map.get(&1).unwrap(), 4);
}

#[test]
fn an_occupied_entry_reads_writes_and_becomes_a_reference() {
    let map = DashMap::<_, _>::from_iter([("a", 1)]);
    let Entry::Occupied(mut entry) = map.entry("a") else {
        panic!("expected the key")
    };

    assert_eq!(entry.insert(5), 1);
    *entry.get_mut() += 1;
    assert_eq!(*entry.get(), 6);
    let mut reference = entry.into_ref();
    *reference += 1;
    assert!(map.try_get("a").is_locked());
    drop(reference);
    assert_eq!(*map.get("a").unwrap(), 7);
}

#[test]
fn an_occupied_entry_removes() {
    let map = DashMap::<_, _>::from_iter([("a", 1), ("b", 2)]);
    let occupied = |key| match map.entry(key) {
        Entry::Occupied(entry) => entry,
        Entry::Vacant(_) => panic!("expected {key}"),
    };

    assert_eq!(occupied("a").remove(), 1);
    assert_eq!(occupied("b").remove_entry(), ("b", 2));
    assert!(map.is_empty());
    assert_eq!(*map.entry("a").or_insert(9), 9);
}

/// Equal keys that can be told apart.
#[derive(Clone, Debug)]
struct Name(&'static str, u32);

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl Eq for Name {}
impl std::hash::Hash for Name {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

#[test]
fn which_of_two_equal_keys_stays_and_which_comes_back() {
    let map = DashMap::<_, _>::from_iter([(Name("a", 1), 1)]);
    let occupied = |serial| match map.entry(Name("a", serial)) {
        Entry::Occupied(entry) => entry,
        Entry::Vacant(_) => panic!("expected the key"),
    };

    assert_eq!(occupied(2).key().1, 1);
    assert_eq!(occupied(2).into_key().1, 2);
    assert_eq!(map.entry(Name("a", 3)).into_key().1, 3);
    map.insert(Name("a", 4), 4);
    assert_eq!(map.get(&Name("a", 0)).unwrap().key().1, 1);

    let (key, value) = occupied(5).replace_entry(5);
    assert_eq!((key.1, value), (1, 4));
    let (key, value) = occupied(6).remove_entry();
    assert_eq!((key.1, value), (5, 5));
}

/// A name, which is looked up when it is hashed.
#[derive(PartialEq, Eq)]
struct Alias(u32);

static NAMES: std::sync::LazyLock<DashMap<Alias, u32>> = std::sync::LazyLock::new(DashMap::new);

impl std::hash::Hash for Alias {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        if self.0 > 9 {
            let stands_for = NAMES.get(&Alias(self.0 / 10)).map(|name| *name);
            assert_eq!(stands_for, Some(1));
        }
        self.0.hash(state);
    }
}

#[test]
fn a_key_is_hashed_before_its_shard_is_locked() {
    NAMES.insert(Alias(1), 1);
    NAMES.entry(Alias(10)).or_insert(2);
    assert_eq!(NAMES.insert(Alias(11), 3), None);
    assert_eq!(NAMES.remove(&Alias(10)).map(|(_, value)| value), Some(2));
    assert_eq!(NAMES.len(), 2);
}
