//! A hash set with the external contract, and its views; mirror of `std::collections::hash_set`.

mod drain;
mod iter;
mod ops;
mod set;
mod traits;

pub use self::drain::{Drain, ExtractIf};
pub use self::iter::{IntoIter, Iter};
pub use self::ops::{Difference, Intersection, SymmetricDifference, Union};
pub use self::set::HashSet;
