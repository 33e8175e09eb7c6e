//! An LRU cache behind one lock: a map, and the keys in order of use.

use fidge::collections::HashMap;
use fidge::sync::Mutex;
use fidge::thread;
use std::collections::VecDeque;

struct Lru {
    capacity: usize,
    entries: HashMap<u32, String>,
    order: VecDeque<u32>,
}

impl Lru {
    fn touch(&mut self, key: u32) {
        self.order.retain(|&other| other != key);
        self.order.push_back(key);
    }

    fn get(&mut self, key: u32) -> Option<String> {
        let value = self.entries.get(&key)?.clone();
        self.touch(key);
        Some(value)
    }

    fn put(&mut self, key: u32, value: String) {
        if !self.entries.contains_key(&key) && self.entries.len() == self.capacity {
            let oldest = self.order.pop_front().expect("it is full");
            self.entries.remove(&oldest);
        }
        self.entries.insert(key, value);
        self.touch(key);
    }
}

#[test]
fn never_holds_more_than_its_capacity() {
    crate::soak(|| {
        let cache = Mutex::new(Lru {
            capacity: 4,
            entries: HashMap::new(),
            order: VecDeque::new(),
        });
        thread::scope(|s| {
            for worker in 0..3 {
                let cache = &cache;
                s.spawn(move || {
                    for step in 0..40 {
                        let key = (worker + step * 3) % 7;
                        let cached = cache.lock().unwrap().get(key);
                        match cached {
                            Some(value) => assert_eq!(value, format!("page {key}")),
                            None => cache.lock().unwrap().put(key, format!("page {key}")),
                        }
                    }
                });
            }
        });
        let cache = cache.into_inner().unwrap();
        assert!(cache.entries.len() <= 4 && cache.order.len() == cache.entries.len());
    });
}
