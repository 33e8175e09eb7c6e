//! Atomics whose orders are too weak for what rests on them.

pub mod dekker_without_seqcst;
pub mod missing_release_fence;
pub mod relaxed_push;
pub mod seqlock_without_fences;
pub mod sequence_cut_by_reset;
pub mod two_flags;
