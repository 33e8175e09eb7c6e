//! A ring buffer for one producer and many consumers. A consumer reads the item first and then
//! claims it by moving the head on, so an item is small and atomic.

use fidge::sync::atomic::{AtomicU64, Ordering};

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Positions are counted in 8 bits.
    ByteSequence,
}

/// The ring.
pub struct Ring {
    head: AtomicU64,
    tail: AtomicU64,
    items: Box<[AtomicU64]>,
    mask: u64,
}

/// What a consumer saw.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    head: u64,
    item: u64,
}

impl Ring {
    /// An empty ring with room for `capacity` items, a power of two.
    pub fn new(capacity: usize, bug: Option<Bug>) -> Self {
        Ring {
            head: AtomicU64::new(0),
            tail: AtomicU64::new(0),
            items: (0..capacity).map(|_| AtomicU64::new(0)).collect(),
            mask: match bug {
                Some(Bug::ByteSequence) => 0xff,
                None => u64::MAX,
            },
        }
    }

    fn item(&self, position: u64) -> &AtomicU64 {
        &self.items[position as usize % self.items.len()]
    }

    /// Appends an item; false if there is no room, or none that the producer knows of. The producer's.
    #[track_caller]
    pub fn push(&self, item: u64) -> bool {
        let tail = self.tail.load(Ordering::Relaxed);
        let used = tail.wrapping_sub(self.head.load(Ordering::Acquire)) & self.mask;
        if used >= self.items.len() as u64 {
            return false;
        }
        self.item(tail).store(item, Ordering::Release);
        let next = tail.wrapping_add(1) & self.mask;
        self.tail.store(next, Ordering::Release);
        true
    }

    /// The first item; `None` if there is none.
    #[track_caller]
    pub fn look(&self) -> Option<Look> {
        let head = self.head.load(Ordering::Acquire);
        if head == self.tail.load(Ordering::Acquire) {
            return None;
        }
        let item = self.item(head).load(Ordering::Acquire);
        Some(Look { head, item })
    }

    /// Claims the item that was seen, if it is still the first.
    #[track_caller]
    pub fn take(&self, seen: Look) -> Option<u64> {
        let next = seen.head.wrapping_add(1) & self.mask;
        self.head
            .compare_exchange(seen.head, next, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
            .then_some(seen.item)
    }

    /// Takes the first item; `None` if there is none.
    #[track_caller]
    pub fn pop(&self) -> Option<u64> {
        loop {
            let seen = self.look()?;
            if let Some(item) = self.take(seen) {
                return Some(item);
            }
        }
    }
}
