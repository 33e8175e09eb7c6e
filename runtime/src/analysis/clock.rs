//! The vector clock of the offline detectors.
//!
//! Cut into chunks, which clocks share until one of them changes. A strand that is forked late in a
//! trace of ten thousand strands knows of all of them, and so does whoever joins it: as plain
//! vectors their clocks took 8 bytes for each pair of strands, shared they take 8 for each strand
//! and chunk, and joining two that have most chunks in common costs a look at each chunk's address.

use std::rc::Rc;

const CHUNK: usize = if cfg!(test) { 4 } else { 64 };

/// For each slot the time up to which its strand is known. Absent is 0.
#[derive(Clone, Debug, Default)]
pub(super) struct VectorClock(Vec<Rc<[u64; CHUNK]>>);

impl VectorClock {
    pub fn get(&self, slot: usize) -> u64 {
        self.0
            .get(slot / CHUNK)
            .map_or(0, |chunk| chunk[slot % CHUNK])
    }

    /// Whether the event at `time` of the strand in `slot` happens before, or is the present.
    pub fn knows(&self, slot: usize, time: u64) -> bool {
        time <= self.get(slot)
    }

    /// Returns whether it grew.
    pub fn join(&mut self, other: &VectorClock) -> bool {
        let mut grew = false;
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            if Rc::ptr_eq(mine, theirs) || mine.iter().zip(&**theirs).all(|(m, t)| m >= t) {
                continue;
            }
            grew = true;
            if mine.iter().zip(&**theirs).all(|(m, t)| m <= t) {
                *mine = Rc::clone(theirs);
            } else {
                for (mine, theirs) in Rc::make_mut(mine).iter_mut().zip(&**theirs) {
                    *mine = (*mine).max(*theirs);
                }
            }
        }
        for theirs in other.0.iter().skip(self.0.len()) {
            grew |= theirs.iter().any(|time| *time > 0);
            self.0.push(Rc::clone(theirs));
        }
        grew
    }

    /// The strand in `slot` goes on to its next time.
    pub fn tick(&mut self, slot: usize) {
        while self.0.len() <= slot / CHUNK {
            self.0.push(Rc::new([0; CHUNK]));
        }
        Rc::make_mut(&mut self.0[slot / CHUNK])[slot % CHUNK] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CLOCKS: usize = 3;
    const SLOTS: usize = 3 * CHUNK;

    proptest! {
        /// Against plain vectors of as many components as there are slots.
        #[test]
        fn it_is_a_vector(steps in prop::collection::vec((0..CLOCKS, 0..CLOCKS, 0..2 * SLOTS), 0..200)) {
            let mut clocks = vec![VectorClock::default(); CLOCKS];
            let mut plain = [[0u64; SLOTS]; CLOCKS];
            for (one, other, slot) in steps {
                if slot < SLOTS {
                    clocks[one].tick(slot);
                    plain[one][slot] += 1;
                } else {
                    let (theirs, others) = (clocks[other].clone(), plain[other]);
                    let mut grew = false;
                    for (mine, theirs) in plain[one].iter_mut().zip(others) {
                        grew |= theirs > *mine;
                        *mine = theirs.max(*mine);
                    }
                    prop_assert_eq!(clocks[one].join(&theirs), grew);
                }
                for (clock, plain) in clocks.iter().zip(&plain) {
                    let read: Vec<_> = (0..SLOTS).map(|slot| clock.get(slot)).collect();
                    prop_assert_eq!(&read[..], plain);
                }
            }
        }
    }

    #[test]
    fn clocks_share_what_they_have_in_common() {
        let mut parent = VectorClock::default();
        (0..SLOTS).for_each(|slot| parent.tick(slot));
        let mut child = VectorClock::default();
        child.tick(SLOTS);
        child.join(&parent);
        let shared = |child: &VectorClock| {
            let pairs = child.0.iter().zip(&parent.0);
            pairs.filter(|(a, b)| Rc::ptr_eq(a, b)).count()
        };
        assert_eq!(shared(&child), SLOTS / CHUNK);
        child.tick(0);
        assert_eq!(shared(&child), SLOTS / CHUNK - 1);
    }
}
