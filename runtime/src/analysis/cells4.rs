//! ThreadSanitizer's bounded shadow (version 3 of its runtime, compiler-rt's `tsan_rtl_access.cpp`), over
//! otherwise exact clocks: what four cells a granule and a bounded history miss. A baseline.
//!
//! Each granule (8 aligned bytes) has 4 cells, each of one access: who, when, which bytes, what class. An
//! access that spans granules is judged in each. The present access walks the cells:
//!
//! 1. an empty cell takes it, and the walk ends;
//! 2. a cell of other bytes is passed;
//! 3. a cell of the same strand is passed; if it holds the same bytes and a class no stronger than the
//!    present one's, it is overwritten first;
//! 4. two reads, two atomics, or a cell that happens before are passed;
//! 5. else it is a race: it is reported, the walk ends, and the present access is not stored;
//! 6. at the end, an access that no cell took evicts one at random.
//!
//! A racing cell whose access lies further back than its strand's last `history` accesses is *not*
//! reported: ThreadSanitizer's ring of events no longer has its stack then and stays silent. The order is
//! plain happens-before (no racy read joins). A reset empties the bytes it covers.

use super::access::{Access, Class};
use super::order::HappensBefore;
use super::{Detector, RacePair};
use crate::trace::{Action, Event};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::HashMap;

const GRANULE: u64 = 8;
const CELLS: usize = 4;

/// The detector with four cells a granule.
#[derive(Debug)]
pub struct Cells4 {
    clocks: HappensBefore,
    granules: HashMap<u64, [Option<Cell>; CELLS]>,
    /// How many accesses each slot has made.
    made: HashMap<usize, u64>,
    history: u64,
    evict: StdRng,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    index: usize,
    slot: usize,
    time: u64,
    /// Which of the granule's bytes, one bit each.
    mask: u8,
    class: Class,
    /// Its number among the accesses of its strand.
    nth: u64,
}

impl Cells4 {
    /// A detector whose evictions follow `seed`, and which remembers `history` accesses a strand.
    pub fn new(seed: u64, history: u64) -> Self {
        Cells4 {
            clocks: HappensBefore::default(),
            granules: HashMap::new(),
            made: HashMap::new(),
            history,
            evict: StdRng::seed_from_u64(seed),
        }
    }

    fn judge(&mut self, now: Cell, granule: u64) -> Option<usize> {
        let cells = self.granules.entry(granule).or_default();
        let mut stored = false;
        for place in cells.iter_mut() {
            let Some(cell) = place else {
                if !stored {
                    *place = Some(now);
                }
                return None;
            };
            if cell.mask & now.mask == 0 {
                continue;
            }
            if cell.slot == now.slot {
                if cell.mask == now.mask && now.class.covers(cell.class) {
                    *place = Some(now);
                    stored = true;
                }
                continue;
            }
            let ordered = self.clocks.clock(now.slot).knows(cell.slot, cell.time);
            if !cell.class.conflicts(now.class) || ordered {
                continue;
            }
            let since = self.made[&cell.slot] - cell.nth;
            return (since < self.history).then_some(cell.index);
        }
        if !stored {
            cells[self.evict.random_range(0..CELLS)] = Some(now);
        }
        None
    }

    fn reset(&mut self, address: u64, size: u32) {
        let end = address.saturating_add(size.into());
        let clear = |granule: u64, cells: &mut [Option<Cell>; CELLS]| {
            let mask = mask(granule, address, end);
            for place in cells.iter_mut() {
                *place = place
                    .map(|cell| Cell {
                        mask: cell.mask & !mask,
                        ..cell
                    })
                    .filter(|cell| cell.mask != 0);
            }
            // The walk ends at an empty cell, so there is none before a full one.
            cells.sort_by_key(|place| place.is_none());
            cells[0].is_some()
        };
        if u64::from(size).div_ceil(GRANULE) > self.granules.len() as u64 {
            self.granules
                .retain(|granule, cells| clear(*granule, cells));
        } else {
            for granule in granules(address, end) {
                if self
                    .granules
                    .get_mut(&granule)
                    .is_some_and(|cells| !clear(granule, cells))
                {
                    self.granules.remove(&granule);
                }
            }
        }
    }
}

/// The granules, each by its first byte, of the bytes from `address` up to `end`.
fn granules(address: u64, end: u64) -> impl Iterator<Item = u64> {
    (address / GRANULE..end.div_ceil(GRANULE)).map(|number| number * GRANULE)
}

/// Which bytes of `granule` lie between `address` and `end`.
fn mask(granule: u64, address: u64, end: u64) -> u8 {
    (0..GRANULE)
        .filter(|byte| (address..end).contains(&(granule + byte)))
        .fold(0, |mask, byte| mask | 1 << byte)
}

impl Detector for Cells4 {
    fn name(&self) -> &'static str {
        "cells4"
    }

    fn step(&mut self, index: usize, event: &Event, races: &mut Vec<RacePair>) {
        let slot = self.clocks.enter(event);
        if let Some(Access {
            address,
            size,
            class,
        }) = Access::of(event.action)
        {
            let made = self.made.entry(slot).or_default();
            *made += 1;
            let (nth, time) = (*made, self.clocks.stamp(slot));
            let end = address.saturating_add(size.into());
            let first_of_mine = races.len();
            for granule in granules(address, end) {
                let mask = mask(granule, address, end);
                let now = Cell {
                    index,
                    slot,
                    time,
                    mask,
                    class,
                    nth,
                };
                let Some(first) = self.judge(now, granule) else {
                    continue;
                };
                if races[first_of_mine..]
                    .iter()
                    .all(|race| race.first != first)
                {
                    let address = address.max(granule);
                    races.push(RacePair {
                        first,
                        second: index,
                        address,
                    });
                }
            }
        } else if let Action::Reset { address, size } = event.action {
            self.reset(address, size);
        }
        self.clocks.leave(event);
    }
}
