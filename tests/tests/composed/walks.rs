//! Iterations that see one of two changes which belong together, and one of two which do not.

use super::kinds;
use fidge::dashmap::DashMap;
use fidge::{Kind, Report, thread};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Barrier;

/// Puts a key's lowest two bits where dashmap looks for one of four shards: an iterator meets the keys 0 to 3
/// in their order.
#[derive(Default)]
struct LowBits(u64);

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

type Map = DashMap<u64, String, BuildHasherDefault<LowBits>>;

/// An iterator stands at the key 1 while another strand calls `change`; then it goes on.
fn walk(texts: &[(u64, &str)], change: impl FnOnce(&Map) + Send) -> Report {
    let map = Map::with_hasher_and_shard_amount(BuildHasherDefault::default(), 4);
    for (key, text) in texts {
        map.insert(*key, String::from(*text));
    }
    let meet = Barrier::new(2);
    fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| {
                for entry in &map {
                    if *entry.key() == 1 {
                        meet.wait();
                        meet.wait();
                    }
                }
            });
            s.spawn(|| {
                meet.wait();
                change(&map);
                meet.wait();
            });
        });
    })
}

fn moved(from: u64, to: u64) -> impl FnOnce(&Map) + Send {
    move |map| {
        let (_, text) = map.remove(&from).unwrap();
        map.insert(to, text);
    }
}

#[test]
fn an_entry_that_is_met_twice_or_not_at_all_was_moved() {
    for (from, to) in [(0, 3), (3, 0)] {
        let texts = [(1, "notes"), (from, "thesis"), (2, "letters")];
        let report = walk(&texts, moved(from, to));
        assert_eq!(kinds(&report), [Kind::Iteration], "{report}");
    }
}

#[test]
fn an_entry_that_is_copied_and_then_removed_may_be_missed() {
    let copied = |from, to| {
        move |map: &Map| {
            map.insert(to, String::from("thesis"));
            map.remove(&from);
        }
    };
    let report = walk(&[(1, "notes"), (3, "thesis")], copied(3, 0));
    assert_eq!(kinds(&report), [Kind::Iteration], "{report}");
    let report = walk(&[(1, "notes"), (0, "thesis")], copied(0, 3));
    assert!(report.is_clean(), "{report}");
}

/// Connections come and go; that they hold the same text says nothing of any two.
#[test]
fn a_text_that_another_entry_holds_links_no_two_changes() {
    for other in [0, 1, 2, 3] {
        for (from, to) in [(0, 3), (3, 0)] {
            let key = other + 4;
            let report = walk(
                &[(1, "open"), (from, "open"), (key, "open")],
                moved(from, to),
            );
            assert!(report.is_clean(), "{report}");
        }
    }
}
