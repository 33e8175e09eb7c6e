//! `ReadOnlyView`.

use fidge::dashmap::DashMap;
use std::thread;

fn numerals() -> DashMap<u32, String> {
    DashMap::<_, _>::from_iter([
        (1, "I".to_owned()),
        (5, "V".to_owned()),
        (10, "X".to_owned()),
    ])
}

#[test]
fn a_view_is_the_map_it_was_made_of() {
    let map = numerals();
    let (len, capacity) = (map.len(), map.capacity());

    let view = map.into_read_only();
    assert_eq!(
        (view.len(), view.is_empty(), view.capacity()),
        (len, false, capacity)
    );

    let map = view.into_inner();
    assert_eq!(
        (map.len(), map.is_empty(), map.capacity()),
        (len, false, capacity)
    );
    assert_eq!(map.remove(&5), Some((5, "V".to_owned())));
}

#[test]
fn a_view_lends_plain_references() {
    let view = numerals().into_read_only();

    let five: &String = view.get(&5).unwrap();
    let (key, value): (&u32, &String) = view.get_key_value(&5).unwrap();
    assert_eq!((key, value), (&5, five));
    assert!(std::ptr::eq(five, value));
    assert!(view.contains_key(&10));
    assert!(!view.contains_key(&7));
    assert_eq!(view.get(&7), None);
    assert_eq!(view.get_key_value(&7), None);
}

#[test]
fn a_view_iterates_in_the_order_of_its_map() {
    let map = numerals();
    let order: Vec<u32> = map.iter().map(|item| *item.key()).collect();
    let view = map.into_read_only();

    assert!(view.keys().eq(&order));
    assert!(view.iter().map(|(key, _)| key).eq(&order));
    assert!(
        view.values()
            .eq(order.iter().map(|key| view.get(key).unwrap()))
    );
}

#[test]
fn a_view_clones_and_prints() {
    let view = DashMap::<_, _>::from_iter([("a", 1)]).into_read_only();
    assert_eq!(format!("{view:?}"), r#"{"a": 1}"#);

    let other = view.clone().into_inner();
    other.insert("a", 2);
    assert_eq!(view.get("a"), Some(&1));
}

#[test]
fn a_view_is_read_by_many_threads() {
    let view = DashMap::<_, _>::from_iter((0..1000_u64).map(|i| (i, i * 3))).into_read_only();

    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!((0..1000).all(|i| view.get(&i) == Some(&(i * 3)))));
        }
    });
    assert_eq!(view.values().sum::<u64>(), 3 * 1000 * 999 / 2);
}
