//! Random sequences of operations: the same results, contents, order and capacity as dashmap.

use proptest::prelude::*;
use std::hash::{BuildHasherDefault, DefaultHasher};

/// Both maps must hash alike for their order to be compared.
type Fixed = BuildHasherDefault<DefaultHasher>;
const SHARDS: usize = 4;

#[derive(Clone, Debug)]
enum Op {
    Insert(u8, u16),
    Get(u8),
    GetMut(u8, u16),
    TryGet(u8),
    View(u8),
    Contains(u8),
    Remove(u8),
    RemoveIf(u8),
    RemoveIfMut(u8),
    Alter(u8),
    AlterAll,
    OrInsert(u8, u16),
    AndModify(u8),
    EntryInsert(u8, u16),
    InsertEntry(u8, u16),
    EntryRemove(u8),
    Replace(u8, u16),
    Retain(u16),
    IterMut,
    Clear,
    Shrink,
    Reserve(u8),
    Clone,
    ReadOnly(u8),
    Rebuild,
}

fn op() -> impl Strategy<Value = Op> {
    let key = || 0..48_u8;
    prop_oneof![
        6 => (key(), any::<u16>()).prop_map(|(k, v)| Op::Insert(k, v)),
        2 => key().prop_map(Op::Get),
        2 => (key(), any::<u16>()).prop_map(|(k, v)| Op::GetMut(k, v)),
        1 => key().prop_map(Op::TryGet),
        1 => key().prop_map(Op::View),
        1 => key().prop_map(Op::Contains),
        3 => key().prop_map(Op::Remove),
        1 => key().prop_map(Op::RemoveIf),
        1 => key().prop_map(Op::RemoveIfMut),
        1 => key().prop_map(Op::Alter),
        1 => Just(Op::AlterAll),
        2 => (key(), any::<u16>()).prop_map(|(k, v)| Op::OrInsert(k, v)),
        1 => key().prop_map(Op::AndModify),
        1 => (key(), any::<u16>()).prop_map(|(k, v)| Op::EntryInsert(k, v)),
        1 => (key(), any::<u16>()).prop_map(|(k, v)| Op::InsertEntry(k, v)),
        2 => key().prop_map(Op::EntryRemove),
        1 => (key(), any::<u16>()).prop_map(|(k, v)| Op::Replace(k, v)),
        1 => any::<u16>().prop_map(Op::Retain),
        1 => Just(Op::IterMut),
        1 => Just(Op::Clear),
        1 => Just(Op::Shrink),
        1 => any::<u8>().prop_map(Op::Reserve),
        1 => Just(Op::Clone),
        1 => key().prop_map(Op::ReadOnly),
        1 => Just(Op::Rebuild),
    ]
}

/// The same code over either crate: what the operation returned, as text, and the map after it.
macro_rules! apply {
    ($name:ident, $($dm:tt)+) => {
        pub fn $name(op: &Op, mut map: Map) -> (String, Map) {
            use $($dm)+::Entry;
            let said = match *op {
                Op::Insert(k, v) => format!("{:?}", map.insert(k, v)),
                Op::Get(k) => format!("{:?}", map.get(&k).map(|r| (*r.key(), *r))),
                Op::GetMut(k, v) => format!("{:?}", map.get_mut(&k).map(|mut r| {
                    *r ^= v;
                    (*r.key(), *r)
                })),
                Op::TryGet(k) => format!("{:?}", map.try_get(&k).try_unwrap().map(|r| *r)),
                Op::View(k) => format!("{:?}", map.view(&k, |k, v| u16::from(*k) ^ v)),
                Op::Contains(k) => format!("{:?}", map.contains_key(&k)),
                Op::Remove(k) => format!("{:?}", map.remove(&k)),
                Op::RemoveIf(k) => format!("{:?}", map.remove_if(&k, |_, v| v % 2 == 0)),
                Op::RemoveIfMut(k) => format!("{:?}", map.remove_if_mut(&k, |_, v| {
                    *v /= 2;
                    *v % 2 == 0
                })),
                Op::Alter(k) => format!("{:?}", map.alter(&k, |k, v| v ^ u16::from(*k))),
                Op::AlterAll => format!("{:?}", map.alter_all(|k, v| v ^ u16::from(*k))),
                Op::OrInsert(k, v) => format!("{:?}", map.entry(k).or_insert(v).pair()),
                Op::AndModify(k) => format!("{:?}", map.entry(k).and_modify(|v| *v ^= 1).key()),
                Op::EntryInsert(k, v) => format!("{:?}", *map.entry(k).insert(v)),
                Op::InsertEntry(k, v) => format!("{:?}", map.entry(k).insert_entry(v).get()),
                Op::EntryRemove(k) => match map.entry(k) {
                    Entry::Occupied(entry) => format!("{:?}", entry.remove_entry()),
                    Entry::Vacant(entry) => format!("no {:?}", entry.into_key()),
                },
                Op::Replace(k, v) => match map.entry(k) {
                    Entry::Occupied(entry) => format!("{:?}", entry.replace_entry(v)),
                    Entry::Vacant(entry) => format!("{:?}", entry.insert(v).downgrade().pair()),
                },
                Op::Retain(bits) => format!("{:?}", map.retain(|k, v| {
                    *v ^= 1;
                    bits >> (k % 16) & 1 == 0
                })),
                Op::IterMut => format!("{:?}", map.iter_mut().map(|mut item| {
                    *item ^= 3;
                    (*item.key(), *item)
                }).collect::<Vec<_>>()),
                Op::Clear => format!("{:?}", map.clear()),
                Op::Shrink => format!("{:?}", map.shrink_to_fit()),
                Op::Reserve(n) => format!("{:?}", map.try_reserve(n.into())),
                Op::Clone => {
                    map = map.clone();
                    format!("{map:?}")
                }
                Op::ReadOnly(k) => {
                    let view = map.into_read_only();
                    let said = format!("{:?} {:?} {view:?}", view.get(&k), view.len());
                    map = view.into_inner();
                    said
                }
                Op::Rebuild => {
                    let pairs: Vec<_> = map.into_iter().collect();
                    map = Map::with_hasher_and_shard_amount(Fixed::default(), SHARDS);
                    map.extend(pairs.iter().copied());
                    format!("{pairs:?}")
                }
            };
            (said, map)
        }
    };
}

mod over_fidge {
    use super::*;
    pub type Map = fidge::dashmap::DashMap<u8, u16, Fixed>;
    apply!(run, fidge::dashmap);
}

mod over_dashmap {
    use super::*;
    pub type Map = ::dashmap::DashMap<u8, u16, Fixed>;
    apply!(run, ::dashmap);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn random_operations_go_as_in_dashmap(ops in prop::collection::vec(op(), 1..120)) {
        let mut ours = over_fidge::Map::with_hasher_and_shard_amount(Fixed::default(), SHARDS);
        let mut theirs = over_dashmap::Map::with_hasher_and_shard_amount(Fixed::default(), SHARDS);
        for op in &ops {
            let (our_word, our_map) = over_fidge::run(op, ours);
            let (their_word, their_map) = over_dashmap::run(op, theirs);
            prop_assert_eq!(our_word, their_word, "{:?}", op);
            prop_assert_eq!(format!("{our_map:?}"), format!("{their_map:?}"), "{:?}", op);
            prop_assert_eq!(our_map.len(), their_map.len());
            prop_assert_eq!(our_map.capacity(), their_map.capacity(), "{:?}", op);
            (ours, theirs) = (our_map, their_map);
        }
    }
}
