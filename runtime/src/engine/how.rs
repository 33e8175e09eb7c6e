//! How a write comes by its value: what decides whether it can be stale.

/// How a write comes by its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It does not look at what it replaces.
    Blind,
    /// So does this, and a number there may be a state's: an atomic's `store`.
    Store,
    /// It reads and writes as one.
    Whole,
    /// It looks at what it replaces, and may leave it.
    Conditional,
    /// It replaces the one value that the strand expects, and no other.
    Exchange,
}

impl How {
    /// Whether it looks at nothing.
    #[inline]
    pub fn is_blind(self) -> bool {
        matches!(self, How::Blind | How::Store)
    }

    /// Whether it may find that the value is not the one that the strand believes in.
    pub fn looks(self) -> bool {
        matches!(self, How::Conditional | How::Exchange)
    }
}
