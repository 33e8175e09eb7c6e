//! Sampling, after Pacer (Bond, Coons & McKinley, PLDI 2010): remember some accesses, judge all. A baseline.
//!
//! All synchronisation is followed, so what is reported is a race: a sampler adds misses, never false
//! alarms. Each access is remembered with probability `rate`, by a coin of its own; *every* access, remembered
//! or not, is judged against those remembered. So a pair of the oracle's is found when its earlier side was
//! remembered: with probability `rate`, Pacer's "proportional" guarantee. (LiteRace, PLDI 2009, judges sampled
//! accesses only, which makes that `rate` squared.) Unlike Pacer there are no sampling periods, and what is
//! remembered stays until another remembered access subsumes it.
//!
//! At rate 1 this is the oracle. At rate 0 nothing is ever found.

use super::oracle::Oracle;
use super::{Detector, Order, RacePair};
use crate::trace::Event;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// The sampling detector.
#[derive(Debug)]
pub struct Sampled {
    oracle: Oracle,
    rate: f64,
    coin: StdRng,
}

impl Sampled {
    /// Remembers accesses at `rate`, from 0 to 1 (what lies outside counts as the nearer end, NaN as 0).
    pub fn new(order: Order, rate: f64, seed: u64) -> Self {
        let rate = if rate.is_nan() {
            0.0
        } else {
            rate.clamp(0.0, 1.0)
        };
        Sampled {
            oracle: Oracle::new(order),
            rate,
            coin: StdRng::seed_from_u64(seed),
        }
    }
}

impl Detector for Sampled {
    fn name(&self) -> &'static str {
        "sampled"
    }

    fn step(&mut self, index: usize, event: &Event, races: &mut Vec<RacePair>) {
        let remember = self.coin.random_bool(self.rate);
        self.oracle.step_and(remember, index, event, races);
    }
}
