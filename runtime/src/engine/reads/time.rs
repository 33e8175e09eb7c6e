//! A strand's count of its reads, and tokens that stand for stretches of it.

use core::sync::atomic::{AtomicU32, Ordering};

/// See the module.
#[derive(Debug)]
pub struct Time {
    now: u32,
    /// See [`token`](Self::token); 0: due.
    token: u32,
    /// Tokens that nobody has: from the last one that was had, how many more.
    tokens: (u32, u32),
}

impl Time {
    /// Before the first read.
    pub const fn new() -> Self {
        Time {
            now: 1,
            token: 0,
            tokens: (0, 0),
        }
    }

    /// The moment of the next read; never 0.
    #[inline]
    pub fn now(&self) -> u32 {
        self.now
    }

    /// The next moment; false if the count begins anew, so that of two reads nobody knows which came first.
    #[inline]
    pub fn tick(&mut self) -> bool {
        self.now = self.now.wrapping_add(1);
        self.now != 0
    }

    /// What stands for the strand's reads of keys since the last one was due: no other strand's, until 2^32
    /// of them were had.
    #[inline]
    pub fn token(&mut self) -> u32 {
        if self.token == 0 {
            self.draw();
        }
        self.token
    }

    fn draw(&mut self) {
        /// Drawn at once, so that strands seldom meet here.
        const MANY: u32 = 64;
        static NEXT: AtomicU32 = AtomicU32::new(0);
        if self.tokens.1 == 0 {
            self.tokens = (NEXT.fetch_add(MANY, Ordering::Relaxed), MANY);
        }
        self.tokens = (self.tokens.0.wrapping_add(1), self.tokens.1 - 1);
        // The first and the last of all stand for nothing.
        self.token = self.tokens.0.clamp(1, u32::MAX - 1);
    }

    /// Another token is due.
    #[inline]
    pub fn renew(&mut self) {
        self.token = 0;
    }
}
