//! What the table holds: the program's value and, beside it, the shadow of its key.

use crate::engine::{At, Granule, Op, Past};
use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::{RefUnwindSafe, UnwindSafe};

/// A map's value, or a set's element, with the key's shadow. To the table it is the value: it
/// hashes, compares and prints as that.
pub(super) struct Tracked<V> {
    value: V,
    key: Granule,
    /// What became of the key so far.
    pub(super) past: Past,
}

// Shadow says nothing about whether the value is whole: that is the value's own affair.
impl<V: UnwindSafe> UnwindSafe for Tracked<V> {}
impl<V: RefUnwindSafe> RefUnwindSafe for Tracked<V> {}

impl<V> Tracked<V> {
    /// A value under a key that nobody has touched.
    #[inline]
    pub(super) fn new(value: V) -> Self {
        Tracked {
            value,
            key: Granule::of_map(),
            past: Past::new(),
        }
    }

    /// A value under a key that was there before.
    #[inline]
    pub(super) fn resumed(value: V, past: Past) -> Self {
        Tracked {
            value,
            key: Granule::of_map(),
            past,
        }
    }

    /// The value, for a caller that reads the key.
    #[inline]
    pub(super) fn read(&self, at: &At) -> &V {
        self.key.read(at);
        &self.value
    }

    /// The value, for a caller that may write it.
    #[inline]
    pub(super) fn write(&mut self, at: &At) -> &mut V {
        self.key.write(at);
        &mut self.value
    }

    /// The value, for a caller that comes by the key on its way.
    #[inline]
    pub(super) fn pass(&self, at: &At) -> &V {
        self.past.passed(at);
        self.read(at)
    }

    /// The value, for a caller that comes by the key on its way and may write it.
    #[inline]
    pub(super) fn pass_mut(&mut self, at: &At) -> &mut V {
        self.past.passed(at);
        self.write(at)
    }

    /// The key is written, the value stays: an insertion of what is there.
    #[inline]
    pub(super) fn rewrite(&self, at: &At) {
        self.key.write(at);
    }

    /// The value, for a caller whose write of the structure covers every key.
    #[inline]
    pub(super) fn value(&self) -> &V {
        &self.value
    }

    /// The value, for a caller whose write of the structure covers every key.
    #[inline]
    pub(super) fn value_mut(&mut self) -> &mut V {
        &mut self.value
    }

    /// The value, out of the table.
    #[inline]
    pub(super) fn into_value(self) -> V {
        self.value
    }
}

/// The copy is a key of another table, which nobody has touched.
impl<V: Clone> Clone for Tracked<V> {
    #[inline]
    fn clone(&self) -> Self {
        Tracked::new(self.value.clone())
    }
}

impl<V: fmt::Debug> fmt::Debug for Tracked<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read(&At::here(&Op("Debug::fmt"))).fmt(f)
    }
}

impl<T: Hash> Hash for Tracked<T> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<T: PartialEq> PartialEq for Tracked<T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Tracked<T> {}

/// What a set looks for. `Tracked<T>: Borrow<Q>` for every `T: Borrow<Q>` would overlap with std's
/// `T: Borrow<T>`; under a name of its own it does not.
#[repr(transparent)]
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Sought<Q: ?Sized>(Q);

impl<Q: ?Sized> Sought<Q> {
    /// `value`, to be looked for.
    #[inline]
    pub(super) fn new(value: &Q) -> &Self {
        // SAFETY: `Sought` is a transparent wrapper of `Q`, so the two have one layout and, when
        // unsized, one kind of metadata; the lifetime and the sharing stay those of `value`.
        unsafe { &*(value as *const Q as *const Self) }
    }
}

impl<T: Borrow<Q>, Q: ?Sized> Borrow<Sought<Q>> for Tracked<T> {
    #[inline]
    fn borrow(&self) -> &Sought<Q> {
        Sought::new(self.value.borrow())
    }
}
