//! `Sender` and `SyncSender`.

use super::message::Message;
use super::{Ends, SendError, SenderEnd, TrySendError, bounded};
use crate::engine::{At, Op};
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, mpsc};

/// [`std::sync::mpsc::Sender`].
pub struct Sender<T> {
    end: SenderEnd,
    real: mpsc::Sender<Message<T>>,
}

impl<T> UnwindSafe for Sender<T> {}
impl<T> RefUnwindSafe for Sender<T> {}

impl<T> Sender<T> {
    pub(super) fn new(real: mpsc::Sender<Message<T>>, ends: &Arc<Ends>) -> Self {
        Sender {
            end: SenderEnd(Arc::clone(ends)),
            real,
        }
    }

    /// See [`std::sync::mpsc::Sender::send`].
    #[track_caller]
    pub fn send(&self, t: T) -> Result<(), SendError<T>> {
        let at = At::here(&Op("Sender::send"));
        self.real
            .send(Message::send(t, &at))
            .map_err(|SendError(message)| {
                self.end.disconnected(&at);
                SendError(message.give_back())
            })
    }
}

impl<T> Clone for Sender<T> {
    #[track_caller]
    fn clone(&self) -> Sender<T> {
        Sender {
            end: SenderEnd(Arc::clone(&self.end.0)),
            real: self.real.clone(),
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

/// [`std::sync::mpsc::SyncSender`].
pub struct SyncSender<T> {
    end: SenderEnd,
    real: bounded::Sender<T>,
}

impl<T> UnwindSafe for SyncSender<T> {}
impl<T> RefUnwindSafe for SyncSender<T> {}

impl<T> SyncSender<T> {
    pub(super) fn new(real: bounded::Sender<T>, ends: &Arc<Ends>) -> Self {
        SyncSender {
            end: SenderEnd(Arc::clone(ends)),
            real,
        }
    }

    /// See [`std::sync::mpsc::SyncSender::send`].
    #[track_caller]
    pub fn send(&self, t: T) -> Result<(), SendError<T>> {
        let at = At::here(&Op("SyncSender::send"));
        self.real
            .send(Message::send(t, &at), &at)
            .map_err(|message| {
                self.end.disconnected(&at);
                SendError(message.give_back())
            })
    }

    /// See [`std::sync::mpsc::SyncSender::try_send`].
    #[track_caller]
    pub fn try_send(&self, t: T) -> Result<(), TrySendError<T>> {
        let at = At::here(&Op("SyncSender::try_send"));
        self.real
            .try_send(Message::send(t, &at), &at)
            .map_err(|error| match error {
                TrySendError::Full(message) => TrySendError::Full(message.give_back()),
                TrySendError::Disconnected(message) => {
                    self.end.disconnected(&at);
                    TrySendError::Disconnected(message.give_back())
                }
            })
    }
}

impl<T> Clone for SyncSender<T> {
    #[track_caller]
    fn clone(&self) -> SyncSender<T> {
        SyncSender {
            end: SenderEnd(Arc::clone(&self.end.0)),
            real: self.real.clone(),
        }
    }
}

impl<T> fmt::Debug for SyncSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncSender").finish_non_exhaustive()
    }
}
