//! Epochs: a slot and a clock value packed in one word (FastTrack, Flanagan & Freund, PLDI 2009).

/// The dense index of a strand in vector clocks.
pub type Slot = u32;
/// A clock value of one slot.
pub type Time = u64;

/// Bits of an epoch that hold the time; the upper 20 hold the slot.
const TIME_BITS: u32 = 44;
/// How many slots there can be at once.
pub const SLOTS: usize = 1 << (64 - TIME_BITS);

/// `time@slot`. Times start at 1, so the zero word is no epoch: [`Epoch::NONE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(transparent)]
pub struct Epoch(pub u64);

impl Epoch {
    /// No epoch; it is not before anything and nobody's.
    pub const NONE: Epoch = Epoch(0);

    /// `time@slot`.
    #[inline]
    pub const fn new(slot: Slot, time: Time) -> Self {
        Epoch((slot as u64) << TIME_BITS | time)
    }
    /// Whose.
    #[inline]
    pub const fn slot(self) -> Slot {
        (self.0 >> TIME_BITS) as Slot
    }
    /// When.
    #[inline]
    pub const fn time(self) -> Time {
        self.0 & ((1 << TIME_BITS) - 1)
    }
    /// Whether this is an epoch at all.
    #[inline]
    pub const fn is_some(self) -> bool {
        self.0 != 0
    }
}
