//! Single operations, one strand.

use fidge::dashmap::DashMap;
use fidge::dashmap::try_result::TryResult;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

fn cities() -> DashMap<&'static str, u32> {
    DashMap::<_, _>::from_iter([("Bern", 134), ("Oslo", 717), ("Riga", 605)])
}

#[test]
fn insert_tells_what_it_overwrites() {
    let map = DashMap::new();

    assert_eq!(map.insert("Bern", 1), None);
    assert_eq!(map.insert("Bern", 2), Some(1));
    assert_eq!(map.len(), 1);
    assert_eq!(*map.get("Bern").unwrap(), 2);
}

#[test]
fn a_key_is_found_by_its_borrowed_form_and_after_many_growths() {
    let map = DashMap::new();
    for i in 0..5_000_u32 {
        assert_eq!(map.insert(i.to_string(), i), None);
        map.insert("0".to_owned(), i);
    }

    assert_eq!(map.len(), 5_000);
    assert_eq!(*map.get("0").unwrap(), 4_999);
    for i in 1..5_000_u32 {
        let found = map.get(i.to_string().as_str()).unwrap();
        assert_eq!(found.pair(), (&i.to_string(), &i));
    }
}

#[test]
fn remove_returns_the_pair_once() {
    let map = cities();

    assert_eq!(map.remove("Oslo"), Some(("Oslo", 717)));
    assert_eq!(map.remove("Oslo"), None);
    assert!(!map.contains_key("Oslo"));
    assert_eq!(map.len(), 2);

    assert_eq!(map.insert("Oslo", 1), None);
    assert_eq!(*map.get("Oslo").unwrap(), 1);
}

#[test]
fn a_conditional_remove_asks_only_for_a_key_that_is_there() {
    let map = cities();

    assert_eq!(map.remove_if("Rome", |_, _| unreachable!()), None);
    assert_eq!(map.remove_if_mut("Rome", |_, _| unreachable!()), None);
    assert_eq!(
        map.remove_if("Bern", |&city, &size| city == "Bern" && size > 500),
        None
    );
    assert_eq!(
        map.remove_if("Riga", |_, &size| size > 500),
        Some(("Riga", 605))
    );
    assert_eq!(map.len(), 2);
}

#[test]
fn a_conditional_remove_may_change_what_it_keeps() {
    let map = cities();
    let shrink = |_: &&str, size: &mut u32| {
        *size /= 2;
        *size < 100
    };

    assert_eq!(map.remove_if_mut("Bern", shrink), Some(("Bern", 67)));
    assert_eq!(map.remove_if_mut("Oslo", shrink), None);
    assert_eq!(*map.get("Oslo").unwrap(), 358);
}

#[test]
fn alter_replaces_a_value_that_is_there() {
    let map = cities();

    map.alter("Bern", |&city, size| size + city.len() as u32);
    map.alter("Rome", |_, _| unreachable!());
    assert_eq!(*map.get("Bern").unwrap(), 138);

    map.alter_all(|_, size| size * 2);
    assert_eq!(*map.get("Bern").unwrap(), 276);
    assert_eq!(*map.get("Riga").unwrap(), 1210);
}

#[test]
fn view_is_a_function_of_the_pair() {
    let map = cities();

    assert_eq!(
        map.view("Bern", |city, size| format!("{city} {size}")),
        Some("Bern 134".into())
    );
    assert_eq!(map.view("Rome", |_, _| ()), None);
}

#[test]
fn retain_sees_all_and_may_change_what_it_keeps() {
    let map = cities();

    map.retain(|city, size| {
        *size += 1;
        city.contains('i') || *size == 135
    });

    assert_eq!(map.len(), 2);
    assert_eq!(*map.get("Bern").unwrap(), 135);
    assert_eq!(*map.get("Riga").unwrap(), 606);
}

#[test]
fn clear_keeps_the_memory_and_shrink_gives_it_back() {
    let map: DashMap<u32, u32> = (0..1000).map(|i| (i, i)).collect();
    assert!(map.capacity() >= 1000);

    map.clear();
    assert!(map.is_empty());
    assert!(map.capacity() > 0);
    assert!(map.get(&7).is_none());

    map.shrink_to_fit();
    assert_eq!(map.capacity(), 0);
}

#[test]
fn reserving_makes_room_or_says_why_not() {
    let mut map: DashMap<u32, u32> = DashMap::new();
    assert_eq!(map.capacity(), 0);

    map.try_reserve(10).unwrap();
    assert!(map.capacity() >= 10);

    let error = map.try_reserve(usize::MAX).unwrap_err();
    assert_eq!(error, error.clone());
    assert!(format!("{error:?}").contains("TryReserveError"));
}

#[test]
fn constructors_take_capacity_hasher_and_shards() {
    let hasher = RandomState::new();
    let maps: [DashMap<u32, u32>; 8] = [
        DashMap::new(),
        DashMap::with_capacity(100),
        DashMap::with_shard_amount(2),
        DashMap::with_capacity_and_shard_amount(100, 4),
        DashMap::with_hasher(hasher.clone()),
        DashMap::with_capacity_and_hasher(100, hasher.clone()),
        DashMap::with_hasher_and_shard_amount(hasher.clone(), 8),
        DashMap::with_capacity_and_hasher_and_shard_amount(100, hasher.clone(), 16),
    ];
    for (i, map) in maps.iter().enumerate() {
        assert_eq!(map.capacity() >= 100, i % 2 == 1, "constructor {i}");
        map.insert(1, 2);
        assert_eq!(*map.get(&1).unwrap(), 2);
    }
    assert_eq!(maps[7].hash_usize(&5_u32), hasher.hash_one(5_u32) as usize);
    assert_eq!(maps[7].hasher().hash_one(5_u32), hasher.hash_one(5_u32));

    use fidge::dashmap::Map;
    assert_eq!(
        [2, 3, 6, 7].map(|i: usize| maps[i]._shard_count()),
        [2, 4, 8, 16]
    );
}

#[test]
fn a_shard_amount_is_a_power_of_two_above_one() {
    for amount in [0, 1, 3, 12] {
        let made = std::panic::catch_unwind(|| DashMap::<u8, u8>::with_shard_amount(amount));
        assert!(made.is_err(), "{amount} shards");
    }
}

#[test]
fn operators_stand_for_methods() {
    let map = DashMap::new();

    assert_eq!(&map << ("Bern", 1), None);
    assert_eq!(&map << ("Bern", 2), Some(1));
    *(&map | "Bern") += 5;
    assert_eq!(*(&map >> "Bern"), 7);
    assert!(&map & "Bern");
    assert_eq!(&map - "Bern", Some(("Bern", 7)));
    assert!(!(&map & "Bern"));
}

#[test]
#[should_panic(expected = "called `Option::unwrap()` on a `None` value")]
fn the_get_operator_panics_for_an_absent_key() {
    let _ = &cities() >> "Rome";
}

#[test]
#[should_panic(expected = "called `Option::unwrap()` on a `None` value")]
fn the_get_mut_operator_panics_for_an_absent_key() {
    let _ = &cities() | "Rome";
}

#[test]
fn try_operations_do_not_wait() {
    let map = DashMap::<_, _>::from_iter([("Bern", 1)]);
    {
        let _writer = map.get_mut("Bern");
        assert!(map.try_get("Bern").is_locked());
        assert!(map.try_get_mut("Bern").is_locked());
        assert!(map.try_entry("Bern").is_none());
    }
    {
        let _reader = map.get("Bern");
        assert_eq!(*map.try_get("Bern").unwrap(), 1);
        assert!(matches!(map.try_get_mut("Bern"), TryResult::Locked));
        assert!(map.try_entry("Bern").is_none());
    }
    *map.try_get_mut("Bern").unwrap() += 1;
    assert_eq!(map.try_get("Bern").try_unwrap().as_deref(), Some(&2));

    map.remove("Bern");
    assert!(map.try_get("Bern").is_absent());
    assert!(map.try_get_mut("Bern").is_absent());
    *map.try_entry("Bern").unwrap().or_insert(3) += 1;
    assert!(map.try_get("Bern").is_present());
    assert_eq!(*map.get("Bern").unwrap(), 4);
}

#[test]
fn a_clone_is_a_map_of_its_own() {
    let map = cities();
    let mut clone = map.clone();
    *clone.get_mut("Bern").unwrap() = 0;
    map.remove("Oslo");

    assert_eq!(clone.len(), 3);
    assert_eq!(*map.get("Bern").unwrap(), 134);

    clone.clone_from(&map);
    assert_eq!(clone.len(), 2);
}

#[test]
fn debug_prints_a_map() {
    let map: DashMap<&str, u32> = DashMap::default();
    assert_eq!(format!("{map:?}"), "{}");

    map.insert("Bern", 1);
    assert_eq!(format!("{map:?}"), r#"{"Bern": 1}"#);
    assert_eq!(format!("{map:#?}"), "{\n    \"Bern\": 1,\n}");
}

#[test]
fn extend_overwrites() {
    let mut map = cities();
    map.extend([("Bern", 1), ("Rome", 2)]);

    assert_eq!(map.len(), 4);
    assert_eq!(*map.get("Bern").unwrap(), 1);
}
