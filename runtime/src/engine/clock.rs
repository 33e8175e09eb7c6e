//! Vector clocks as copy-on-write chunks.
//!
//! A clock maps slots to times. It is an array of references to chunks of 32 times; clocks that
//! agree on a stretch of slots share the chunk. Releasing a strand's clock into a lock copies
//! references, not times; a join skips every chunk that both sides share and adopts a chunk that is
//! not below its own. So the cost follows what changed, as with tree clocks (Mathur, Tunc,
//! Pavlogiannis & Viswanathan, ASPLOS 2022), whose aim this shares and whose structure it does not:
//! a chunk join is a straight loop that the compiler vectorises.
//!
//! A [`Clock`] has no `Drop`: it lives in arena blocks whose owner calls [`Clock::clear`].

use super::arena::{self, Handle};
use super::epoch::{Epoch, Slot, Time};
use super::prim::{AtomicU32, Ordering};

const CHUNK: usize = 32;

#[repr(C)]
struct Chunk {
    /// How many clocks refer to it. A chunk that only one refers to may be written by that one.
    refs: AtomicU32,
    times: [Time; CHUNK],
}

const CHUNK_BYTES: usize = size_of::<Chunk>();

fn chunk_of(slot: Slot) -> (usize, usize) {
    (slot as usize / CHUNK, slot as usize % CHUNK)
}

/// A vector clock.
#[derive(Debug, Default)]
pub struct Clock {
    /// Chunk 0, or no chunk.
    first: Handle,
    /// The handles of chunks 1.., or no block.
    more: Handle,
    /// How many handles `more` has room for.
    room: u32,
}

impl Clock {
    /// The clock that is before every other.
    pub const EMPTY: Clock = Clock {
        first: 0,
        more: 0,
        room: 0,
    };

    /// Whether no time was ever put in.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.first == 0 && self.more == 0
    }

    #[inline]
    fn chunk(&self, index: usize) -> Handle {
        if index == 0 {
            self.first
        } else if index <= self.room as usize {
            // SAFETY: `more` holds `room` handles.
            unsafe { *arena::address(self.more).cast::<Handle>().add(index - 1) }
        } else {
            0
        }
    }

    fn set_chunk(&mut self, index: usize, chunk: Handle) {
        if index == 0 {
            self.first = chunk;
            return;
        }
        if index > self.room as usize {
            let room = (index as u32).next_power_of_two().max(4);
            let more = arena::alloc(room as usize * size_of::<Handle>());
            let (old, bytes) = (self.more, self.room as usize * size_of::<Handle>());
            if old != 0 {
                // SAFETY: both blocks hold at least the old room's handles.
                unsafe {
                    arena::address(more).copy_from_nonoverlapping(arena::address(old), bytes);
                }
            }
            // In this order: a `fork` in between leaves a clock that a child can still read.
            self.more = more;
            core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
            self.room = room;
            if old != 0 {
                // SAFETY: the old block is ours, of that room.
                unsafe { arena::free(old, bytes) };
            }
        }
        // SAFETY: within the room just made sure of.
        unsafe { *arena::address(self.more).cast::<Handle>().add(index - 1) = chunk };
    }

    fn chunks(&self) -> usize {
        1 + self.room as usize
    }

    /// What it takes up in the arena, chunks that it shares included.
    pub fn bytes(&self) -> usize {
        let chunks = (0..self.chunks()).filter(|&index| self.chunk(index) != 0);
        chunks.count() * CHUNK_BYTES + self.room as usize * size_of::<Handle>()
    }

    /// The time of `slot`; 0 when nothing of it is known.
    #[inline]
    pub fn get(&self, slot: Slot) -> Time {
        let (index, within) = chunk_of(slot);
        let chunk = self.chunk(index);
        if chunk == 0 {
            return 0;
        }
        // SAFETY: a non-zero chunk handle names a chunk that this clock keeps alive.
        unsafe { (*arena::address(chunk).cast::<Chunk>()).times[within] }
    }

    /// Whether `epoch` is at or before this clock.
    #[inline]
    pub fn knows(&self, epoch: Epoch) -> bool {
        self.get(epoch.slot()) >= epoch.time()
    }

    /// A chunk that only this clock refers to, with the present times of that stretch.
    fn own_chunk(&mut self, index: usize) -> *mut Chunk {
        let old = self.chunk(index);
        if old != 0 {
            let chunk = arena::address(old).cast::<Chunk>();
            // SAFETY: this clock keeps the chunk alive. A count of one cannot grow behind our back:
            // only a clock that refers to the chunk can share it, and that is us.
            if unsafe { (*chunk).refs.load(Ordering::Acquire) } == 1 {
                return chunk;
            }
        }
        let fresh = arena::alloc(CHUNK_BYTES);
        let chunk = arena::address(fresh).cast::<Chunk>();
        // SAFETY: a fresh zeroed block, and the old chunk is alive and not written while shared.
        unsafe {
            if old != 0 {
                (*chunk).times = (*arena::address(old).cast::<Chunk>()).times;
            }
            (*chunk).refs.store(1, Ordering::Relaxed);
        }
        // In this order: a `fork` between the two leaves a clock that a child can still read.
        self.set_chunk(index, fresh);
        unref(old);
        chunk
    }

    /// Raises `slot` to `time` if it is below; says what it was.
    pub fn raise(&mut self, slot: Slot, time: Time) -> Option<Time> {
        let old = self.get(slot);
        if old >= time {
            return None;
        }
        let (index, within) = chunk_of(slot);
        // SAFETY: the chunk is ours alone.
        unsafe { (*self.own_chunk(index)).times[within] = time };
        Some(old)
    }

    /// Sets a component back to what it was.
    pub fn lower(&mut self, old: Epoch) {
        let (index, within) = chunk_of(old.slot());
        // SAFETY: the chunk is ours alone.
        unsafe { (*self.own_chunk(index)).times[within] = old.time() };
    }

    /// `self |= other`. `raised(slot, old)` is called for each time that grew, before it grows.
    pub fn join(&mut self, other: &Clock, mut raised: impl FnMut(Slot, Time)) {
        for index in 0..other.chunks() {
            let theirs = other.chunk(index);
            let ours = self.chunk(index);
            if theirs == 0 || theirs == ours {
                continue;
            }
            // SAFETY: both clocks keep their chunks alive; a shared chunk is never written.
            let their_times = unsafe { &(*arena::address(theirs).cast::<Chunk>()).times };
            let (mut any_grows, mut any_shrinks) = (false, false);
            for (within, &time) in their_times.iter().enumerate() {
                let slot = (index * CHUNK + within) as Slot;
                let old = self.get(slot);
                any_grows |= time > old;
                any_shrinks |= time < old;
                if time > old {
                    raised(slot, old);
                }
            }
            if !any_grows {
                continue;
            }
            if any_shrinks {
                // SAFETY: the chunk is ours alone, and theirs is another one.
                let our_times = unsafe { &mut (*self.own_chunk(index)).times };
                for (our, &their) in our_times.iter_mut().zip(their_times) {
                    *our = (*our).max(their);
                }
            } else {
                add_ref(theirs);
                self.set_chunk(index, theirs);
                unref(ours);
            }
        }
    }

    /// The times of `self` that are later than `other`'s.
    pub fn beyond(&self, other: &Clock) -> Clock {
        let mut beyond = Clock::EMPTY;
        for index in 0..self.chunks() {
            let ours = self.chunk(index);
            if ours == 0 || ours == other.chunk(index) {
                continue;
            }
            for within in 0..CHUNK {
                let slot = (index * CHUNK + within) as Slot;
                let time = self.get(slot);
                if time > other.get(slot) {
                    beyond.raise(slot, time);
                }
            }
        }
        beyond
    }

    /// `self := other`, by sharing.
    #[inline]
    pub fn assign(&mut self, other: &Clock) {
        if self.first != other.first || self.more | other.more != 0 {
            self.assign_chunks(other);
        }
    }

    fn assign_chunks(&mut self, other: &Clock) {
        for index in 0..self.chunks().max(other.chunks()) {
            let (ours, theirs) = (self.chunk(index), other.chunk(index));
            if ours != theirs {
                if theirs != 0 {
                    add_ref(theirs);
                }
                self.set_chunk(index, theirs);
                unref(ours);
            }
        }
    }

    /// `self := empty`, giving up all chunks.
    pub fn clear(&mut self) {
        if self.is_empty() {
            return;
        }
        for index in 0..self.chunks() {
            unref(self.chunk(index));
        }
        if self.more != 0 {
            // SAFETY: the block is this clock's own, of that room.
            unsafe { arena::free(self.more, self.room as usize * size_of::<Handle>()) };
        }
        *self = Clock::EMPTY;
    }
}

#[inline]
fn add_ref(chunk: Handle) {
    // SAFETY: the caller refers to the chunk through a live clock.
    unsafe {
        (*arena::address(chunk).cast::<Chunk>())
            .refs
            .fetch_add(1, Ordering::Relaxed)
    };
}

#[inline]
fn unref(chunk: Handle) {
    if chunk == 0 {
        return;
    }
    // SAFETY: the caller gives up a reference it had; the last one frees the block, and nobody is
    // left who could name it.
    unsafe {
        if (*arena::address(chunk).cast::<Chunk>())
            .refs
            .fetch_sub(1, Ordering::Release)
            == 1
        {
            core::sync::atomic::fence(core::sync::atomic::Ordering::Acquire);
            arena::free(chunk, CHUNK_BYTES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(times: &[(Slot, Time)]) -> Clock {
        let mut clock = Clock::default();
        for &(slot, time) in times {
            clock.raise(slot, time);
        }
        clock
    }

    #[test]
    fn a_join_takes_the_greater_time_of_each_slot() {
        let mut ours = clock(&[(0, 5), (1, 1), (40, 7)]);
        let theirs = clock(&[(0, 3), (1, 9), (100, 2)]);
        let mut raised = Vec::new();
        ours.join(&theirs, |slot, old| raised.push((slot, old)));
        assert_eq!(raised, [(1, 1), (100, 0)]);
        let times: Vec<_> = [0, 1, 40, 100, 2000].map(|slot| ours.get(slot)).into();
        assert_eq!(times, [5, 9, 7, 2, 0]);
    }

    #[test]
    fn an_assigned_clock_does_not_follow_its_source() {
        let mut source = clock(&[(3, 4), (70, 1)]);
        let mut copy = clock(&[(500, 1)]);
        copy.assign(&source);
        source.raise(3, 10);
        assert_eq!((copy.get(3), copy.get(70), copy.get(500)), (4, 1, 0));
        assert_eq!(source.get(3), 10);
        copy.clear();
        source.clear();
        assert!(copy.is_empty() && source.is_empty());
    }
}
