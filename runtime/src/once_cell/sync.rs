//! Mirror of [`once_cell::sync`]: cells that block while another thread
//! initialises them.

use crate::engine::{At, Op, SyncVar};
use std::cell::Cell;
use std::convert::Infallible;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};

/// [`once_cell::sync::OnceCell`], seen by the engine.
pub struct OnceCell<T> {
    real: ::once_cell::sync::OnceCell<T>,
    initialised: SyncVar,
}

/// An initialiser that runs. Upstream runs one at a time, and if it fails another gets its turn:
/// so each one's end, whatever it comes to, happens before the next one's start.
struct Initialising<'a> {
    cell: &'a SyncVar,
    at: &'a At,
}

impl<'a> Initialising<'a> {
    fn start(cell: &'a SyncVar, at: &'a At) -> Self {
        cell.acquire(at);
        Initialising { cell, at }
    }
}

impl Drop for Initialising<'_> {
    fn drop(&mut self) {
        self.cell.release(self.at);
    }
}

impl<T: RefUnwindSafe + UnwindSafe> RefUnwindSafe for OnceCell<T> {}
impl<T: UnwindSafe> UnwindSafe for OnceCell<T> {}

impl<T> OnceCell<T> {
    /// An empty cell.
    pub const fn new() -> OnceCell<T> {
        OnceCell {
            real: ::once_cell::sync::OnceCell::new(),
            initialised: SyncVar::new(),
        }
    }

    /// A cell with a value.
    pub const fn with_value(value: T) -> OnceCell<T> {
        OnceCell {
            real: ::once_cell::sync::OnceCell::with_value(value),
            initialised: SyncVar::new(),
        }
    }

    /// The value, if there is one yet. Never blocks.
    #[inline]
    #[track_caller]
    pub fn get(&self) -> Option<&T> {
        let at = At::here(&Op("OnceCell::get"));
        let value = self.real.get()?;
        self.initialised.acquire(&at);
        Some(value)
    }

    /// The value; blocks until there is one.
    #[track_caller]
    pub fn wait(&self) -> &T {
        let at = At::here(&Op("OnceCell::wait"));
        let value = self.real.wait();
        self.initialised.acquire(&at);
        value
    }

    /// The value, mutably, if there is one.
    #[inline]
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.real.get_mut()
    }

    /// The value, without a check that there is one. Orders nothing.
    ///
    /// # Safety
    ///
    /// The cell has a value, and its initialisation happened before this call.
    #[inline]
    pub unsafe fn get_unchecked(&self) -> &T {
        // SAFETY: the caller's promise is the same.
        unsafe { self.real.get_unchecked() }
    }

    /// Puts `value` in.
    ///
    /// # Errors
    ///
    /// `value`, if the cell has one already.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        match self.insert_at(value, &At::here(&Op("OnceCell::set"))) {
            Ok(_) => Ok(()),
            Err((_, value)) => Err(value),
        }
    }

    /// Puts `value` in; `Ok` with a reference to it.
    ///
    /// # Errors
    ///
    /// If the cell has a value already, that one and `value`.
    #[track_caller]
    pub fn try_insert(&self, value: T) -> Result<&T, (&T, T)> {
        self.insert_at(value, &At::here(&Op("OnceCell::try_insert")))
    }

    /// The value; that of `f`, if there is none yet. Blocks while another thread initialises.
    ///
    /// # Panics
    ///
    /// If `f` panics; the cell stays empty.
    #[track_caller]
    pub fn get_or_init<F>(&self, f: F) -> &T
    where
        F: FnOnce() -> T,
    {
        self.init_at(f, &At::here(&Op("OnceCell::get_or_init")))
    }

    /// The value; that of `f`, if there is none yet. Blocks while another thread initialises.
    ///
    /// # Errors
    ///
    /// Those of `f`; the cell stays empty.
    ///
    /// # Panics
    ///
    /// If `f` panics; the cell stays empty.
    #[track_caller]
    pub fn get_or_try_init<F, E>(&self, f: F) -> Result<&T, E>
    where
        F: FnOnce() -> Result<T, E>,
    {
        self.try_init_at(f, &At::here(&Op("OnceCell::get_or_try_init")))
    }

    /// Takes the value out; the cell is empty again.
    pub fn take(&mut self) -> Option<T> {
        self.real.take()
    }

    /// The value, if there is one.
    #[inline]
    pub fn into_inner(self) -> Option<T> {
        self.real.into_inner()
    }

    fn insert_at(&self, value: T, at: &At) -> Result<&T, (&T, T)> {
        let mut value = Some(value);
        let inserted = self.init_at(|| value.take().expect("an initialiser runs once"), at);
        match value {
            None => Ok(inserted),
            Some(value) => Err((inserted, value)),
        }
    }

    fn init_at(&self, f: impl FnOnce() -> T, at: &At) -> &T {
        match self.try_init_at(|| Ok::<T, Infallible>(f()), at) {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }

    fn try_init_at<E>(&self, f: impl FnOnce() -> Result<T, E>, at: &At) -> Result<&T, E> {
        let value = self.real.get_or_try_init(|| {
            let _initialising = Initialising::start(&self.initialised, at);
            f()
        })?;
        self.initialised.acquire(at);
        Ok(value)
    }
}

impl<T> Default for OnceCell<T> {
    fn default() -> Self {
        OnceCell::new()
    }
}

impl<T> From<T> for OnceCell<T> {
    fn from(value: T) -> Self {
        OnceCell::with_value(value)
    }
}

impl<T: Clone> Clone for OnceCell<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        match self.get() {
            Some(value) => OnceCell::with_value(value.clone()),
            None => OnceCell::new(),
        }
    }

    #[track_caller]
    fn clone_from(&mut self, source: &Self) {
        match (self.get_mut(), source.get()) {
            (Some(value), Some(source)) => value.clone_from(source),
            _ => *self = source.clone(),
        }
    }
}

impl<T: PartialEq> PartialEq for OnceCell<T> {
    #[track_caller]
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceCell<T> {}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Some(value) => f.debug_tuple("OnceCell").field(value).finish(),
            None => f.write_str("OnceCell(Uninit)"),
        }
    }
}

/// [`once_cell::sync::Lazy`] over a cell that the engine sees.
pub struct Lazy<T, F = fn() -> T> {
    cell: OnceCell<T>,
    init: Cell<Option<F>>,
}

// SAFETY: through a shared `Lazy` the initialiser is touched by `force` only, inside of the cell's
// initialisation, which runs on one thread at a time. No `&F` is ever made, so it need not be `Sync`.
unsafe impl<T, F: Send> Sync for Lazy<T, F> where OnceCell<T>: Sync {}

impl<T, F: RefUnwindSafe> RefUnwindSafe for Lazy<T, F> where OnceCell<T>: RefUnwindSafe {}

const POISONED: &str = "Lazy instance has previously been poisoned";

impl<T, F> Lazy<T, F> {
    /// A value that `f` makes when it is first needed.
    pub const fn new(f: F) -> Lazy<T, F> {
        Lazy {
            cell: OnceCell::new(),
            init: Cell::new(Some(f)),
        }
    }

    /// The value.
    ///
    /// # Errors
    ///
    /// The initialiser, if it has not run.
    ///
    /// # Panics
    ///
    /// If the initialiser panicked.
    pub fn into_value(this: Lazy<T, F>) -> Result<T, F> {
        let Lazy { cell, init } = this;
        cell.into_inner()
            .ok_or_else(|| init.into_inner().unwrap_or_else(|| panic!("{POISONED}")))
    }
}

impl<T, F: FnOnce() -> T> Lazy<T, F> {
    /// The value, made now if it was not yet.
    ///
    /// # Panics
    ///
    /// If the initialiser panics, or did before.
    #[track_caller]
    pub fn force(this: &Lazy<T, F>) -> &T {
        let at = At::here(&Op("Lazy::force"));
        this.cell.init_at(
            || match this.init.take() {
                Some(f) => f(),
                None => panic!("{POISONED}"),
            },
            &at,
        )
    }

    /// The value, mutably, made now if it was not yet.
    ///
    /// # Panics
    ///
    /// If the initialiser panics, or did before.
    pub fn force_mut(this: &mut Lazy<T, F>) -> &mut T {
        if this.cell.get_mut().is_none() {
            let value = match this.init.get_mut().take() {
                Some(f) => f(),
                None => panic!("{POISONED}"),
            };
            this.cell = OnceCell::with_value(value);
        }
        this.cell
            .get_mut()
            .expect("it has a value or got one above")
    }

    /// The value, if it was made.
    #[track_caller]
    pub fn get(this: &Lazy<T, F>) -> Option<&T> {
        this.cell.get()
    }

    /// The value, mutably, if it was made.
    pub fn get_mut(this: &mut Lazy<T, F>) -> Option<&mut T> {
        this.cell.get_mut()
    }
}

impl<T, F: FnOnce() -> T> Deref for Lazy<T, F> {
    type Target = T;

    #[track_caller]
    fn deref(&self) -> &T {
        Lazy::force(self)
    }
}

impl<T, F: FnOnce() -> T> DerefMut for Lazy<T, F> {
    fn deref_mut(&mut self) -> &mut T {
        Lazy::force_mut(self)
    }
}

impl<T: Default> Default for Lazy<T> {
    fn default() -> Lazy<T> {
        Lazy::new(T::default)
    }
}

impl<T: fmt::Debug, F> fmt::Debug for Lazy<T, F> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lazy")
            .field("cell", &self.cell)
            .field("init", &"..")
            .finish()
    }
}
