//! Every stable public method and trait of std's `hash_set`, named with its type: a missing one, or
//! one of another type, does not compile.

// The types are the test.
#![allow(clippy::type_complexity)]

use fidge::collections::hash_set::{
    Difference, Drain, ExtractIf, HashSet, Intersection, IntoIter, Iter, SymmetricDifference, Union,
};
use std::any::TypeId;
use std::collections::TryReserveError;
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash, RandomState};
use std::iter::FusedIterator;
use std::ops::{BitAnd, BitOr, BitXor, Sub};

type T = String;
type S = RandomState;
type Set = HashSet<T>;
type Pred = fn(&T) -> bool;

static AT_COMPILE_TIME: HashSet<T, ()> = HashSet::with_hasher(());

#[test]
fn set_has_every_method() {
    let _: fn() -> Set = HashSet::new;
    let _: fn(usize) -> Set = HashSet::with_capacity;
    let _: fn(S) -> Set = HashSet::with_hasher;
    let _: fn(usize, S) -> Set = HashSet::with_capacity_and_hasher;
    let _: fn(&Set) -> usize = HashSet::capacity;
    let _: fn(&Set) -> Iter<'_, T> = HashSet::iter;
    let _: fn(&Set) -> usize = HashSet::len;
    let _: fn(&Set) -> bool = HashSet::is_empty;
    let _: fn(&mut Set) -> Drain<'_, T> = HashSet::drain;
    let _: fn(&mut Set, Pred) -> ExtractIf<'_, T, Pred> = HashSet::extract_if;
    let _: fn(&mut Set, Pred) = HashSet::retain;
    let _: fn(&mut Set) = HashSet::clear;
    let _: fn(&Set) -> &S = HashSet::hasher;
    let _: fn(&mut Set, usize) = HashSet::reserve;
    let _: fn(&mut Set, usize) -> Result<(), TryReserveError> = HashSet::try_reserve;
    let _: fn(&mut Set) = HashSet::shrink_to_fit;
    let _: fn(&mut Set, usize) = HashSet::shrink_to;
    let _: for<'a> fn(&'a Set, &'a Set) -> Difference<'a, T, S> = HashSet::difference;
    let _: for<'a> fn(&'a Set, &'a Set) -> SymmetricDifference<'a, T, S> =
        HashSet::symmetric_difference;
    let _: for<'a> fn(&'a Set, &'a Set) -> Intersection<'a, T, S> = HashSet::intersection;
    let _: for<'a> fn(&'a Set, &'a Set) -> Union<'a, T, S> = HashSet::union;
    let _: fn(&Set, &str) -> bool = HashSet::contains::<str>;
    let _: for<'a> fn(&'a Set, &str) -> Option<&'a T> = HashSet::get::<str>;
    let _: fn(&Set, &Set) -> bool = HashSet::is_disjoint;
    let _: fn(&Set, &Set) -> bool = HashSet::is_subset;
    let _: fn(&Set, &Set) -> bool = HashSet::is_superset;
    let _: fn(&mut Set, T) -> bool = HashSet::insert;
    let _: fn(&mut Set, T) -> Option<T> = HashSet::replace;
    let _: fn(&mut Set, &str) -> bool = HashSet::remove::<str>;
    let _: fn(&mut Set, &str) -> Option<T> = HashSet::take::<str>;
    assert!(AT_COMPILE_TIME.is_empty());
}

fn clone<T: Clone>() {}
fn debug<T: Debug>() {}
fn default<T: Default>() {}
fn items<T: Iterator<Item = I> + FusedIterator, I>() {}

#[test]
fn set_has_every_trait() {
    struct Opaque;
    fn equal<T: PartialEq + Eq>() {}
    fn extend<T: Extend<I>, I>() {}
    fn iterable<T: IntoIterator<Item = I, IntoIter = It>, I, It>() {}
    fn operators<'a, T, S>()
    where
        T: Eq + Hash + Clone + 'a,
        S: BuildHasher + Default + 'a,
    {
        type Operator<'a, T, S> = fn(&'a HashSet<T, S>, &'a HashSet<T, S>) -> HashSet<T, S>;
        let _: Operator<'a, T, S> = BitAnd::bitand;
        let _: Operator<'a, T, S> = BitOr::bitor;
        let _: Operator<'a, T, S> = BitXor::bitxor;
        let _: Operator<'a, T, S> = Sub::sub;
    }
    fn generic<'a, T, S>()
    where
        T: Eq + Hash + Copy + Debug + 'a,
        S: BuildHasher + Default + Clone + 'a,
    {
        clone::<HashSet<T, S>>();
        debug::<HashSet<T, S>>();
        default::<HashSet<T, S>>();
        equal::<HashSet<T, S>>();
        extend::<HashSet<T, S>, T>();
        extend::<HashSet<T, S>, &'a T>();
        let _: fn(Vec<T>) -> HashSet<T, S> = FromIterator::from_iter;
        let _: fn([T; 2]) -> HashSet<T> = From::from;
        iterable::<HashSet<T, S>, T, IntoIter<T>>();
        iterable::<&'a HashSet<T, S>, &'a T, Iter<'a, T>>();
    }
    generic::<u8, RandomState>();
    operators::<T, RandomState>();
    // Bounds that std does not have would show here.
    default::<HashSet<Opaque>>();
    iterable::<HashSet<Opaque, ()>, Opaque, IntoIter<Opaque>>();
}

#[test]
fn views_have_every_trait() {
    fn of_any<'a, T: Debug + 'a, S: 'a>() {
        clone::<Difference<'a, T, S>>();
        clone::<Intersection<'a, T, S>>();
        clone::<Iter<'a, T>>();
        clone::<SymmetricDifference<'a, T, S>>();
        clone::<Union<'a, T, S>>();
        debug::<Drain<'a, T>>();
        debug::<ExtractIf<'a, T, fn(&T) -> bool>>();
        debug::<IntoIter<T>>();
        debug::<Iter<'a, T>>();
        default::<IntoIter<T>>();
        default::<Iter<'a, T>>();
        fn exact_size<T: ExactSizeIterator>() {}
        exact_size::<Drain<'a, T>>();
        exact_size::<IntoIter<T>>();
        exact_size::<Iter<'a, T>>();
        items::<Drain<'a, T>, T>();
        items::<ExtractIf<'a, T, fn(&T) -> bool>, T>();
        items::<IntoIter<T>, T>();
        items::<Iter<'a, T>, &'a T>();
    }
    fn of_two<'a, T: Eq + Hash + Debug + 'a, S: BuildHasher + 'a>() {
        debug::<Difference<'a, T, S>>();
        debug::<Intersection<'a, T, S>>();
        debug::<SymmetricDifference<'a, T, S>>();
        debug::<Union<'a, T, S>>();
        items::<Difference<'a, T, S>, &'a T>();
        items::<Intersection<'a, T, S>, &'a T>();
        items::<SymmetricDifference<'a, T, S>, &'a T>();
        items::<Union<'a, T, S>, &'a T>();
    }
    of_any::<T, ()>();
    of_two::<T, S>();
}

#[test]
fn off_the_set_is_stds() {
    let same = TypeId::of::<Set>() == TypeId::of::<std::collections::HashSet<T>>();
    assert_eq!(same, !cfg!(feature = "detect"));
    assert_eq!(
        TypeId::of::<Set>(),
        TypeId::of::<fidge::collections::HashSet<T>>()
    );
}
