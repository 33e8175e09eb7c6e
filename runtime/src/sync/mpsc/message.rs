//! A message on its way.

use crate::engine::{At, Op, SyncVar};

/// A value and what its sender had done when it sent it.
#[derive(Debug)]
pub(super) struct Message<T> {
    /// Before the value, so that it is dropped before it.
    departure: Departure,
    value: T,
}

impl<T> Message<T> {
    /// Call right before the real send.
    #[inline]
    pub(super) fn send(value: T, at: &At) -> Self {
        let clock = SyncVar::new();
        clock.release(at);
        Message {
            departure: Departure(Some(clock)),
            value,
        }
    }

    /// The value, in the hands of its receiver.
    #[inline]
    pub(super) fn receive(mut self, at: &At) -> T {
        if let Some(clock) = self.departure.0.take() {
            clock.acquire(at);
        }
        self.value
    }

    /// The value, back in its sender's hands.
    #[inline]
    pub(super) fn give_back(mut self) -> T {
        self.departure.0 = None;
        self.value
    }
}

/// The sender's clock. A message that nobody receives is dropped by whoever drops the channel, and
/// the value's destructor runs after the send.
#[derive(Debug)]
struct Departure(Option<SyncVar>);

impl Drop for Departure {
    #[inline]
    fn drop(&mut self) {
        if let Some(clock) = &self.0 {
            clock.acquire(&At::here(&Op("Receiver::drop")));
        }
    }
}
