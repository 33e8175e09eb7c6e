//! A Bloom filter of atomic words: bits are set by `fetch_or` and never cleared.

use fidge::sync::atomic::{AtomicU64, Ordering::Relaxed};
use fidge::thread;

#[derive(Default)]
struct Filter {
    words: [AtomicU64; 8],
}

impl Filter {
    fn bits(key: u64) -> impl Iterator<Item = (usize, u64)> {
        (1..=3_u64).map(move |round| {
            let hash = (key + 1)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(17 * round as u32);
            (hash as usize % 8, 1 << (hash >> 32 & 63))
        })
    }

    /// Whether it may have been there before.
    fn insert(&self, key: u64) -> bool {
        Self::bits(key).fold(true, |all, (word, bit)| {
            all & (self.words[word].fetch_or(bit, Relaxed) & bit != 0)
        })
    }

    fn contains(&self, key: u64) -> bool {
        Self::bits(key).all(|(word, bit)| self.words[word].load(Relaxed) & bit != 0)
    }
}

#[test]
fn there_are_no_false_negatives() {
    crate::soak(|| {
        let filter = Filter::default();
        thread::scope(|s| {
            for worker in 0..3 {
                let filter = &filter;
                s.spawn(move || {
                    for n in 0..25 {
                        let key = worker * 1_000 + n;
                        if !filter.contains(key) {
                            filter.insert(key);
                        }
                        assert!(filter.contains(key) && filter.insert(key));
                    }
                });
            }
        });
        let keys = (0..3).flat_map(|worker| (0..25).map(move |n| worker * 1_000 + n));
        assert!(keys.into_iter().all(|key| filter.contains(key)));
    });
}
