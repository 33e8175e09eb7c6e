//! A map of which one knows where its keys lie, for `iteration.rs`.

use fidge::dashmap::DashMap;
use std::hash::{BuildHasherDefault, Hasher};

pub type Desks = DashMap<u32, &'static str, BuildHasherDefault<Shard>>;

/// Four shards; the key n lies in shard n.
pub fn by_shard(desks: [(u32, &'static str); 2]) -> Desks {
    let map = Desks::with_hasher_and_shard_amount(BuildHasherDefault::default(), 4);
    for (desk, name) in desks {
        map.insert(desk, name);
    }
    map
}

/// The key, in the bits that DashMap chooses the shard by.
#[derive(Default)]
pub struct Shard(u64);

impl Hasher for Shard {
    fn finish(&self) -> u64 {
        self.0 << 55
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are u32");
    }

    fn write_u32(&mut self, key: u32) {
        self.0 = u64::from(key);
    }
}
