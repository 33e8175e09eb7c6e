//! `std::sync::mpsc`.
//!
//! * A message carries its sender's clock, so a receive is ordered after the send of *that* message
//!   and no two senders are ordered by the channel.
//! * With room for `k` messages, the n-th receive happens before the (n+k)-th send completes; with
//!   none (`sync_channel(0)`), before the send of the very message completes.
//! * All drops of senders happen before a receive that finds the channel disconnected, and the drop
//!   of the receiver before a send that fails.

mod bounded;
mod message;
mod receiver;
mod sender;

pub use receiver::{IntoIter, Iter, Receiver, TryIter};
pub use sender::{Sender, SyncSender};
pub use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

use crate::engine::{At, Op, SyncVar};
use std::sync::{Arc, mpsc};

/// See [`std::sync::mpsc::channel`].
#[must_use]
#[track_caller]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = mpsc::channel();
    let ends = Arc::new(Ends::default());
    (
        Sender::new(sender, &ends),
        Receiver::unbounded(receiver, &ends),
    )
}

/// See [`std::sync::mpsc::sync_channel`].
#[must_use]
#[track_caller]
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let (sender, receiver) = bounded::channel(bound);
    let ends = Arc::new(Ends::default());
    (
        SyncSender::new(sender, &ends),
        Receiver::bounded(receiver, &ends),
    )
}

/// The clocks of disconnection.
#[derive(Debug, Default)]
struct Ends {
    senders: SyncVar,
    receiver: SyncVar,
}

/// One sender's part in them. It stands before the real sender, to be dropped before it.
#[derive(Debug)]
struct SenderEnd(Arc<Ends>);

impl SenderEnd {
    /// The receiver was found to be gone.
    fn disconnected(&self, at: &At) {
        self.0.receiver.acquire(at);
    }
}

impl Drop for SenderEnd {
    fn drop(&mut self) {
        self.0.senders.release_join(&At::here(&Op("Sender::drop")));
    }
}

/// The receiver's part in them. It stands before the real receiver, to be dropped before it.
#[derive(Debug)]
struct ReceiverEnd(Arc<Ends>);

impl ReceiverEnd {
    /// All senders were found to be gone.
    fn disconnected(&self, at: &At) {
        self.0.senders.acquire(at);
    }
}

impl Drop for ReceiverEnd {
    fn drop(&mut self) {
        self.0.receiver.release(&At::here(&Op("Receiver::drop")));
    }
}
