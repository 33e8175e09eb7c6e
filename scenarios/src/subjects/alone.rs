//! Each subject against an obvious one, operations one after the other: `tests/loom` shows that in
//! every interleaving they behave as in some order, and this that in order they behave well.

use super::*;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

const STEPS: usize = 2_000;

/// Calls `step` with a source of chance, so often that rare states come up.
fn at_random(mut step: impl FnMut(&mut SmallRng)) {
    let mut rng = SmallRng::seed_from_u64(7);
    for _ in 0..STEPS {
        step(&mut rng);
    }
}

#[test]
fn treiber_is_a_stack() {
    let (stack, mut model) = (treiber::Stack::new(6, None), Vec::new());
    let mut nodes: Vec<u32> = (0..6).collect();
    at_random(|rng| {
        if rng.random_bool(0.5) {
            let Some(node) = nodes.pop() else { return };
            let value = rng.random();
            stack.push(node, value);
            model.push((node, value));
        } else {
            let popped = stack.pop();
            assert_eq!(popped, model.pop());
            nodes.extend(popped.map(|(node, _)| node));
        }
    });
}

#[test]
fn hazard_is_a_stack_that_keeps_what_is_looked_at() {
    let (stack, mut model) = (hazard::Stack::new(6, 2, None), Vec::new());
    let mut nodes: Vec<u32> = (0..6).collect();
    at_random(|rng| {
        if rng.random_bool(0.5) {
            let Some(node) = nodes.pop() else { return };
            stack.push(node);
            model.push(node);
        } else {
            let seen = stack.look(0);
            let popped = stack.pop(1);
            assert_eq!(popped, model.pop());
            if let (Some(seen), Some(node)) = (seen, popped) {
                assert!(!stack.is_retired(node), "party 0 is looking at it");
                let next = stack.follow(0, seen);
                assert_eq!(stack.take(0, seen, next), None, "it is no longer the top");
                assert!(stack.is_retired(node));
            }
            nodes.extend(popped);
        }
    });
}

#[test]
fn freelist_gives_each_index_once() {
    let list = freelist::FreeList::new(6, None);
    let mut held = BTreeSet::new();
    at_random(|rng| {
        if rng.random_bool(0.5) {
            match list.alloc() {
                Some(index) => assert!(index < 6 && held.insert(index)),
                None => assert_eq!(held.len(), 6),
            }
        } else if let Some(index) = held.pop_first() {
            list.free(index);
        }
    });
}

#[test]
fn queue_is_a_queue() {
    let (queue, mut model) = (queue::Queue::new(6, None), VecDeque::new());
    let mut nodes: Vec<u32> = (1..6).collect();
    at_random(|rng| {
        if rng.random_bool(0.5) {
            let Some(node) = nodes.pop() else { return };
            let value = rng.random();
            queue.enqueue(node, value);
            model.push_back(value);
        } else {
            let taken = queue.dequeue();
            assert_eq!(taken.map(|(_, value)| value), model.pop_front());
            nodes.extend(taken.map(|(node, _)| node));
        }
    });
}

#[test]
fn deque_is_a_deque() {
    let (deque, mut model) = (deque::Deque::new(8, None), VecDeque::new());
    let mut pushed = 0;
    at_random(|rng| match rng.random_range(0..3) {
        0 if pushed < 8 => {
            let task = rng.random();
            deque.push(task);
            model.push_back(task);
            pushed += 1;
        }
        1 => {
            let stolen = deque.look().and_then(|seen| deque.steal(seen));
            assert_eq!(stolen, model.pop_front());
        }
        _ => {
            assert_eq!(deque.pop(), model.pop_back());
            if model.is_empty() {
                // Both ends start again once the owner finds nothing.
                assert_eq!(deque.pop(), None);
                pushed = 0;
            } else {
                pushed -= 1;
            }
        }
    });
}

#[test]
fn ring_is_a_bounded_queue() {
    let (ring, mut model) = (ring::Ring::new(4, None), VecDeque::new());
    at_random(|rng| {
        if rng.random_bool(0.5) {
            let item = rng.random();
            assert_eq!(ring.push(item), model.len() < 4);
            if model.len() < 4 {
                model.push_back(item);
            }
        } else {
            assert_eq!(ring.pop(), model.pop_front());
        }
    });
}

#[test]
fn slab_is_a_map_from_handles() {
    let (slab, mut model) = (slab::Slab::new(4, None), HashMap::new());
    let mut handles = Vec::new();
    at_random(|rng| {
        if rng.random_bool(0.5) {
            let value = rng.random();
            match slab.insert(value) {
                Some(handle) => {
                    assert_eq!(model.insert(handle, value), None, "a handle is new");
                    handles.push(handle);
                }
                None => assert_eq!(model.len(), 4),
            }
        } else if !handles.is_empty() {
            let handle = handles[rng.random_range(0..handles.len())];
            let removed = slab.look(handle).and_then(|seen| slab.remove(seen));
            assert_eq!(removed, model.remove(&handle));
        }
    });
}

#[test]
fn bucket_pool_is_a_map_with_one_entry_a_place() {
    let (map, mut model) = (bucket_pool::Map::new(4, 3, None), BTreeMap::new());
    at_random(|rng| {
        let key = rng.random_range(1..=12);
        match rng.random_range(0..3) {
            0 => {
                let fits = model.len() < 3 && !model.keys().any(|other| other % 4 == key % 4);
                let value = rng.random();
                assert_eq!(map.insert(key, value), fits);
                if fits {
                    model.insert(key, value);
                }
            }
            1 => {
                let removed = map.look(key).is_some_and(|seen| map.remove(seen, || ()));
                assert_eq!(removed, model.remove(&key).is_some());
            }
            _ => {
                let found = map.look(key).map(|seen| map.value(seen));
                assert_eq!(found, model.get(&key).copied());
            }
        }
    });
}

#[test]
fn striped_is_a_map_that_grows_when_it_must() {
    let (map, mut model) = (striped::Map::new(4, 1, 5, None), HashMap::new());
    let mut growths = 0;
    at_random(|rng| {
        let (key, value) = (rng.random_range(1..=60), rng.random());
        if rng.random_bool(0.5) {
            while !map.insert(key, value, || ()) {
                assert!(map.grow(|| ()), "there is room for all keys");
                growths += 1;
            }
            model.insert(key, value);
        } else {
            assert_eq!(map.get(key), model.get(&key).copied());
        }
        assert_eq!(map.len(), model.len() as u64);
    });
    assert!(growths >= 3, "{growths}");
}

#[test]
fn lru_evicts_what_was_used_once_and_longest_ago() {
    let cache = lru::Lru::new(4, 2, None);
    let evict = || cache.evict(cache.look()?);
    for key in 1..=4 {
        assert!(cache.insert(key, key * 10));
    }
    assert!(!cache.insert(5, 50), "it is full");
    assert_eq!(cache.get(1, || ()), Some(10));
    assert_eq!(cache.get(2, || ()), Some(20));
    // Two are protected, and a third one drives the oldest of them back to probation.
    assert_eq!(cache.get(3, || ()), Some(30));
    assert_eq!([evict(), evict(), evict()], [Some(4), Some(1), None]);
    assert_eq!(cache.len(), 2);
    assert!(cache.remove(2) && !cache.remove(2));
    assert_eq!(cache.get(2, || ()), None);
    assert_eq!(cache.get(3, || ()), Some(30));
    assert_eq!(cache.len(), 1);
}

#[test]
fn registry_counts_who_is_there() {
    let (registry, mut model) = (registry::Registry::new(6, None), BTreeSet::new());
    at_random(|rng| {
        let id = rng.random_range(0..6);
        match rng.random_range(0..3) {
            0 if model.insert(id) => registry.enter(id, 1, || ()),
            1 => assert_eq!(registry.leave(id), model.remove(&id)),
            _ => {
                let reaped = registry.look(id).is_some_and(|seen| registry.reap(seen));
                assert_eq!(reaped, model.remove(&id));
            }
        }
        assert!(registry.agrees(model.len() as u64));
    });
}

#[test]
fn published_is_what_was_published_last() {
    let (current, mut model) = (published::Published::new(1, 4, None), 1);
    let look = || current.look().expect("what was replaced is free again");
    at_random(|rng| {
        let (slow, quick) = (look(), look());
        assert_eq!([slow.record, quick.record], [model; 2]);
        model = rng.random();
        assert!(current.publish(quick, model));
        assert!(!current.publish(slow, 0), "it is no longer current");
        assert_eq!(current.get(), model);
        // Nobody is pinned by then, so that what waited can be used again.
        assert!(current.publish(look(), model));
    });
}

#[test]
fn frame_is_dirty_until_what_was_written_is_flushed() {
    let frame = frame::Frame::new(1, 10, None);
    assert!(frame.look().is_none() && frame.is_recoverable());
    frame.write(11);
    let old = frame.look().expect("it is dirty");
    frame.write(12);
    assert!(!frame.flush(old) && frame.is_recoverable());
    let new = frame.look().expect("it is dirty still");
    assert!(frame.flush(new) && frame.look().is_none() && frame.is_recoverable());
}

#[test]
fn exporter_hands_out_the_newest_page() {
    let exporter = exporter::Exporter::new(2, None);
    assert_eq!(exporter.scrape(), None);
    for (scrape, took) in [(0, 5), (1, 7)] {
        exporter.record(took);
        let page = exporter.snapshot(|| ());
        exporter.publish(page);
        assert_eq!(exporter.scrape(), Some((page, scrape)));
        exporter.rescrape();
    }
    let total = exporter::Snapshot { count: 2, sum: 12 };
    assert_eq!(exporter.scrape(), Some((total, 2)));
}

#[test]
fn seqlock_holds_what_was_written() {
    let lock = seqlock::SeqLock::new([1, 2], None);
    assert_eq!(lock.read(), Some([1, 2]));
    lock.write([3, 4]);
    assert_eq!(lock.read(), Some([3, 4]));
}
