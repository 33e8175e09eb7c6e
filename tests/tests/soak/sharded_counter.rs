//! Word counts in a map of shards, each a map behind its own lock.

use fidge::collections::HashMap;
use fidge::sync::Mutex;
use fidge::thread;
use std::hash::{BuildHasher, RandomState};

struct Counts {
    hasher: RandomState,
    shards: Vec<Mutex<HashMap<&'static str, usize>>>,
}

impl Counts {
    fn shard(&self, word: &str) -> &Mutex<HashMap<&'static str, usize>> {
        &self.shards[self.hasher.hash_one(word) as usize % self.shards.len()]
    }

    fn add(&self, word: &'static str) {
        *self.shard(word).lock().unwrap().entry(word).or_default() += 1;
    }

    fn of(&self, word: &str) -> usize {
        let shard = self.shard(word).lock().unwrap();
        shard.get(word).copied().unwrap_or(0)
    }
}

#[test]
fn no_word_is_lost() {
    crate::soak(|| {
        let text = "the cat and the dog and the bird";
        let counts = Counts {
            hasher: RandomState::new(),
            shards: (0..4).map(|_| Mutex::default()).collect(),
        };
        thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..10 {
                        text.split(' ').for_each(|word| counts.add(word));
                        assert!(counts.of("the") >= 3);
                    }
                });
            }
        });
        assert_eq!(counts.of("the"), 120);
        assert_eq!(counts.of("dog"), 40);
    });
}
