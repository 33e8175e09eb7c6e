//! The clocks of keys that were removed.

use crate::engine::{self, At, Gone, MapId, Spot, State, missed};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, OnceLock, PoisonError};

const STRIPES: usize = 16;

/// The hash of a key's hash: Fibonacci hashing, as programs do use hashers that leave all entropy in the
/// low bits.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }

    #[inline]
    fn write_u64(&mut self, hash: u64) {
        let product = u128::from(hash) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product ^ product >> 64) as u64;
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are words")
    }
}

type Clocks = HashMap<u64, Gone, BuildHasherDefault<Spread>>;
type Stripe = Mutex<Clocks>;

/// A clock for the hash of each key that was ever removed, and what else is left of the key, behind a
/// few locks.
///
/// The locks are asked for by strands that are in the engine already, since that may wait its turn too: who
/// has one never waits for the engine.
///
/// Empty, it is one load on the path of a miss. A clock stays when its key is inserted anew: a
/// lookup that missed before the insertion may acquire it only afterwards.
#[derive(Default)]
pub(super) struct Absent {
    stripes: OnceLock<Box<[Stripe; STRIPES]>>,
}

impl Absent {
    /// A key of this hash was found absent.
    #[inline]
    pub fn acquire(&self, me: &mut State, hash: u64, at: &At) {
        if let Some(stripes) = self.stripes.get() {
            with(stripes, hash, |clocks| {
                if let Some(gone) = clocks.get(&hash) {
                    gone.acquire(me, at);
                }
            });
        }
    }

    /// A strand looked for a key of this hash in vain.
    #[inline]
    pub fn missed(&self, map: MapId, hash: u64, at: &At) {
        let Some(mut me) = engine::enter() else {
            return;
        };
        let id = map.key(hash);
        match self.stripes.get() {
            None => missed(&mut me, id, None, at),
            Some(stripes) => with(stripes, hash, |clocks| {
                missed(&mut me, id, clocks.get(&hash), at);
            }),
        }
    }

    /// What is left of a key of this hash that was removed and is now inserted anew.
    #[inline]
    pub fn resume(&self, me: &mut State, hash: u64, at: &At) -> Option<Spot> {
        with(self.stripes.get()?, hash, |clocks| {
            let gone = clocks.get_mut(&hash)?;
            gone.acquire(me, at);
            Some(gone.resume())
        })
    }

    /// A key of this hash is about to be removed; the shard's write lock is held. Two keys may share
    /// the hash, so earlier releases stay.
    pub fn release(&self, me: &mut State, hash: u64, past: Option<Spot>, at: &At) {
        let stripes = self.stripes.get_or_init(Box::default);
        with(stripes, hash, |clocks| {
            let gone = clocks.entry(hash).or_default();
            if let Some(past) = past {
                gone.keep(past);
            }
            gone.release(me, at);
        });
    }
}

fn with<R>(stripes: &[Stripe; STRIPES], hash: u64, f: impl FnOnce(&mut Clocks) -> R) -> R {
    // As in `Spread`, but other bits than the table's.
    let stripe = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - STRIPES.ilog2());
    f(&mut stripes[stripe as usize]
        .lock()
        .unwrap_or_else(PoisonError::into_inner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Op;

    #[test]
    fn a_table_is_made_by_the_first_removal_only() {
        let absent = Absent::default();
        let at = At::here(&Op("test"));
        let mut me = engine::enter().expect("detection is on");

        absent.acquire(&mut me, 7, &at);
        assert!(absent.stripes.get().is_none());

        absent.release(&mut me, 7, None, &at);
        assert!(absent.stripes.get().is_some());
    }

    #[test]
    fn every_hash_keeps_one_clock_whatever_its_bits() {
        let absent = Absent::default();
        let at = At::here(&Op("test"));
        let mut me = engine::enter().expect("detection is on");
        let hashes: Vec<u64> = (0..64)
            .flat_map(|bit| [1 << bit, u64::MAX >> bit])
            .collect();

        for _ in 0..2 {
            hashes
                .iter()
                .for_each(|&hash| absent.release(&mut me, hash, None, &at));
        }

        let kept: usize = absent
            .stripes
            .get()
            .unwrap()
            .iter()
            .map(|s| s.lock().unwrap().len())
            .sum();
        let distinct = hashes
            .iter()
            .collect::<std::collections::HashSet<_>>()
            .len();
        assert_eq!(kept, distinct);
    }
}
