//! Without `detect` the names of the dashmap mirror are dashmap's own.
#![cfg(not(feature = "detect"))]

use std::any::TypeId;
use std::collections::hash_map::RandomState;

macro_rules! same {
    ($($path:ident)::+ $(<$($arg:ty),+>)?) => {
        assert_eq!(
            TypeId::of::<fidge::dashmap::$($path)::+$(<$($arg),+>)?>(),
            TypeId::of::<::dashmap::$($path)::+$(<$($arg),+>)?>(),
            stringify!($($path)::+),
        );
    };
}

#[test]
fn every_type_is_the_one_of_dashmap() {
    type Map = ::dashmap::DashMap<u8, u16>;
    type Set = ::dashmap::DashMap<u8, ()>;

    same!(DashMap<u8, u16>);
    same!(DashSet<u8>);
    same!(ReadOnlyView<u8, u16>);
    same!(Entry<u8, u16>);
    same!(OccupiedEntry<u8, u16>);
    same!(VacantEntry<u8, u16>);
    same!(TryReserveError);
    same!(try_result::TryResult<u8>);
    same!(mapref::entry::Entry<u8, u16>);
    same!(mapref::one::Ref<u8, u16>);
    same!(mapref::one::RefMut<u8, u16>);
    same!(mapref::one::MappedRef<u8, u16, u32>);
    same!(mapref::one::MappedRefMut<u8, u16, u32>);
    same!(mapref::multiple::RefMulti<u8, u16>);
    same!(mapref::multiple::RefMutMulti<u8, u16>);
    same!(setref::one::Ref<u8>);
    same!(setref::multiple::RefMulti<u8>);
    same!(iter::Iter<u8, u16>);
    same!(iter::IterMut<u8, u16>);
    same!(iter::OwningIter<u8, u16>);
    same!(iter_set::Iter<u8, RandomState, Set>);
    same!(iter_set::OwningIter<u8, RandomState>);

    fn takes_the_trait<M: fidge::dashmap::Map<'static, u8, u16, RandomState>>() {}
    takes_the_trait::<Map>();
}
