//! Correct programs that other detectors report, as the fixed twins of pairs that lack the edge.

pub mod channel;
pub mod compare_exchange_max;
pub mod contended_mutex;
pub mod entry_counter;
pub mod fence_hand_off;
pub mod gauge;
pub mod idempotent_fill;
pub mod last_word_after_join;
pub mod phase_by_channel;
pub mod seqlock;
pub mod spin_lock_flag;
pub mod test_and_test_and_set;
pub mod ticket_lock;
