//! A model for each subject as written, which must hold, and the same model with each of its bugs,
//! which must not. The bugs that take 256 changes, or a queue's full turn, are certified by their
//! scenarios' schedules alone.

use crate::order::{Answer, fails, linearizable};

/// For each bug a test that its model fails.
macro_rules! found {
    ($($name:ident: $bug:ident)*) => {
        #[test]
        fn as_written() {
            model(None);
        }
        $(
            #[test]
            fn $name() {
                assert!(fails(|| model(Some(Bug::$bug))));
            }
        )*
    };
}

mod treiber {
    use super::*;
    use crate::treiber::{Bug, Stack};

    fn pop(stack: &Stack, mine: &mut Vec<u32>) -> Answer {
        let (node, value) = stack.pop()?;
        mine.insert(0, node);
        Some(value)
    }

    fn push(stack: &Stack, mine: &mut Vec<u32>) -> Answer {
        stack.push(mine.pop()?, 10);
        None
    }

    fn model(bug: Option<Bug>) {
        let full = move || {
            let stack = Stack::new(3, bug);
            for node in (0..3).rev() {
                stack.push(node, u64::from(node));
            }
            stack
        };
        linearizable(full, [&[pop], &[pop, pop, push]], pop);
        let one = move || {
            let stack = Stack::new(2, bug);
            stack.push(0, 0);
            stack
        };
        linearizable(one, [&[pop, push], &[pop]], pop);
    }

    found! { no_tag: NoTag relaxed_push: RelaxedPush }
}

mod freelist {
    use super::*;
    use crate::freelist::{Bug, FreeList};

    fn alloc(list: &FreeList, mine: &mut Vec<u32>) -> Answer {
        let index = list.alloc()?;
        mine.insert(0, index);
        Some(index.into())
    }

    fn free(list: &FreeList, mine: &mut Vec<u32>) -> Answer {
        list.free(mine.pop()?);
        None
    }

    fn model(bug: Option<Bug>) {
        let list = move || FreeList::new(3, bug);
        linearizable(list, [&[alloc], &[alloc, alloc, free]], alloc);
        linearizable(list, [&[alloc, free], &[alloc, free]], alloc);
    }

    found! { no_tag: NoTag }
}

mod hazard {
    use super::*;
    use crate::hazard::{Bug, Stack};

    fn pop<const PARTY: usize>(stack: &Stack, mine: &mut Vec<u32>) -> Answer {
        let node = stack.pop(PARTY)?;
        mine.insert(0, node);
        Some(node.into())
    }

    /// Whether it could: not to is right as well.
    fn push_if_retired(stack: &Stack, mine: &mut Vec<u32>) -> Answer {
        let node = mine.pop()?;
        if stack.is_retired(node) {
            stack.push(node);
        }
        None
    }

    /// Counts what is there: the nodes that were not retired in time are not.
    fn owned_once(bug: Option<Bug>) {
        crate::order::bounded().check(move || {
            let stack = loom::sync::Arc::new(Stack::new(3, 2, bug));
            (0..3).rev().for_each(|node| stack.push(node));
            let shared = loom::sync::Arc::clone(&stack);
            let other = loom::thread::spawn(move || {
                let mut mine = Vec::new();
                pop::<1>(&shared, &mut mine);
                pop::<1>(&shared, &mut mine);
                push_if_retired(&shared, &mut mine);
                mine
            });
            let mut owned = Vec::new();
            pop::<0>(&stack, &mut owned);
            owned.extend(other.join().unwrap());
            for _ in 0..8 {
                pop::<0>(&stack, &mut owned);
            }
            let all = owned.len();
            owned.sort_unstable();
            owned.dedup();
            assert_eq!(owned.len(), all, "a node has two owners");
        });
    }

    fn model(bug: Option<Bug>) {
        owned_once(bug);
    }

    found! { late_hazard: LateHazard }
}

mod queue {
    use super::*;
    use crate::queue::{Bug, Queue};

    fn dequeue(queue: &Queue, mine: &mut Vec<u32>) -> Answer {
        let (node, value) = queue.dequeue()?;
        mine.push(node);
        Some(value)
    }

    fn enqueue(queue: &Queue, mine: &mut Vec<u32>) -> Answer {
        queue.enqueue(mine.pop()?, 10);
        None
    }

    fn model(bug: Option<Bug>) {
        let queue = move || {
            let queue = Queue::new(3, bug);
            queue.enqueue(1, 1);
            queue.enqueue(2, 2);
            queue
        };
        linearizable(queue, [&[dequeue], &[dequeue, enqueue]], dequeue);
        linearizable(queue, [&[dequeue, enqueue], &[dequeue]], dequeue);
    }

    found! {}
}

mod deque {
    use super::*;
    use crate::deque::{Bug, Deque};

    fn pop(deque: &Deque, _: &mut Vec<u32>) -> Answer {
        deque.pop()
    }

    fn push(deque: &Deque, _: &mut Vec<u32>) -> Answer {
        deque.push(8);
        None
    }

    /// A thief that comes too late goes away empty-handed, as in the paper; so what is asked is not
    /// linearizability but that each task is run once.
    fn model(bug: Option<Bug>) {
        crate::order::bounded().check(move || {
            let deque = loom::sync::Arc::new(Deque::new(2, bug));
            deque.push(7);
            let shared = loom::sync::Arc::clone(&deque);
            let thief = loom::thread::spawn(move || shared.steal(shared.look()?));
            let mut run = vec![pop(&deque, &mut vec![]), push(&deque, &mut vec![])];
            run.push(thief.join().unwrap());
            run.extend([deque.pop(), deque.pop()]);
            let mut run: Vec<_> = run.into_iter().flatten().collect();
            run.sort_unstable();
            assert_eq!(run, [7, 8]);
        });
    }

    found! { no_tag: NoTag }
}

mod ring {
    use super::*;
    use crate::ring::{Bug, Ring};

    fn pop(ring: &Ring, _: &mut Vec<u32>) -> Answer {
        ring.pop()
    }

    fn push<const ITEM: u64>(ring: &Ring, _: &mut Vec<u32>) -> Answer {
        ring.push(ITEM).then_some(1)
    }

    fn model(bug: Option<Bug>) {
        let ring = move || {
            let ring = Ring::new(4, bug);
            ring.push(1);
            ring
        };
        linearizable(ring, [&[pop, pop], &[push::<2>, push::<3>]], pop);
        linearizable(ring, [&[pop], &[push::<2>, pop]], pop);
    }

    found! {}
}

mod slab {
    use super::*;
    use crate::slab::{Bug, Handle, Slab};

    /// The slab and the handle of its first value.
    type Subject = (Slab, Handle);

    fn remove((slab, handle): &Subject, _: &mut Vec<u32>) -> Answer {
        slab.remove(slab.look(*handle)?)
    }

    fn insert((slab, _): &Subject, _: &mut Vec<u32>) -> Answer {
        slab.insert(99).map(|_| 1)
    }

    fn model(bug: Option<Bug>) {
        let slab = move || {
            let slab = Slab::new(2, bug);
            let handle = slab.insert(10).expect("there is room");
            (slab, handle)
        };
        linearizable(slab, [&[remove], &[remove, insert]], remove);
    }

    found! { no_generation: NoGeneration }

    #[test]
    fn a_handle_does_not_name_what_came_after() {
        let named = |bug| {
            move || {
                loom::model(move || {
                    let slab = Slab::new(1, bug);
                    let old = slab.insert(10).expect("there is room");
                    let removed = slab.look(old).and_then(|seen| slab.remove(seen));
                    assert_eq!(removed, Some(10));
                    let new = slab.insert(99).expect("there is room");
                    assert!(slab.look(old).is_none());
                    assert_eq!(slab.look(new).map(|seen| seen.value), Some(99));
                });
            }
        };
        named(None)();
        assert!(fails(named(Some(Bug::NoGeneration))));
    }
}

mod published {
    use super::*;
    use crate::published::{Bug, Published};

    /// Adds one, whatever it takes.
    fn update(current: &Published, _: &mut Vec<u32>) -> Answer {
        loop {
            let seen = current.look()?;
            if current.publish(seen, seen.record + 1) {
                return Some(seen.record);
            }
        }
    }

    fn model(bug: Option<Bug>) {
        let current = move || Published::new(10, 6, bug);
        linearizable(current, [&[update], &[update, update]], |current, _| {
            assert_eq!(current.get(), 13);
            None
        });
    }

    found! { freed_while_pinned: FreedWhilePinned }
}

mod frame {
    use super::*;
    use crate::frame::{Bug, Frame};

    fn write(frame: &Frame, _: &mut Vec<u32>) -> Answer {
        frame.write(12);
        None
    }

    fn flush(frame: &Frame, _: &mut Vec<u32>) -> Answer {
        let seen = frame.look()?;
        frame.flush(seen);
        None
    }

    fn model(bug: Option<Bug>) {
        let frame = move || {
            let frame = Frame::new(3, 10, bug);
            frame.write(11);
            frame
        };
        linearizable(frame, [&[write], &[flush]], |frame, _| {
            assert!(frame.is_recoverable());
            None
        });
    }

    found! { no_version: NoVersion }
}

mod bucket_pool {
    use super::*;
    use crate::bucket_pool::{Bug, Map};

    fn get<const KEY: u64>(map: &Map, _: &mut Vec<u32>) -> Answer {
        map.pin();
        let value = map.look(KEY).map(|seen| map.value(seen));
        map.unpin();
        value
    }

    fn remove<const KEY: u64>(map: &Map, _: &mut Vec<u32>) -> Answer {
        map.remove(map.look(KEY)?, || ()).then_some(KEY)
    }

    fn insert<const KEY: u64>(map: &Map, _: &mut Vec<u32>) -> Answer {
        map.insert(KEY, KEY * 10).then_some(KEY)
    }

    fn either(map: &Map, _: &mut Vec<u32>) -> Answer {
        let key = [1, 2, 3].into_iter().find(|key| map.look(*key).is_some())?;
        map.remove(map.look(key)?, || ());
        Some(key)
    }

    fn model(bug: Option<Bug>) {
        let map = move || {
            let map = Map::new(1, 3, bug);
            map.insert(1, 10);
            map
        };
        linearizable(map, [&[get::<1>], &[remove::<1>]], either);
        linearizable(map, [&[remove::<1>], &[remove::<1>, insert::<2>]], either);
        let two = move || {
            let map = Map::new(2, 2, bug);
            map.insert(2, 20);
            map
        };
        linearizable(two, [&[remove::<2>], &[insert::<1>]], |map, mine| {
            assert!(matches!(get::<1>(map, mine), None | Some(10)));
            either(map, mine)
        });
    }

    found! {
        no_tag: NoTag
        recycled_while_pinned: RecycledWhilePinned
        zeroed_too_late: ZeroedTooLate
    }
}

mod striped {
    use super::*;
    use crate::striped::{Bug, Map};

    fn insert<const KEY: u64>(map: &Map, _: &mut Vec<u32>) -> Answer {
        map.insert(KEY, KEY * 10, || ()).then_some(KEY)
    }

    fn get<const KEY: u64>(map: &Map, _: &mut Vec<u32>) -> Answer {
        map.get(KEY)
    }

    fn grow(map: &Map, _: &mut Vec<u32>) -> Answer {
        map.grow(|| ()).then_some(1)
    }

    fn all(map: &Map, _: &mut Vec<u32>) -> Answer {
        assert_eq!(
            map.len(),
            (1..=4).filter_map(|key| map.get(key)).count() as u64
        );
        None
    }

    fn model(bug: Option<Bug>) {
        let map = move || {
            let map = Map::new(2, 1, 1, bug);
            map.insert(2, 20, || ());
            map
        };
        linearizable(map, [&[insert::<1>, get::<2>], &[grow]], all);
        linearizable(map, [&[insert::<1>], &[insert::<4>, grow]], all);
        let empty = move || Map::new(2, 1, 0, bug);
        linearizable(empty, [&[insert::<1>], &[insert::<2>]], all);
    }

    found! {
        grows_under_one_stripe: GrowsUnderOneStripe
        reads_without_stripe: ReadsWithoutStripe
        shared_count: SharedCount
    }
}

mod lru {
    use super::*;
    use crate::lru::{Bug, Lru};

    fn get<const KEY: u64>(cache: &Lru, _: &mut Vec<u32>) -> Answer {
        cache.get(KEY, || ())
    }

    fn evict(cache: &Lru, _: &mut Vec<u32>) -> Answer {
        loop {
            if let Some(key) = cache.evict(cache.look()?) {
                return Some(key);
            }
        }
    }

    fn remove(cache: &Lru, _: &mut Vec<u32>) -> Answer {
        cache.remove(1).then_some(1)
    }

    fn insert(cache: &Lru, _: &mut Vec<u32>) -> Answer {
        cache.insert(5, 50).then_some(5)
    }

    fn model(bug: Option<Bug>) {
        let cache = move || {
            let cache = Lru::new(2, 1, bug);
            cache.insert(1, 10);
            cache.insert(2, 20);
            cache
        };
        linearizable(cache, [&[get::<1>], &[get::<2>]], evict);
        linearizable(cache, [&[evict], &[get::<1>]], evict);
        let once = move || {
            let cache = Lru::new(1, 1, bug);
            cache.insert(1, 10);
            cache
        };
        linearizable(once, [&[evict], &[remove, insert]], |cache, mine| {
            assert!(cache.len() <= 1);
            evict(cache, mine)
        });
    }

    found! { no_tag: NoTag moves_under_read_lock: MovesUnderReadLock }
}

mod registry {
    use super::*;
    use crate::registry::{Bug, Registry};

    fn reap_silent(registry: &Registry, _: &mut Vec<u32>) -> Answer {
        let seen = registry.look(0)?;
        (seen.beat < 50 && registry.reap(seen)).then_some(1)
    }

    fn leave(registry: &Registry, _: &mut Vec<u32>) -> Answer {
        registry.leave(0).then_some(1)
    }

    fn enter(registry: &Registry, _: &mut Vec<u32>) -> Answer {
        registry.enter(0, 90, || ());
        None
    }

    fn enter_another(registry: &Registry, _: &mut Vec<u32>) -> Answer {
        // The look depends on the other one's leave: loom tries it with the lock taken.
        registry.enter(1, 90, || _ = registry.look(0));
        None
    }

    fn count(registry: &Registry, _: &mut Vec<u32>) -> Answer {
        let live = (0..2).filter(|id| registry.look(*id).is_some()).count() as u64;
        assert!(registry.agrees(live));
        (live > 0).then(|| {
            let left = (0..2).find(|id| registry.leave(*id));
            left.map_or(9, u64::from)
        })
    }

    fn model(bug: Option<Bug>) {
        let registry = move || {
            let registry = Registry::new(2, bug);
            registry.enter(0, 10, || ());
            registry
        };
        linearizable(registry, [&[reap_silent], &[leave, enter]], count);
        linearizable(registry, [&[leave], &[enter_another]], count);
    }

    found! { no_incarnation: NoIncarnation try_lock_ignored: TryLockIgnored }
}

mod exporter {
    use super::*;
    use crate::exporter::{Bug, Exporter, Snapshot};

    fn record(exporter: &Exporter, _: &mut Vec<u32>) -> Answer {
        exporter.record(5);
        None
    }

    fn snapshot(exporter: &Exporter, _: &mut Vec<u32>) -> Answer {
        let Snapshot { count, sum } = exporter.snapshot(|| ());
        assert_eq!(sum, 5 * count);
        Some(count)
    }

    fn publish(exporter: &Exporter, _: &mut Vec<u32>) -> Answer {
        exporter.publish(Snapshot { count: 2, sum: 10 });
        None
    }

    fn rescrape(exporter: &Exporter, _: &mut Vec<u32>) -> Answer {
        exporter.rescrape();
        None
    }

    fn scrape(exporter: &Exporter, _: &mut Vec<u32>) -> Answer {
        exporter
            .scrape()
            .map(|(page, scrape)| page.count * 10 + scrape)
    }

    fn model(bug: Option<Bug>) {
        let exporter = move || Exporter::new(1, bug);
        linearizable(exporter, [&[snapshot], &[record, record]], scrape);
        linearizable(exporter, [&[publish], &[scrape]], scrape);
        linearizable(exporter, [&[publish], &[rescrape, scrape]], scrape);
    }

    found! {
        unlocked_too_early: UnlockedTooEarly
        no_release_fence: NoReleaseFence
        plain_reset: PlainReset
    }
}

mod seqlock {
    use super::*;
    use crate::seqlock::{Bug, SeqLock};

    fn write(lock: &SeqLock, _: &mut Vec<u32>) -> Answer {
        lock.write([3, 4]);
        None
    }

    /// Not to have read is no answer of an order: it is the same as never to have tried.
    fn read(lock: &SeqLock, _: &mut Vec<u32>) -> Answer {
        let words = lock.read();
        assert!(matches!(words, None | Some([1, 2] | [3, 4])), "{words:?}");
        None
    }

    fn model(bug: Option<Bug>) {
        let lock = move || SeqLock::new([1, 2], bug);
        linearizable(lock, [&[write], &[read, read]], read);
    }

    found! { no_fences: NoFences }
}
