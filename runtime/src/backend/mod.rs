//! Fidge's names, meaning another tool's types: so that one source can be run by that tool.
//!
//! For `fidge-scenarios`, which compares Fidge with loom and shuttle on programs written once. The
//! private features `__loom` and `__shuttle` make [`thread`](crate::thread), [`sync`](crate::sync),
//! [`cell`](crate::cell), ... the tool's own types, and thin shims over them where the tool has none.
//! Neither is for anyone's use, neither is on by default, and `detect` overrides both.

#[cfg(all(
    any(feature = "__loom", feature = "__shuttle"),
    not(feature = "detect")
))]
mod once;

#[cfg(all(feature = "__loom", not(feature = "detect")))]
mod loom;
#[cfg(all(feature = "__loom", not(feature = "detect")))]
pub use self::loom::*;

#[cfg(all(
    feature = "__shuttle",
    not(any(feature = "__loom", feature = "detect"))
))]
mod shuttle;
#[cfg(all(
    feature = "__shuttle",
    not(any(feature = "__loom", feature = "detect"))
))]
pub use self::shuttle::*;

#[cfg(any(
    feature = "detect",
    not(any(feature = "__loom", feature = "__shuttle"))
))]
mod native;
#[cfg(any(
    feature = "detect",
    not(any(feature = "__loom", feature = "__shuttle"))
))]
pub use self::native::*;
