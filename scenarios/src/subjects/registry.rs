//! A registry of live tasks, as a runtime's console keeps it. Tasks enter and leave, a reaper takes out
//! those that show no sign of life, and what the registry counts is compared with the runtime's own
//! count.

use super::tagged::{Tag, Tagged, View};
use crate::hidden::Slot;
use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicU64, Ordering};

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// A place holds the task's id without an incarnation, and ids are used again.
    NoIncarnation,
    /// A task that leaves tries the lock and goes on without it.
    TryLockIgnored,
}

struct Place {
    /// The id of the task.
    task: Tagged,
    /// When it last showed a sign of life.
    beat: AtomicU64,
}

/// The registry.
pub struct Registry {
    places: Box<[Place]>,
    /// Guards `live`.
    roster: Mutex<()>,
    live: Slot<u64>,
    bug: Option<Bug>,
}

/// What a reaper saw.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    place: usize,
    task: View,
    /// When the task last showed a sign of life.
    pub beat: u64,
}

impl Registry {
    /// An empty registry with a place for each id below `tasks`.
    pub fn new(tasks: usize, bug: Option<Bug>) -> Self {
        let tag = match bug {
            Some(Bug::NoIncarnation) => Tag::None,
            _ => Tag::Word,
        };
        let place = |_| Place {
            task: Tagged::new(None, tag),
            beat: AtomicU64::new(0),
        };
        Registry {
            places: (0..tasks).map(place).collect(),
            roster: Mutex::new(()),
            live: Slot::new(0),
            bug,
        }
    }

    /// A task that is not there enters at time `now`. `midway` runs while the roster is brought up to date.
    ///
    /// # Panics
    ///
    /// If another holder of the lock panicked.
    #[track_caller]
    pub fn enter(&self, id: u32, now: u64, midway: impl FnOnce()) {
        let held = self.roster.lock().unwrap();
        let live = self.live.get();
        midway();
        self.live.set(live + 1);
        drop(held);
        let place = &self.places[id as usize];
        place.beat.store(now, Ordering::Release);
        place.task.set(Some(id), Ordering::Release);
    }

    /// A task leaves; false if it was not there.
    ///
    /// # Panics
    ///
    /// If another holder of the lock panicked.
    #[track_caller]
    pub fn leave(&self, id: u32) -> bool {
        let place = &self.places[id as usize];
        let task = place.task.load(Ordering::Acquire);
        if task.index().is_none() || !place.task.swing(task, None, Ordering::AcqRel) {
            return false;
        }
        self.count_down();
        true
    }

    #[track_caller]
    fn count_down(&self) {
        let _held = match self.bug {
            Some(Bug::TryLockIgnored) => self.roster.try_lock().ok(),
            _ => Some(self.roster.lock().unwrap()),
        };
        self.live.set(self.live.get().saturating_sub(1));
    }

    /// The task at an id's place; `None` if there is none.
    #[track_caller]
    pub fn look(&self, id: u32) -> Option<Look> {
        let place = id as usize;
        let task = self.places[place].task.load(Ordering::Acquire);
        task.index()?;
        let beat = self.places[place].beat.load(Ordering::Acquire);
        Some(Look { place, task, beat })
    }

    /// Takes out the task that was seen, if it is still that; whether it was.
    #[track_caller]
    pub fn reap(&self, seen: Look) -> bool {
        let reaped = self.places[seen.place]
            .task
            .swing(seen.task, None, Ordering::AcqRel);
        if reaped {
            self.count_down();
        }
        reaped
    }

    /// Whether the registry counts as many live tasks as the runtime, which has `running`.
    ///
    /// # Panics
    ///
    /// If another holder of the lock panicked.
    #[track_caller]
    pub fn agrees(&self, running: u64) -> bool {
        let _held = self.roster.lock().unwrap();
        self.live.get() == running
    }
}
