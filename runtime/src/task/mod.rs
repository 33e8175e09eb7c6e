//! Async tasks as strands, and the whole of [`std::task`].
//!
//! Two tasks that one thread polls in turn do not overlap, yet nothing orders them: on another run,
//! or another executor, they would. [`track`] makes a future a strand of its own, on any executor:
//!
//! * what its creator did before `track` happens before the future's first poll;
//! * what was done before a [`Waker::wake`] happens before the polls that follow;
//! * the future's end happens before what follows in the strand that polled it to the end, or
//!   dropped it.
//!
//! The thread that polls it is ordered with the future by nothing else. Futures polled inside of a
//! tracked one (by `.await`, `join!`, `select!`) are part of its strand, unless tracked themselves.
//!
//! With the feature `detect` off, [`track`] returns the future it was given.

#[cfg(feature = "detect")]
mod tracked;
#[cfg(feature = "detect")]
mod waking;

#[cfg(feature = "detect")]
pub use self::tracked::Tracked;
pub use std::task::*;

/// A future that is a strand of its own; with the feature `detect` off, the future itself.
#[cfg(not(feature = "detect"))]
pub type Tracked<F> = F;

/// Makes `future` a strand of its own, forked from the current one here and now.
///
/// ```
/// # async fn fetch() -> u32 { 7 }
/// # async fn example() {
/// let first = fidge::task::track(fetch());
/// let second = fidge::task::track(fetch());
/// // Nothing orders the two; both happen before the sum.
/// let sum = first.await + second.await;
/// # let _ = sum;
/// # }
/// ```
#[inline]
#[cfg_attr(feature = "detect", track_caller)]
pub fn track<F: Future>(future: F) -> Tracked<F> {
    #[cfg(feature = "detect")]
    return Tracked::new(future);
    #[cfg(not(feature = "detect"))]
    future
}
