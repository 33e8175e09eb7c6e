//! `Receiver` and its iterators.

use super::message::Message;
use super::{Ends, ReceiverEnd, RecvError, RecvTimeoutError, TryRecvError, bounded};
use crate::engine::{At, Op};
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// [`std::sync::mpsc::Receiver`].
pub struct Receiver<T> {
    end: ReceiverEnd,
    real: Real<T>,
}

impl<T> UnwindSafe for Receiver<T> {}
impl<T> RefUnwindSafe for Receiver<T> {}

enum Real<T> {
    Unbounded(mpsc::Receiver<Message<T>>),
    Bounded(bounded::Receiver<T>),
}

impl<T> Receiver<T> {
    pub(super) fn unbounded(real: mpsc::Receiver<Message<T>>, ends: &Arc<Ends>) -> Self {
        Receiver {
            end: ReceiverEnd(Arc::clone(ends)),
            real: Real::Unbounded(real),
        }
    }

    pub(super) fn bounded(real: bounded::Receiver<T>, ends: &Arc<Ends>) -> Self {
        Receiver {
            end: ReceiverEnd(Arc::clone(ends)),
            real: Real::Bounded(real),
        }
    }

    /// See [`std::sync::mpsc::Receiver::try_recv`].
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        let at = At::here(&Op("Receiver::try_recv"));
        let result = match &self.real {
            Real::Unbounded(real) => real.try_recv().map(|message| message.receive(&at)),
            Real::Bounded(real) => real.try_recv(&at),
        };
        if let Err(TryRecvError::Disconnected) = result {
            self.end.disconnected(&at);
        }
        result
    }

    /// See [`std::sync::mpsc::Receiver::recv`].
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        let at = At::here(&Op("Receiver::recv"));
        let result = match &self.real {
            Real::Unbounded(real) => real.recv().map(|message| message.receive(&at)),
            Real::Bounded(real) => real.recv(&at),
        };
        if result.is_err() {
            self.end.disconnected(&at);
        }
        result
    }

    /// See [`std::sync::mpsc::Receiver::recv_timeout`].
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        let at = At::here(&Op("Receiver::recv_timeout"));
        let result = match &self.real {
            Real::Unbounded(real) => real
                .recv_timeout(timeout)
                .map(|message| message.receive(&at)),
            Real::Bounded(real) => real.recv_timeout(timeout, &at),
        };
        if let Err(RecvTimeoutError::Disconnected) = result {
            self.end.disconnected(&at);
        }
        result
    }

    /// See [`std::sync::mpsc::Receiver::iter`].
    #[track_caller]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { rx: self }
    }

    /// See [`std::sync::mpsc::Receiver::try_iter`].
    #[track_caller]
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter { rx: self }
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}

/// [`std::sync::mpsc::Iter`].
#[derive(Debug)]
pub struct Iter<'a, T: 'a> {
    rx: &'a Receiver<T>,
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.rx.recv().ok()
    }
}

/// [`std::sync::mpsc::TryIter`].
#[derive(Debug)]
pub struct TryIter<'a, T: 'a> {
    rx: &'a Receiver<T>,
}

impl<'a, T> Iterator for TryIter<'a, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.rx.try_recv().ok()
    }
}

/// [`std::sync::mpsc::IntoIter`].
#[derive(Debug)]
pub struct IntoIter<T> {
    rx: Receiver<T>,
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.rx.recv().ok()
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    #[track_caller]
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    #[track_caller]
    fn into_iter(self) -> IntoIter<T> {
        IntoIter { rx: self }
    }
}
