//! A vector of plain data in the arena, for what may not allocate.

use super::arena::{self, Handle};
use core::marker::PhantomData;

/// Grows by doubling; gives its memory back by [`clear`](List::clear), not by being dropped.
#[derive(Debug)]
pub struct List<T> {
    block: Handle,
    room: usize,
    len: usize,
    of: PhantomData<T>,
}

impl<T: Copy> Default for List<T> {
    fn default() -> Self {
        List::new()
    }
}

impl<T: Copy> List<T> {
    /// Nothing.
    pub const fn new() -> Self {
        List {
            block: 0,
            room: 0,
            len: 0,
            of: PhantomData,
        }
    }

    /// What is in it.
    pub fn as_slice(&self) -> &[T] {
        match self.block {
            0 => &[],
            // SAFETY: the block holds `room` elements, of which `len` were written.
            block => unsafe { core::slice::from_raw_parts(arena::address(block).cast(), self.len) },
        }
    }

    /// What is in it, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        match self.block {
            0 => &mut [],
            // SAFETY: as above, and the list is borrowed mutably.
            block => unsafe {
                core::slice::from_raw_parts_mut(arena::address(block).cast(), self.len)
            },
        }
    }

    /// Adds one at the end; returns its index.
    pub fn push(&mut self, element: T) -> usize {
        if self.len == self.room {
            let room = (self.room * 2).max(8);
            let block = arena::alloc(room * size_of::<T>());
            // SAFETY: the fresh block holds more than what is in the list.
            unsafe {
                let to = arena::address(block).cast::<T>();
                to.copy_from_nonoverlapping(self.as_slice().as_ptr(), self.len);
            }
            self.free();
            (self.block, self.room) = (block, room);
        }
        // SAFETY: there is room behind the last one.
        unsafe {
            arena::address(self.block)
                .cast::<T>()
                .add(self.len)
                .write(element);
        }
        self.len += 1;
        self.len - 1
    }

    fn free(&mut self) {
        if self.block != 0 {
            // SAFETY: the block is the list's own, of that room.
            unsafe { arena::free(self.block, self.room * size_of::<T>()) };
        }
    }

    /// Takes everything out and gives the memory back.
    pub fn clear(&mut self) {
        self.free();
        *self = List::new();
    }

    /// Takes out all but the first `len` and keeps the memory.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }
}
