//! A hash map with the external contract, and its views; mirror of `std::collections::hash_map`.

mod drain;
mod entry;
mod iter;
mod map;
mod traits;
mod views;

pub use self::drain::{Drain, ExtractIf};
pub use self::entry::{Entry, OccupiedEntry, VacantEntry};
pub use self::iter::{IntoIter, Iter, IterMut};
pub use self::map::HashMap;
pub use self::views::{IntoKeys, IntoValues, Keys, Values, ValuesMut};
pub use std::hash::{DefaultHasher, RandomState};
