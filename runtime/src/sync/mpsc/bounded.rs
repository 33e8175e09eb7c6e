//! The channel behind `sync_channel`.
//!
//! Which receive made room for a send depends on the place that the message took in the queue, and
//! std keeps that to itself. A clock for the whole channel would order a send after receives that it
//! did not wait for; so the queue is written out here, under one lock that settles every place.
//!
//! With room for `k > 0` messages: each receive leaves its clock in `rooms`, and each send but the
//! first `k` takes the oldest one. With `k = 0` a send offers its message with a clock of its own and
//! waits until the receiver, having taken the message, released into it. A `try_send` then succeeds
//! only when a receiver waits with nothing offered to it, and is ordered after the beginning of that
//! wait.
//!
//! No code of the user's runs while the lock is held.

use super::message::Message;
use super::{RecvError, RecvTimeoutError, TryRecvError, TrySendError};
use crate::engine::{At, SyncVar};
use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A channel with room for `capacity` messages.
pub(super) fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let channel = Arc::new(Channel {
        capacity,
        state: Mutex::new(State {
            queue: VecDeque::new(),
            next: 0,
            taken: 0,
            rooms: VecDeque::new(),
            waiting: false,
            wait: SyncVar::new(),
            senders: 1,
            receiver: true,
        }),
        news: Condvar::new(),
        room: Condvar::new(),
    });
    (Sender(Arc::clone(&channel)), Receiver(channel))
}

struct Channel<T> {
    capacity: usize,
    state: Mutex<State<T>>,
    /// For the receiver: a message is there, or the last sender is gone.
    news: Condvar,
    /// For senders: a message was taken, or the receiver is gone.
    room: Condvar,
}

struct State<T> {
    queue: VecDeque<Entry<T>>,
    /// The serial number of the next message.
    next: u64,
    /// Messages with a smaller serial number were taken.
    taken: u64,
    /// `capacity > 0`: the clocks of receives whose room no send has taken yet, oldest first.
    rooms: VecDeque<SyncVar>,
    /// The receiver waits for news, and `wait` has what it did before.
    waiting: bool,
    wait: SyncVar,
    senders: usize,
    receiver: bool,
}

struct Entry<T> {
    serial: u64,
    message: Message<T>,
    /// `capacity == 0`: released into when the message is taken, for a sender that waits for that.
    receipt: Option<Arc<SyncVar>>,
}

impl<T> Channel<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(
        &self,
        state: &mut State<T>,
        message: Message<T>,
        receipt: Option<Arc<SyncVar>>,
    ) -> u64 {
        let serial = state.next;
        state.next += 1;
        state.queue.push_back(Entry {
            serial,
            message,
            receipt,
        });
        self.news.notify_one();
        serial
    }

    /// Takes the room that the send of the next message needs; there must be some.
    fn take_room(&self, state: &mut State<T>, at: &At) {
        if state.next >= self.capacity as u64 {
            state
                .rooms
                .pop_front()
                .expect("a queue that is not full has room")
                .acquire(at);
        }
    }

    fn take(&self, state: &mut State<T>, at: &At) -> Option<T> {
        let Entry {
            serial,
            message,
            receipt,
        } = state.queue.pop_front()?;
        let value = message.receive(at);
        state.taken = serial + 1;
        if self.capacity > 0 {
            let room = SyncVar::new();
            room.release(at);
            state.rooms.push_back(room);
            self.room.notify_one();
        } else if let Some(receipt) = receipt {
            receipt.release(at);
            // Every sender waits for its own message.
            self.room.notify_all();
        }
        Some(value)
    }
}

/// The real sender.
pub(super) struct Sender<T>(Arc<Channel<T>>);

impl<T> Sender<T> {
    /// Sends, and waits for room; gives the message back when the receiver is gone.
    pub(super) fn send(&self, message: Message<T>, at: &At) -> Result<(), Message<T>> {
        if self.0.capacity > 0 {
            self.enqueue(message, at)
        } else {
            self.hand_over(message, at)
        }
    }

    fn enqueue(&self, message: Message<T>, at: &At) -> Result<(), Message<T>> {
        let mut state = self.0.lock();
        while state.receiver && state.queue.len() >= self.0.capacity {
            state = self
                .0
                .room
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if !state.receiver {
            return Err(message);
        }
        self.0.take_room(&mut state, at);
        self.0.push(&mut state, message, None);
        Ok(())
    }

    fn hand_over(&self, message: Message<T>, at: &At) -> Result<(), Message<T>> {
        let mut state = self.0.lock();
        if !state.receiver {
            return Err(message);
        }
        let receipt = Arc::new(SyncVar::new());
        let serial = self.0.push(&mut state, message, Some(Arc::clone(&receipt)));
        while state.receiver && state.taken <= serial {
            state = self
                .0
                .room
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.taken > serial {
            drop(state);
            receipt.acquire(at);
            return Ok(());
        }
        let ours = state.queue.iter().position(|entry| entry.serial == serial);
        let entry = ours.and_then(|index| state.queue.remove(index));
        Err(entry.expect("what nobody took is still there").message)
    }

    /// Sends if that needs no waiting.
    pub(super) fn try_send(
        &self,
        message: Message<T>,
        at: &At,
    ) -> Result<(), TrySendError<Message<T>>> {
        let mut state = self.0.lock();
        if !state.receiver {
            return Err(TrySendError::Disconnected(message));
        }
        if self.0.capacity > 0 {
            if state.queue.len() >= self.0.capacity {
                return Err(TrySendError::Full(message));
            }
            self.0.take_room(&mut state, at);
        } else {
            if !state.waiting || !state.queue.is_empty() {
                return Err(TrySendError::Full(message));
            }
            state.wait.acquire(at);
        }
        self.0.push(&mut state, message, None);
        Ok(())
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.0.lock().senders += 1;
        Sender(Arc::clone(&self.0))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.senders -= 1;
        if state.senders == 0 {
            self.0.news.notify_one();
        }
    }
}

/// The real receiver.
pub(super) struct Receiver<T>(Arc<Channel<T>>);

impl<T> Receiver<T> {
    /// Takes a message that is there.
    pub(super) fn try_recv(&self, at: &At) -> Result<T, TryRecvError> {
        let mut state = self.0.lock();
        match self.0.take(&mut state, at) {
            Some(value) => Ok(value),
            None if state.senders == 0 => Err(TryRecvError::Disconnected),
            None => Err(TryRecvError::Empty),
        }
    }

    /// Takes a message, and waits for one.
    pub(super) fn recv(&self, at: &At) -> Result<T, RecvError> {
        self.recv_until(None, at).map_err(|_| RecvError)
    }

    /// Takes a message, and waits for one as long as `timeout`.
    pub(super) fn recv_timeout(&self, timeout: Duration, at: &At) -> Result<T, RecvTimeoutError> {
        // A deadline beyond the clock's end is none.
        self.recv_until(Instant::now().checked_add(timeout), at)
    }

    fn recv_until(&self, deadline: Option<Instant>, at: &At) -> Result<T, RecvTimeoutError> {
        let mut state = self.0.lock();
        loop {
            if let Some(value) = self.0.take(&mut state, at) {
                return Ok(value);
            }
            if state.senders == 0 {
                return Err(RecvTimeoutError::Disconnected);
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                return Err(RecvTimeoutError::Timeout);
            }
            if self.0.capacity == 0 {
                state.wait.release(at);
            }
            state.waiting = true;
            state = match left {
                None => self
                    .0
                    .news
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(left) => {
                    self.0
                        .news
                        .wait_timeout(state, left)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
            };
            state.waiting = false;
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.receiver = false;
        self.0.room.notify_all();
        // With no room at all, what is queued is on offer by senders that wait: they take it back.
        let unread = if self.0.capacity > 0 {
            mem::take(&mut state.queue)
        } else {
            VecDeque::new()
        };
        // The messages' destructors are the user's, and run without the lock.
        drop(state);
        drop(unread);
    }
}
