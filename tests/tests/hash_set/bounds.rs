//! Auto traits and variance: std's, no stricter and no laxer. Most of this is checked by compiling.

use fidge::collections::hash_set::*;
use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

type Pred<T> = fn(&T) -> bool;

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
    fn owned<'a, T: Send + 'a, S: Send>() {
        send::<HashSet<T, S>>();
        send::<Drain<'a, T>>();
        send::<ExtractIf<'a, T, Pred<T>>>();
        send::<IntoIter<T>>();
    }
    fn shared<'a, T: Sync + 'a, S: Sync + 'a>() {
        send::<Difference<'a, T, S>>();
        send::<Intersection<'a, T, S>>();
        send::<Iter<'a, T>>();
        send::<SymmetricDifference<'a, T, S>>();
        send::<Union<'a, T, S>>();
    }
    owned::<Cell<u8>, Cell<u8>>();
    shared::<u8, u8>();
    lacks!(Send: HashSet<Rc<u8>>, HashSet<u8, Rc<u8>>, Drain<'static, Rc<u8>>, IntoIter<Rc<u8>>);
    lacks!(Send: Iter<'static, Cell<u8>>, Union<'static, Cell<u8>, u8>);
}

#[test]
fn what_is_shared_between_threads() {
    fn generic<'a, T: Sync + 'a, S: Sync + 'a>() {
        sync::<HashSet<T, S>>();
        sync::<Difference<'a, T, S>>();
        sync::<Drain<'a, T>>();
        sync::<ExtractIf<'a, T, Pred<T>>>();
        sync::<Intersection<'a, T, S>>();
        sync::<IntoIter<T>>();
        sync::<Iter<'a, T>>();
        sync::<SymmetricDifference<'a, T, S>>();
        sync::<Union<'a, T, S>>();
    }
    generic::<u8, u8>();
    lacks!(Sync: HashSet<Cell<u8>>, HashSet<u8, Cell<u8>>, Iter<'static, Cell<u8>>);
}

#[test]
fn what_passes_a_catch_unwind() {
    fn set<T: UnwindSafe, S: UnwindSafe>() {
        unwind_safe::<HashSet<T, S>>();
    }
    fn owned<T: UnwindSafe + RefUnwindSafe>() {
        unwind_safe::<IntoIter<T>>();
    }
    fn shared<'a, T: RefUnwindSafe + 'a, S: RefUnwindSafe + 'a>() {
        unwind_safe::<Difference<'a, T, S>>();
        unwind_safe::<Drain<'a, T>>();
        unwind_safe::<Intersection<'a, T, S>>();
        unwind_safe::<Iter<'a, T>>();
        unwind_safe::<SymmetricDifference<'a, T, S>>();
        unwind_safe::<Union<'a, T, S>>();
        ref_unwind_safe::<HashSet<T, S>>();
        ref_unwind_safe::<Difference<'a, T, S>>();
        ref_unwind_safe::<Drain<'a, T>>();
        ref_unwind_safe::<ExtractIf<'a, T, Pred<T>>>();
        ref_unwind_safe::<Intersection<'a, T, S>>();
        ref_unwind_safe::<IntoIter<T>>();
        ref_unwind_safe::<Iter<'a, T>>();
        ref_unwind_safe::<SymmetricDifference<'a, T, S>>();
        ref_unwind_safe::<Union<'a, T, S>>();
    }
    set::<Cell<u8>, u8>();
    owned::<u8>();
    shared::<u8, u8>();
    lacks!(UnwindSafe: HashSet<&'static mut u8>, HashSet<&'static Cell<u8>>);
    lacks!(UnwindSafe: ExtractIf<'static, u8, Pred<u8>>, Iter<'static, Cell<u8>>);
    lacks!(RefUnwindSafe: HashSet<Cell<u8>>);
}

/// Each of these is what the borrow checker must accept, as it does for std's types.
#[test]
fn elements_are_covariant() {
    fn set<'n, S>(v: HashSet<&'static str, S>) -> HashSet<&'n str, S> {
        v
    }
    fn iter<'a, 'n>(v: Iter<'a, &'static str>) -> Iter<'a, &'n str> {
        v
    }
    fn into_iter<'n>(v: IntoIter<&'static str>) -> IntoIter<&'n str> {
        v
    }
    fn difference<'a, 'n, S>(v: Difference<'a, &'static str, S>) -> Difference<'a, &'n str, S> {
        v
    }
    fn symmetric_difference<'a, 'n, S>(
        v: SymmetricDifference<'a, &'static str, S>,
    ) -> SymmetricDifference<'a, &'n str, S> {
        v
    }
    fn intersection<'a, 'n, S>(
        v: Intersection<'a, &'static str, S>,
    ) -> Intersection<'a, &'n str, S> {
        v
    }
    fn union<'a, 'n, S>(v: Union<'a, &'static str, S>) -> Union<'a, &'n str, S> {
        v
    }
    fn drain<'n>(v: Drain<'static, &'static str>) -> Drain<'n, &'n str> {
        v
    }
    let _ = set::<()>;
    let _ = iter;
    let _ = into_iter;
    let _ = difference::<()>;
    let _ = symmetric_difference::<()>;
    let _ = intersection::<()>;
    let _ = union::<()>;
    let _ = drain;
}

/// A set may be dropped after what it refers to: it promises not to look at it.
#[test]
fn elements_may_dangle_when_the_set_is_dropped() {
    let mut set = HashSet::new();
    let owner = String::from("element");
    set.insert(owner.as_str());
    assert!(set.contains("element"));
}

/// Views without a destructor end their borrow at their last use, not at the end of the scope.
#[test]
fn a_view_holds_the_set_no_longer_than_it_is_used() {
    let mut set = HashSet::from([1, 2]);
    let mut extracting = set.extract_if(|_| false);
    assert!(extracting.next().is_none());
    let other = HashSet::from([2]);
    let mut union = set.union(&other);
    assert!(union.next().is_some());
    assert!(set.insert(3));
}
