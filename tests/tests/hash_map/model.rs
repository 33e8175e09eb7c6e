//! Random operations on a map and on std's, side by side: after each the two answer alike and are
//! alike, down to capacity and order. The hasher is the same fixed one for both. A pair has four
//! bytes, as std gives tables of smaller pairs more room to begin with, and beside its shadow a pair
//! is not small.

use proptest::prelude::*;
use std::fmt::Debug;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

type Fixed = BuildHasherDefault<DefaultHasher>;
type Checked = fidge::collections::HashMap<u8, u16, Fixed>;
type Real = std::collections::HashMap<u8, u16, Fixed>;

#[derive(Clone, Debug)]
enum Op {
    Insert(u8, u16),
    Remove(u8),
    RemoveEntry(u8),
    Get(u8),
    GetMut(u8),
    GetDisjoint(u8, u8),
    OrInsert(u8, u16),
    OrInsertWithKey(u8),
    OrDefault(u8),
    AndModify(u8),
    InsertEntry(u8, u16),
    LookAtEntry(u8),
    TakeEntry(u8),
    ReplaceInEntry(u8, u16),
    DropEntry(u8),
    Iterate(usize),
    WriteAll,
    Retain(u16),
    ExtractIf(u16, usize),
    PanicInExtractIf(u16),
    Drain(usize),
    Clear,
    Reserve(usize),
    TryReserve(usize),
    ShrinkToFit,
    ShrinkTo(usize),
    Extend(Vec<(u8, u16)>),
    ExtendByRef(Vec<(u8, u16)>),
    Clone,
    CloneFrom(Vec<(u8, u16)>),
    Collect(Vec<(u8, u16)>),
    IntoParts(usize),
}

fn op() -> impl Strategy<Value = Op> {
    let key = || 0u8..48;
    let pairs = || prop::collection::vec((0u8..48, any::<u16>()), 0..24);
    prop_oneof![
        8 => (key(), any::<u16>()).prop_map(|(k, v)| Op::Insert(k, v)),
        4 => key().prop_map(Op::Remove),
        1 => key().prop_map(Op::RemoveEntry),
        1 => key().prop_map(Op::Get),
        1 => key().prop_map(Op::GetMut),
        1 => (key(), key()).prop_map(|(a, b)| Op::GetDisjoint(a, b)),
        4 => (key(), any::<u16>()).prop_map(|(k, v)| Op::OrInsert(k, v)),
        1 => key().prop_map(Op::OrInsertWithKey),
        1 => key().prop_map(Op::OrDefault),
        1 => key().prop_map(Op::AndModify),
        1 => (key(), any::<u16>()).prop_map(|(k, v)| Op::InsertEntry(k, v)),
        1 => key().prop_map(Op::LookAtEntry),
        1 => key().prop_map(Op::TakeEntry),
        1 => (key(), any::<u16>()).prop_map(|(k, v)| Op::ReplaceInEntry(k, v)),
        1 => key().prop_map(Op::DropEntry),
        1 => (0usize..30).prop_map(Op::Iterate),
        1 => Just(Op::WriteAll),
        1 => (1u16..5).prop_map(Op::Retain),
        1 => (1u16..5, 0usize..10).prop_map(|(m, n)| Op::ExtractIf(m, n)),
        1 => (1u16..5).prop_map(Op::PanicInExtractIf),
        1 => (0usize..10).prop_map(Op::Drain),
        1 => Just(Op::Clear),
        1 => (0usize..60).prop_map(Op::Reserve),
        1 => prop_oneof![0usize..60, Just(usize::MAX)].prop_map(Op::TryReserve),
        1 => Just(Op::ShrinkToFit),
        1 => (0usize..60).prop_map(Op::ShrinkTo),
        2 => pairs().prop_map(Op::Extend),
        1 => pairs().prop_map(Op::ExtendByRef),
        1 => Just(Op::Clone),
        1 => pairs().prop_map(Op::CloneFrom),
        1 => pairs().prop_map(Op::Collect),
        1 => (0usize..10).prop_map(Op::IntoParts),
    ]
}

fn shown(answer: impl Debug) -> String {
    format!("{answer:?}")
}

/// What an iterator yields by `next` up to `taken`, what it then says of itself, and its rest.
macro_rules! walked {
    ($iterator:expr, $taken:expr) => {{
        let mut iterator = $iterator;
        let first: Vec<_> = iterator.by_ref().take($taken).map(shown).collect();
        let rest = (shown(&iterator), iterator.size_hint());
        (
            first,
            rest,
            iterator.fold(Vec::new(), |mut all, item| (all.push(shown(item)), all).1),
        )
    }};
}

/// `$map`'s answer to an operation. One text for both types, which have no trait in common.
macro_rules! interpreter {
    ($name:ident, $map:ty, $($module:ident)::+) => {
        fn $name(map: &mut $map, op: &Op) -> String {
            use $($module)::+::Entry;
            match op.clone() {
                Op::Insert(k, v) => shown(map.insert(k, v)),
                Op::Remove(k) => shown(map.remove(&k)),
                Op::RemoveEntry(k) => shown(map.remove_entry(&k)),
                Op::Get(k) => shown((map.get(&k), map.get_key_value(&k), map.contains_key(&k))),
                Op::GetMut(k) => shown(map.get_mut(&k).map(|v| (*v = v.wrapping_add(1), *v))),
                Op::GetDisjoint(a, b) => {
                    let found = catch_unwind(AssertUnwindSafe(|| {
                        map.get_disjoint_mut([&a, &b])
                            .map(|v| v.map(std::mem::take))
                    }));
                    shown(found.map_err(|panic| panic.downcast::<&str>().unwrap()))
                }
                Op::OrInsert(k, v) => shown(map.entry(k).or_insert(v)),
                Op::OrInsertWithKey(k) => {
                    shown(map.entry(k).or_insert_with_key(|k| u16::from(*k) * 3))
                }
                Op::OrDefault(k) => shown((*map.entry(k).or_default(), map.entry(k).key())),
                Op::AndModify(k) => {
                    shown(map.entry(k).and_modify(|v| *v ^= 1).or_insert_with(|| 7))
                }
                Op::InsertEntry(k, v) => shown(map.entry(k).insert_entry(v)),
                Op::LookAtEntry(k) => shown(map.entry(k)),
                Op::TakeEntry(k) => match map.entry(k) {
                    Entry::Occupied(entry) if k % 2 == 0 => shown(entry.remove()),
                    Entry::Occupied(entry) => shown(entry.remove_entry()),
                    Entry::Vacant(entry) => shown(entry.into_key()),
                },
                Op::ReplaceInEntry(k, v) => match map.entry(k) {
                    Entry::Occupied(mut entry) => {
                        *entry.get_mut() ^= 2;
                        shown((
                            entry.insert(v),
                            *entry.get(),
                            *entry.key(),
                            entry.into_mut(),
                        ))
                    }
                    Entry::Vacant(entry) if k % 2 == 0 => shown(entry.insert(v)),
                    Entry::Vacant(entry) => shown(entry.insert_entry(v).get()),
                },
                Op::DropEntry(k) => shown(matches!(map.entry(k), Entry::Vacant(_))),
                Op::Iterate(n) => shown((
                    walked!(map.iter(), n),
                    walked!(map.keys(), n),
                    walked!(map.values(), n),
                    walked!(map.iter_mut(), n),
                    walked!(map.values_mut(), n),
                    (
                        map.iter().count(),
                        map.keys().len(),
                        map.values_mut().last(),
                    ),
                )),
                Op::WriteAll => {
                    map.iter_mut()
                        .for_each(|(k, v)| *v = v.wrapping_add(u16::from(*k)));
                    map.values_mut().for_each(|v| *v = v.rotate_left(1));
                    (&mut *map).into_iter().take(3).for_each(|(_, v)| *v = 0);
                    shown((&*map).into_iter().max())
                }
                Op::Retain(m) => {
                    let mut seen = Vec::new();
                    map.retain(|k, v| {
                        seen.push((*k, *v));
                        *v ^= 4;
                        *v % m != 0
                    });
                    shown(seen)
                }
                Op::ExtractIf(m, n) => {
                    let mut seen = Vec::new();
                    let mut extracting = map.extract_if(|k, v| {
                        seen.push((*k, *v));
                        *v ^= 8;
                        *v % m == 0
                    });
                    let hint = (extracting.size_hint(), shown(&extracting));
                    let taken: Vec<_> = extracting.by_ref().take(n).collect();
                    shown((hint, taken, seen))
                }
                Op::PanicInExtractIf(m) => {
                    let stopped = catch_unwind(AssertUnwindSafe(|| {
                        map.extract_if(|_, v| if *v % m == 0 { panic!("stop") } else { true })
                            .count()
                    }));
                    shown(stopped.map_err(|panic| panic.downcast::<&str>().unwrap()))
                }
                Op::Drain(n) if n % 2 == 0 => shown(walked!(map.drain(), n)),
                Op::Drain(n) => shown(map.drain().take(n).collect::<Vec<_>>()),
                Op::Clear => shown(map.clear()),
                Op::Reserve(n) => shown(map.reserve(n)),
                Op::TryReserve(n) => shown(map.try_reserve(n)),
                Op::ShrinkToFit => shown(map.shrink_to_fit()),
                Op::ShrinkTo(n) => shown(map.shrink_to(n)),
                Op::Extend(pairs) => shown(map.extend(pairs)),
                Op::ExtendByRef(pairs) => shown(map.extend(pairs.iter().map(|(k, v)| (k, v)))),
                Op::Clone => {
                    let copy = map.clone();
                    let same = copy == *map;
                    let old = std::mem::replace(map, copy);
                    shown((same, old.capacity()))
                }
                Op::CloneFrom(pairs) => {
                    let source = <$map>::from_iter(pairs);
                    map.clone_from(&source);
                    let same = *map == source;
                    map.insert(200, 0);
                    shown((same, *map != source))
                }
                Op::Collect(pairs) => {
                    *map = pairs.into_iter().filter(|(k, _)| k % 3 != 0).collect();
                    String::new()
                }
                Op::IntoParts(n) => shown((
                    walked!(map.clone().into_iter(), n),
                    walked!(map.clone().into_keys(), n),
                    walked!(map.clone().into_values(), n),
                )),
            }
        }
    };
}

interpreter!(checked, Checked, fidge::collections::hash_map);
interpreter!(real, Real, std::collections::hash_map);

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn answers_and_state_are_stds(ops in prop::collection::vec(op(), 1..120)) {
        let (mut map, mut model) = (Checked::default(), Real::default());
        for op in &ops {
            prop_assert_eq!(checked(&mut map, op), real(&mut model, op), "{:?}", op);
            prop_assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
            prop_assert_eq!(map.capacity(), model.capacity(), "{:?}", op);
            prop_assert_eq!(format!("{map:?} {map:#?}"), format!("{model:?} {model:#?}"));
        }
    }
}
