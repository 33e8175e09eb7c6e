//! Maps whose programs say themselves which keys share a lock.

use fidge::dashmap::DashMap;
#[cfg(any(feature = "detect", not(any(feature = "loom", feature = "shuttle"))))]
use std::hash::BuildHasherDefault;
use std::hash::Hasher;

/// A map of four shards: two keys are in the same if their lowest two bits are equal, and an
/// iterator visits the shards in the order of these bits.
#[cfg(any(feature = "detect", not(any(feature = "loom", feature = "shuttle"))))]
pub type Sharded<V> = DashMap<u64, V, BuildHasherDefault<LowBits>>;

/// An empty one.
#[cfg(any(feature = "detect", not(any(feature = "loom", feature = "shuttle"))))]
pub fn map<V>() -> Sharded<V> {
    DashMap::with_hasher_and_shard_amount(BuildHasherDefault::default(), 4)
}

/// Under an explorer, whose map is one lock around one map, all keys share it.
#[cfg(all(any(feature = "loom", feature = "shuttle"), not(feature = "detect")))]
pub type Sharded<V> = DashMap<u64, V>;

/// An empty one.
#[cfg(all(any(feature = "loom", feature = "shuttle"), not(feature = "detect")))]
pub fn map<V>() -> Sharded<V> {
    DashMap::new()
}

/// Puts a key's lowest two bits where dashmap looks for the shard of a hash: below the seven highest
/// bits, which are hashbrown's.
#[cfg_attr(
    all(any(feature = "loom", feature = "shuttle"), not(feature = "detect")),
    allow(dead_code)
)]
#[derive(Default)]
pub struct LowBits(u64);

impl Hasher for LowBits {
    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are `u64`")
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key.rotate_left(u64::BITS - 7 - 2);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Sharded<u64> {
        let map = map();
        for key in 0..12 {
            map.insert(key, key);
        }
        map
    }

    #[test]
    fn the_lowest_bits_of_a_key_say_its_shard() {
        let map = full();
        for held in 0..12 {
            let _guard = map.get_mut(&held);
            for asked in 0..12 {
                assert_eq!(map.try_get(&asked).is_locked(), held % 4 == asked % 4);
            }
        }
    }

    #[test]
    fn an_iterator_visits_the_shards_in_their_order() {
        let map = full();
        let shards: Vec<_> = map.iter().map(|item| item.key() % 4).collect();
        assert!(shards.is_sorted(), "{shards:?}");
    }
}
