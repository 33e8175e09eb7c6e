//! A map that is shared without a lock.

use crate::golden::{golden, in_turn};
use fidge::collections::HashMap;

struct Cache(std::cell::UnsafeCell<HashMap<u32, String>>);

// SAFETY: this is the bug; the test keeps the operations apart by a signal that Fidge does not see.
unsafe impl Sync for Cache {}

impl Cache {
    fn fill(&self) {
        // SAFETY: see above.
        let map = unsafe { &mut *self.0.get() };
        for key in 0..3 {
            map.insert(key, key.to_string());
        }
    }

    fn look_up(&self, key: u32) -> usize {
        // SAFETY: see above.
        let map = unsafe { &*self.0.get() };
        map.get(&key).map_or(0, String::len)
    }
}

#[test]
fn a_look_up_during_insertions() {
    let cache = Cache(HashMap::new().into());
    let report = fidge::check(|| in_turn(|| cache.fill(), || _ = cache.look_up(2)));
    golden("map.txt", &report);
}
