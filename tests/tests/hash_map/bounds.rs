//! Auto traits and variance: std's, no stricter and no laxer. Most of this is checked by compiling.

use fidge::collections::hash_map::*;
use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

type Pred<K, V> = fn(&K, &mut V) -> bool;

fn send<T: Send>() {}
fn sync<T: Sync>() {}
fn unwind_safe<T: UnwindSafe>() {}
fn ref_unwind_safe<T: RefUnwindSafe>() {}

/// Does not compile where the type has the trait: `check` is then ambiguous.
macro_rules! lacks {
    ($trait:ident: $($type:ty),+ $(,)?) => {$({
        trait Ambiguous<A> {
            fn check() {}
        }
        impl<T: ?Sized> Ambiguous<()> for T {}
        struct Has;
        impl<T: ?Sized + $trait> Ambiguous<Has> for T {}
        <$type as Ambiguous<_>>::check();
    })+};
}

#[test]
fn what_moves_to_another_thread() {
    fn owned<'a, K: Send + 'a, V: Send + 'a, S: Send>() {
        send::<HashMap<K, V, S>>();
        send::<Drain<'a, K, V>>();
        send::<Entry<'a, K, V>>();
        send::<ExtractIf<'a, K, V, Pred<K, V>>>();
        send::<IntoIter<K, V>>();
        send::<IntoKeys<K, V>>();
        send::<IntoValues<K, V>>();
        send::<IterMut<'a, K, V>>();
        send::<OccupiedEntry<'a, K, V>>();
        send::<VacantEntry<'a, K, V>>();
        send::<ValuesMut<'a, K, V>>();
    }
    fn shared<'a, K: Sync + 'a, V: Sync + 'a>() {
        send::<Iter<'a, K, V>>();
        send::<Keys<'a, K, V>>();
        send::<Values<'a, K, V>>();
    }
    owned::<Cell<u8>, Cell<u8>, Cell<u8>>();
    shared::<u8, u8>();
    lacks!(Send: HashMap<Rc<u8>, u8>, HashMap<u8, Rc<u8>>, HashMap<u8, u8, Rc<u8>>);
    lacks!(Send: Iter<'static, Cell<u8>, u8>, Iter<'static, u8, Cell<u8>>);
    lacks!(Send: Drain<'static, u8, Rc<u8>>, IterMut<'static, u8, Rc<u8>>, IntoIter<u8, Rc<u8>>);
    lacks!(Send: Entry<'static, u8, Rc<u8>>, Entry<'static, Rc<u8>, u8>);
}

#[test]
fn what_is_shared_between_threads() {
    fn generic<'a, K: Sync + 'a, V: Sync + 'a, S: Sync>() {
        sync::<HashMap<K, V, S>>();
        sync::<Drain<'a, K, V>>();
        sync::<Entry<'a, K, V>>();
        sync::<ExtractIf<'a, K, V, Pred<K, V>>>();
        sync::<IntoIter<K, V>>();
        sync::<IntoKeys<K, V>>();
        sync::<IntoValues<K, V>>();
        sync::<Iter<'a, K, V>>();
        sync::<IterMut<'a, K, V>>();
        sync::<Keys<'a, K, V>>();
        sync::<OccupiedEntry<'a, K, V>>();
        sync::<VacantEntry<'a, K, V>>();
        sync::<Values<'a, K, V>>();
        sync::<ValuesMut<'a, K, V>>();
    }
    generic::<u8, u8, u8>();
    lacks!(Sync: HashMap<Cell<u8>, u8>, HashMap<u8, Cell<u8>>, HashMap<u8, u8, Cell<u8>>);
    lacks!(Sync: Iter<'static, u8, Cell<u8>>, Drain<'static, u8, Cell<u8>>);
    lacks!(Sync: Entry<'static, u8, Cell<u8>>, IntoIter<u8, Cell<u8>>);
}

#[test]
fn what_passes_a_catch_unwind() {
    fn map<K: UnwindSafe, V: UnwindSafe, S: UnwindSafe>() {
        unwind_safe::<HashMap<K, V, S>>();
    }
    fn owned<K: UnwindSafe + RefUnwindSafe, V: UnwindSafe + RefUnwindSafe>() {
        unwind_safe::<IntoIter<K, V>>();
        unwind_safe::<IntoKeys<K, V>>();
        unwind_safe::<IntoValues<K, V>>();
    }
    fn shared<'a, K: RefUnwindSafe + 'a, V: RefUnwindSafe + 'a, S: RefUnwindSafe>() {
        unwind_safe::<Drain<'a, K, V>>();
        unwind_safe::<Iter<'a, K, V>>();
        unwind_safe::<Keys<'a, K, V>>();
        unwind_safe::<Values<'a, K, V>>();
        ref_unwind_safe::<HashMap<K, V, S>>();
        ref_unwind_safe::<Drain<'a, K, V>>();
        ref_unwind_safe::<Entry<'a, K, V>>();
        ref_unwind_safe::<ExtractIf<'a, K, V, Pred<K, V>>>();
        ref_unwind_safe::<IntoIter<K, V>>();
        ref_unwind_safe::<IntoKeys<K, V>>();
        ref_unwind_safe::<IntoValues<K, V>>();
        ref_unwind_safe::<Iter<'a, K, V>>();
        ref_unwind_safe::<IterMut<'a, K, V>>();
        ref_unwind_safe::<Keys<'a, K, V>>();
        ref_unwind_safe::<OccupiedEntry<'a, K, V>>();
        ref_unwind_safe::<VacantEntry<'a, K, V>>();
        ref_unwind_safe::<Values<'a, K, V>>();
        ref_unwind_safe::<ValuesMut<'a, K, V>>();
    }
    map::<u8, Cell<u8>, u8>();
    owned::<u8, u8>();
    shared::<u8, u8, u8>();
    lacks!(UnwindSafe: HashMap<&'static mut u8, u8>, HashMap<u8, &'static Cell<u8>>);
    lacks!(UnwindSafe: IterMut<'static, u8, u8>, ValuesMut<'static, u8, u8>);
    lacks!(UnwindSafe: Entry<'static, u8, u8>, ExtractIf<'static, u8, u8, Pred<u8, u8>>);
    lacks!(RefUnwindSafe: HashMap<u8, Cell<u8>>, Iter<'static, u8, Cell<u8>>);
}

/// Each of these is what the borrow checker must accept, as it does for std's types.
#[test]
fn keys_and_values_are_covariant() {
    fn map<'n, S>(v: HashMap<&'static str, &'static str, S>) -> HashMap<&'n str, &'n str, S> {
        v
    }
    fn iter<'a, 'n>(v: Iter<'a, &'static str, &'static str>) -> Iter<'a, &'n str, &'n str> {
        v
    }
    fn into_iter<'n>(v: IntoIter<&'static str, &'static str>) -> IntoIter<&'n str, &'n str> {
        v
    }
    fn keys<'a, 'n>(v: Keys<'a, &'static str, &'static str>) -> Keys<'a, &'n str, &'n str> {
        v
    }
    fn values<'a, 'n>(v: Values<'a, &'static str, &'static str>) -> Values<'a, &'n str, &'n str> {
        v
    }
    fn into_keys<'n>(v: IntoKeys<&'static str, &'static str>) -> IntoKeys<&'n str, &'n str> {
        v
    }
    fn into_values<'n>(v: IntoValues<&'static str, &'static str>) -> IntoValues<&'n str, &'n str> {
        v
    }
    fn drain<'n>(v: Drain<'static, &'static str, &'static str>) -> Drain<'n, &'n str, &'n str> {
        v
    }
    let _ = map::<()>;
    let _ = iter;
    let _ = into_iter;
    let _ = keys;
    let _ = values;
    let _ = into_keys;
    let _ = into_values;
    let _ = drain;
}

/// A map may be dropped after what it refers to: it promises not to look at it.
#[test]
fn keys_and_values_may_dangle_when_the_map_is_dropped() {
    let mut map = HashMap::new();
    let owner = (String::from("key"), String::from("value"));
    map.insert(owner.0.as_str(), owner.1.as_str());
    assert_eq!(map["key"], "value");
}

/// Views without a destructor end their borrow at their last use, not at the end of the scope.
#[test]
fn a_view_holds_the_map_no_longer_than_it_is_used() {
    let mut map = HashMap::from([(1, 1), (2, 2)]);
    let mut extracting = map.extract_if(|_, _| false);
    assert!(extracting.next().is_none());
    let mut visiting = map.iter_mut();
    *visiting.next().unwrap().1 = 3;
    let entry = map.entry(1);
    assert_eq!(*entry.key(), 1);
    let mut writing = map.values_mut();
    assert!(writing.next().is_some());
    assert_eq!(map.len(), 2);
}

/// A type that contains a map of itself.
#[test]
fn maps_nest_in_their_own_type() {
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    struct Tree(HashMap<String, Tree>);
    let leaf = Tree::default();
    let tree = Tree(HashMap::from([("child".into(), leaf.clone())]));
    assert_eq!(tree.clone(), tree);
    assert_eq!(tree.0["child"], leaf);
    send::<Tree>();
    unwind_safe::<Tree>();
}
