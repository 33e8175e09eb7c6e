//! What the model cannot show: elements that are found by what they borrow as, drops and panics.

use fidge::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

#[test]
fn elements_are_found_by_what_they_borrow_as() {
    let mut set = HashSet::from([String::from("a"), String::from("b")]);
    assert!(set.contains("a"));
    assert_eq!(set.get("b").map(String::as_str), Some("b"));
    assert_eq!(set.take("a"), Some(String::from("a")));
    assert!(!set.remove("a") && set.remove("b"));
    let mut slices = HashSet::from([vec![1, 2], vec![]]);
    assert!(slices.contains(&[1, 2][..]) && slices.remove(&[][..]));
}

#[test]
fn everything_is_dropped_once() {
    let element = Rc::new(7);
    let mut set = HashSet::from([element.clone(), Rc::new(8)]);
    assert_eq!(Rc::strong_count(&element), 2);
    assert!(!set.insert(element.clone()));
    assert_eq!(Rc::strong_count(&element), 2, "the second is dropped");
    let twin = Rc::new(7);
    let old = set.replace(twin.clone());
    assert!(old.is_some_and(|old| Rc::ptr_eq(&old, &element)));
    assert_eq!(
        (Rc::strong_count(&element), Rc::strong_count(&twin)),
        (1, 2)
    );
    drop(set.drain());
    assert_eq!((Rc::strong_count(&twin), set.len()), (1, 0));
}

#[test]
fn a_predicate_that_panics_leaves_what_it_has_not_removed() {
    let mut set: HashSet<u8> = (0..50).collect();
    let mut asked = 0;
    let stopped = catch_unwind(AssertUnwindSafe(|| {
        set.extract_if(|_| {
            asked += 1;
            assert!(asked < 10, "stop");
            true
        })
        .count()
    }));
    assert!(stopped.is_err());
    assert_eq!(set.len(), 41);
    assert_eq!(set.extract_if(|_| true).count(), 41);
}

#[test]
fn zero_sized_elements() {
    let mut set = HashSet::new();
    assert!(set.insert(()));
    assert!(!set.insert(()));
    assert_eq!(set.into_iter().collect::<Vec<_>>(), [()]);
}
