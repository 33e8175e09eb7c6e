//! Random operations on two sets and on two of std's, side by side: after each they answer alike
//! and are alike, down to capacity and order. The hasher is the same fixed one for all.

use proptest::prelude::*;
use std::fmt::Debug;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

type Fixed = BuildHasherDefault<DefaultHasher>;
type Checked = fidge::collections::HashSet<Twin, Fixed>;
type Real = std::collections::HashSet<Twin, Fixed>;

/// Equal by its first half; the second tells equal elements apart. Four bytes, as std gives tables
/// of smaller elements more room to begin with, and beside its shadow an element is not small.
#[derive(Clone, Copy, Debug)]
struct Twin(u16, u16);

impl PartialEq for Twin {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl Eq for Twin {}
impl Hash for Twin {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

#[derive(Clone, Debug)]
enum Op {
    Insert(Twin),
    Replace(Twin),
    Remove(Twin),
    Take(Twin),
    Get(Twin),
    Iterate(usize),
    Retain(u16),
    ExtractIf(u16, usize),
    Drain(usize),
    Clear,
    Reserve(usize),
    ShrinkToFit,
    ShrinkTo(usize),
    Extend(Vec<Twin>),
    ExtendByRef(Vec<Twin>),
    Clone,
    CloneFrom,
    IntoIter(usize),
    Swap,
    Compare,
    Combine(usize),
    Operators,
}

fn twin() -> impl Strategy<Value = Twin> {
    (0u16..40, any::<u16>()).prop_map(|(a, b)| Twin(a, b))
}

fn op() -> impl Strategy<Value = Op> {
    let twins = || prop::collection::vec(twin(), 0..24);
    prop_oneof![
        8 => twin().prop_map(Op::Insert),
        4 => twin().prop_map(Op::Replace),
        4 => twin().prop_map(Op::Remove),
        2 => twin().prop_map(Op::Take),
        1 => twin().prop_map(Op::Get),
        1 => (0usize..30).prop_map(Op::Iterate),
        1 => (1u16..5).prop_map(Op::Retain),
        1 => (1u16..5, 0usize..10).prop_map(|(m, n)| Op::ExtractIf(m, n)),
        1 => (0usize..10).prop_map(Op::Drain),
        1 => Just(Op::Clear),
        1 => (0usize..60).prop_map(Op::Reserve),
        1 => Just(Op::ShrinkToFit),
        1 => (0usize..60).prop_map(Op::ShrinkTo),
        2 => twins().prop_map(Op::Extend),
        1 => twins().prop_map(Op::ExtendByRef),
        1 => Just(Op::Clone),
        1 => Just(Op::CloneFrom),
        1 => (0usize..10).prop_map(Op::IntoIter),
        3 => Just(Op::Swap),
        1 => Just(Op::Compare),
        1 => (0usize..10).prop_map(Op::Combine),
        1 => Just(Op::Operators),
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

/// The sets' answer to an operation. One text for both types, which have no trait in common.
macro_rules! interpreter {
    ($name:ident, $set:ty) => {
        fn $name(set: &mut $set, other: &mut $set, op: &Op) -> String {
            match op.clone() {
                Op::Insert(t) => shown(set.insert(t)),
                Op::Replace(t) => shown(set.replace(t)),
                Op::Remove(t) => shown(set.remove(&t)),
                Op::Take(t) => shown(set.take(&t)),
                Op::Get(t) => shown((set.get(&t), set.contains(&t))),
                Op::Iterate(n) => shown((walked!(set.iter(), n), set.iter().count())),
                Op::Retain(m) => shown(set.retain(|t| t.1 % m != 0)),
                Op::ExtractIf(m, n) => {
                    let mut seen = Vec::new();
                    let mut extracting = set.extract_if(|t| {
                        seen.push(*t);
                        t.1 % m == 0
                    });
                    let hint = (extracting.size_hint(), shown(&extracting));
                    let taken: Vec<_> = extracting.by_ref().take(n).collect();
                    shown((hint, taken, seen))
                }
                Op::Drain(n) if n % 2 == 0 => shown(walked!(set.drain(), n)),
                Op::Drain(n) => shown(set.drain().take(n).collect::<Vec<_>>()),
                Op::Clear => shown(set.clear()),
                Op::Reserve(n) => shown((set.reserve(n), set.try_reserve(n / 2))),
                Op::ShrinkToFit => shown(set.shrink_to_fit()),
                Op::ShrinkTo(n) => shown(set.shrink_to(n)),
                Op::Extend(twins) => shown(set.extend(twins)),
                Op::ExtendByRef(twins) => shown(set.extend(&twins)),
                Op::Clone => shown(std::mem::replace(set, other.clone()) == *other),
                Op::CloneFrom => shown((set.clone_from(other), *set == *other)),
                Op::IntoIter(n) => shown(walked!(set.clone().into_iter(), n)),
                Op::Swap => shown(std::mem::swap(set, other)),
                Op::Compare => shown((
                    (*set == *other, set.is_disjoint(other)),
                    (set.is_subset(other), set.is_superset(other)),
                )),
                Op::Combine(n) => shown((
                    walked!(set.union(other), n),
                    walked!(set.intersection(other), n),
                    walked!(set.difference(other), n),
                    walked!(set.symmetric_difference(other), n),
                    (set.union(other).count(), set.intersection(other).last()),
                )),
                Op::Operators => {
                    let all = [&*set | other, &*set & other, &*set ^ other, &*set - other];
                    shown(all.map(|set| (set.capacity(), set)))
                }
            }
        }
    };
}

interpreter!(checked, Checked);
interpreter!(real, Real);

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn answers_and_state_are_stds(ops in prop::collection::vec(op(), 1..120)) {
        let (mut set, mut other) = (Checked::default(), Checked::default());
        let (mut model, mut model_other) = (Real::default(), Real::default());
        for op in &ops {
            let answer = checked(&mut set, &mut other, op);
            prop_assert_eq!(answer, real(&mut model, &mut model_other, op), "{:?}", op);
            prop_assert_eq!((set.len(), set.is_empty()), (model.len(), model.is_empty()));
            prop_assert_eq!(set.capacity(), model.capacity(), "{:?}", op);
            prop_assert_eq!(format!("{set:?} {set:#?}"), format!("{model:?} {model:#?}"));
        }
    }
}
