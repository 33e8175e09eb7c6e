//! `std::sync::mpsc`, as a queue under a lock: loom's own channel knows no disconnection.
//!
//! The lock orders every send with every receive before it, which std does not.

use super::condvar::Condvar;
use super::unsupported;
use ::loom::sync::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
pub use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};
use std::time::Duration;

struct Channel<T> {
    queue: Mutex<Queue<T>>,
    changed: Condvar,
    bound: usize,
}

struct Queue<T> {
    messages: VecDeque<T>,
    senders: usize,
    receiver: bool,
}

/// [`std::sync::mpsc::Sender`].
pub struct Sender<T>(Arc<Channel<T>>);

/// [`std::sync::mpsc::SyncSender`].
pub struct SyncSender<T>(Sender<T>);

/// [`std::sync::mpsc::Receiver`].
pub struct Receiver<T>(Arc<Channel<T>>);

/// [`std::sync::mpsc::channel`].
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    bounded(usize::MAX)
}

/// [`std::sync::mpsc::sync_channel`].
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    if bound == 0 {
        unsupported("a rendezvous channel");
    }
    let (sender, receiver) = bounded(bound);
    (SyncSender(sender), receiver)
}

fn bounded<T>(bound: usize) -> (Sender<T>, Receiver<T>) {
    let queue = Mutex::new(Queue {
        messages: VecDeque::new(),
        senders: 1,
        receiver: true,
    });
    let channel = Arc::new(Channel {
        queue,
        changed: Condvar::new(),
        bound,
    });
    (Sender(Arc::clone(&channel)), Receiver(channel))
}

impl<T> Channel<T> {
    /// What `f` answers for the queue; whoever waits looks at it again.
    fn change<R>(&self, f: impl FnOnce(&mut Queue<T>) -> R) -> R {
        let value = f(&mut self.queue.lock().expect("nothing panics in here"));
        self.changed.notify_all();
        value
    }
}

impl<T> Sender<T> {
    /// See [`std::sync::mpsc::Sender::send`].
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        let queue = self.0.queue.lock().expect("nothing panics in here");
        let full = |queue: &mut Queue<T>| queue.receiver && queue.messages.len() >= self.0.bound;
        let queue = self.0.changed.wait_while(queue, full);
        let mut queue = queue.expect("nothing panics in here");
        if !queue.receiver {
            return Err(SendError(message));
        }
        queue.messages.push_back(message);
        drop(queue);
        self.0.changed.notify_all();
        Ok(())
    }
}

impl<T> SyncSender<T> {
    /// See [`std::sync::mpsc::SyncSender::send`].
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.0.send(message)
    }

    /// See [`std::sync::mpsc::SyncSender::try_send`].
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        let bound = self.0.0.bound;
        self.0.0.change(|queue| match queue {
            queue if !queue.receiver => Err(TrySendError::Disconnected(message)),
            queue if queue.messages.len() >= bound => Err(TrySendError::Full(message)),
            queue => {
                queue.messages.push_back(message);
                Ok(())
            }
        })
    }
}

impl<T> Receiver<T> {
    /// See [`std::sync::mpsc::Receiver::recv`].
    pub fn recv(&self) -> Result<T, RecvError> {
        let queue = self.0.queue.lock().expect("nothing panics in here");
        let empty = |queue: &mut Queue<T>| queue.senders > 0 && queue.messages.is_empty();
        let queue = self.0.changed.wait_while(queue, empty);
        let message = queue.expect("nothing panics in here").messages.pop_front();
        self.0.changed.notify_all();
        message.ok_or(RecvError)
    }

    /// See [`std::sync::mpsc::Receiver::try_recv`].
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.0.change(|queue| match queue.messages.pop_front() {
            Some(message) => Ok(message),
            None if queue.senders == 0 => Err(TryRecvError::Disconnected),
            None => Err(TryRecvError::Empty),
        })
    }

    /// Not to be had: loom has no time.
    pub fn recv_timeout(&self, _: Duration) -> Result<T, RecvTimeoutError> {
        unsupported("Receiver::recv_timeout")
    }

    /// See [`std::sync::mpsc::Receiver::iter`].
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        std::iter::from_fn(|| self.recv().ok())
    }

    /// See [`std::sync::mpsc::Receiver::try_iter`].
    pub fn try_iter(&self) -> impl Iterator<Item = T> + '_ {
        std::iter::from_fn(|| self.try_recv().ok())
    }
}

/// The iterator of a received channel.
pub struct IntoIter<T>(Receiver<T>);

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.recv().ok()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter(self)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.0.change(|queue| queue.senders += 1);
        Sender(Arc::clone(&self.0))
    }
}

impl<T> Clone for SyncSender<T> {
    fn clone(&self) -> Self {
        SyncSender(self.0.clone())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.change(|queue| queue.senders -= 1);
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.0.change(|queue| queue.receiver = false);
    }
}
