//! Scopes that are to be atomic, made of operations that each are: what another strand does between
//! two of them shows.

use crate::hidden::Slot;
use fidge::sync::Mutex;

pub mod cell_guarded_per_access;
pub mod half_seen;
pub mod lock_to_lock;
pub mod map_and_counter;
pub mod transfer;
pub mod two_maps;

/// A plain memory location whose lock every access takes, and gives back.
struct Guarded<T> {
    lock: Mutex<()>,
    value: Slot<T>,
}

impl<T: Copy> Guarded<T> {
    fn new(value: T) -> Self {
        Guarded {
            lock: Mutex::new(()),
            value: Slot::new(value),
        }
    }

    #[track_caller]
    fn get(&self) -> T {
        let _held = self.lock.lock().unwrap();
        self.value.get()
    }

    #[track_caller]
    fn set(&self, new: T) {
        let _held = self.lock.lock().unwrap();
        self.value.set(new);
    }

    #[track_caller]
    fn update(&self, f: impl FnOnce(T) -> T) -> T {
        let _held = self.lock.lock().unwrap();
        let new = f(self.value.get());
        self.value.set(new);
        new
    }
}
