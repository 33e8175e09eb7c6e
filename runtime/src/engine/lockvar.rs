//! A lock as the engine sees it.

use super::At;
use super::finding::Mode;
use super::state::{self, Edge, State};
use super::sync::SyncVar;
use super::tape::{self, Event};

/// The clocks of a mutex or reader-writer lock, and the record of who holds it (for reports).
///
/// A shared release orders later exclusive acquires only; an exclusive release orders everything.
#[derive(Debug, Default)]
pub struct LockVar {
    exclusive: SyncVar,
    shared: SyncVar,
}

impl LockVar {
    /// A lock nobody has held.
    #[cfg(not(fidge_loom))]
    pub const fn new() -> Self {
        LockVar {
            exclusive: SyncVar::new(),
            shared: SyncVar::new(),
        }
    }

    /// Call right after the real lock was taken.
    #[inline]
    pub fn acquired(&self, mode: Mode, at: &At) {
        if let Some(mut me) = state::enter() {
            self.taken(&mut me, mode, at);
        }
    }

    /// [`acquired`](Self::acquired) by a strand at hand.
    #[inline]
    pub fn taken(&self, me: &mut State, mode: Mode, at: &At) {
        if tape::on(me) {
            let event = if mode == Mode::Shared {
                Event::LockShared
            } else {
                Event::Lock
            };
            let id = self.exclusive.lock().id();
            tape::push(me, event, id, 0, at);
        }
        self.exclusive.learn(me, Edge::Chance, at);
        if mode == Mode::Exclusive {
            self.shared.learn(me, Edge::Chance, at);
        }
        me.held.push(self as *const _ as usize, mode, at);
    }

    /// Call right before the real lock is given back.
    #[inline]
    pub fn released(&self, mode: Mode, at: &At) {
        let Some(mut me) = state::enter() else { return };
        if tape::on(&me) {
            let event = if mode == Mode::Shared {
                Event::UnlockShared
            } else {
                Event::Unlock
            };
            let id = self.exclusive.lock().id();
            tape::push(&mut me, event, id, 0, at);
        }
        match mode {
            // The real lock is held: nobody else acquires or releases meanwhile.
            Mode::Exclusive => self.exclusive.locked_by_caller().release(&mut me, at),
            Mode::Shared => self.shared.lock().release_join(&mut me, at),
        }
        me.held.pop(self as *const _ as usize, mode);
    }
}
