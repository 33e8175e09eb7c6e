//! A map of which one knows where its keys lie.

use fidge::dashmap::DashMap;
use std::hash::{BuildHasherDefault, Hasher};

pub type ByShard<V> = DashMap<u32, V, BuildHasherDefault<Shard>>;

/// Four shards; the key n lies in shard n, and that is where the key n + 4 lies.
pub fn by_shard<V>(entries: impl IntoIterator<Item = (u32, V)>) -> ByShard<V> {
    let map = ByShard::with_hasher_and_shard_amount(BuildHasherDefault::default(), 4);
    for (key, value) in entries {
        map.insert(key, value);
    }
    map
}

/// The key, in the bits that DashMap chooses the shard by.
#[derive(Default)]
pub struct Shard(u64);

impl Hasher for Shard {
    fn finish(&self) -> u64 {
        self.0.rotate_left(55)
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are u32");
    }

    fn write_u32(&mut self, key: u32) {
        self.0 = u64::from(key);
    }
}
