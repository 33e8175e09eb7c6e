//! Correct programs that other detectors report, as the fixed twins of pairs that lack the edge.

pub mod channel;
pub mod contended_mutex;
pub mod fence_hand_off;
