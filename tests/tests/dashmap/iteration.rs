//! Iterators.

use fidge::dashmap::DashMap;
use std::collections::BTreeMap;

fn squares(n: u32) -> DashMap<u32, u32> {
    (0..n).map(|i| (i, i * i)).collect()
}

#[test]
fn an_iterator_meets_every_entry_once() {
    let map = squares(100);

    let mut met: Vec<_> = map
        .iter()
        .map(|item| (*item.key(), *item.value()))
        .collect();
    met.sort_unstable();
    assert_eq!(met, (0..100).map(|i| (i, i * i)).collect::<Vec<_>>());

    assert_eq!(map.iter().count(), 100);
    assert_eq!((&map).into_iter().map(|item| *item).max(), Some(99 * 99));
    assert!(
        map.iter()
            .all(|item| item.pair().0.pow(2) == *item.pair().1)
    );
}

#[test]
fn an_iterator_at_its_end_stays_there() {
    let map = squares(1);
    let mut iter = map.iter();

    assert!(iter.next().is_some());
    assert!(iter.next().is_none());
    assert!(iter.next().is_none());
}

#[test]
fn a_mutable_iterator_changes_what_it_meets() {
    let map = squares(50);

    for mut item in map.iter_mut() {
        *item += 1;
        *item.value_mut() += 1;
        let (key, value) = item.pair_mut();
        *value += key;
        assert_eq!(item.pair(), (item.key(), item.value()));
    }

    assert_eq!(map.iter_mut().count(), 50);
    assert!(
        map.iter()
            .all(|item| *item == item.key().pow(2) + 2 + item.key())
    );
}

#[test]
fn an_owning_iterator_hands_the_entries_out() {
    let map = squares(30);
    let mut iter = map.into_iter();
    let first = iter.next().unwrap();

    let all: BTreeMap<_, _> = iter.chain([first]).collect();
    assert_eq!(all, (0..30).map(|i| (i, i * i)).collect());
}

#[test]
fn a_cloned_iterator_starts_over() {
    let map = squares(10);
    let mut iter = map.iter();
    let _first = iter.next();

    assert_eq!(iter.clone().count(), 10);
    assert_eq!(iter.count(), 9);
}

#[test]
fn items_of_one_shard_share_its_lock() {
    let map: DashMap<u32, u32> = DashMap::with_shard_amount(2);
    (0..64).for_each(|key| assert_eq!(map.insert(key, 0), None));

    let items: Vec<_> = map.iter().collect();
    assert_eq!(items.len(), 64);
    assert!(map.try_get(&0).is_present());
    assert!(map.try_get_mut(&0).is_locked());
    drop(items);
    assert!(map.try_get_mut(&0).is_present());

    let mut items: Vec<_> = map.iter_mut().collect();
    items.iter_mut().for_each(|item| **item += 1);
    assert!(map.try_get(&0).is_locked());
    drop(items);
    assert_eq!(*map.get(&0).unwrap(), 1);
}

#[test]
fn an_iterator_that_is_dropped_unlocks_its_shard() {
    let map = squares(64);
    {
        let mut iter = map.iter_mut();
        let item = iter.next().unwrap();
        let key = *item.key();
        drop(item);
        assert!(map.try_get(&key).is_locked());
    }
    assert!((0..64).all(|key| map.try_get_mut(&key).is_present()));
}
