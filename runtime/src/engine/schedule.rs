//! Who runs next: native leaves it to the operating system; noise disturbs it.
//!
//! Noise gives the processor up, or sleeps for a moment, before some of a strand's recorded
//! operations, at random from the session's seed and the strand's number. It widens windows; it
//! does not replay a schedule.

use super::state::State;
use std::time::Duration;

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Schedule {
    /// As the operating system has it.
    #[default]
    Native,
    /// Random yields and short sleeps.
    Noise,
}

impl Schedule {
    /// The names that a test may ask for.
    pub const NAMES: &'static [(&'static str, Schedule)] =
        &[("native", Schedule::Native), ("noise", Schedule::Noise)];

    /// The schedule of that name.
    pub fn named(name: &str) -> Option<Schedule> {
        Self::NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|&(_, schedule)| schedule)
    }
}

/// One operation in this many gives the processor up.
const YIELD: u64 = 16;
/// One in this many sleeps.
const SLEEP: u64 = 512;
const NAP: Duration = Duration::from_micros(50);

/// The start of a strand's random sequence; 0 for none.
pub fn seed(schedule: Schedule, session_seed: u64, strand: u32) -> u64 {
    match schedule {
        Schedule::Native => 0,
        // SplitMix64, so that near seeds give unlike sequences.
        Schedule::Noise => {
            let mut z = session_seed
                .wrapping_add(u64::from(strand).wrapping_mul(0x9e37_79b9_7f4a_7c15))
                .wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ z >> 31) | 1
        }
    }
}

/// A strand is about to do something that is recorded.
#[cold]
pub fn disturb(me: &mut State) {
    // xorshift64
    let mut x = me.noise;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    me.noise = x;
    if x.is_multiple_of(SLEEP) {
        std::thread::sleep(NAP);
    } else if x.is_multiple_of(YIELD) {
        std::thread::yield_now();
    }
}
