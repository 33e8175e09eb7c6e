//! Mirror of [`::dashmap`] 6: the same names at the same paths, over the same shards.
//!
//! The contract is *concurrent*: an operation on the map is atomic, so operations never race with
//! each other. What the mirror adds is memory order, key by key, and no more than a program may
//! rely on:
//!
//! * What happened before a write of key `k` happens before what follows an operation that sees
//!   `k`. A read of `k` happens before a later write of `k`. For the engine a key is a reader-writer
//!   lock: whoever reads it holds it shared, whoever may write it holds it exclusively, for as long
//!   as the `Ref`, entry, closure or iterator item lives.
//! * What happened before the removal of `k` happens before what follows an operation that finds
//!   `k` absent, or that inserts it anew. A vacant entry that goes unused counts as a removal.
//! * What happened before an insertion of a new key or a removal happens before what follows an
//!   operation that learns the size: `len`, `is_empty`, `capacity`, `retain`, `clear`, a `clone`,
//!   and an iterator once it has run to its end.
//!
//! A shard's internal lock orders more than that in one execution, two keys that happen to share
//! the shard for instance, but by luck: it is never an edge.
//!
//! What a program computes stays as it is. The map inside is dashmap's own, of the same number of
//! shards, with the clock of a key beside its value; no lock is added to a lookup or to an
//! overwrite, drops and panics come in dashmap's order, and a deadlock is still one. A key's `Hash`
//! runs once more when the key is inserted anew, and for an absent key once the map had a removal.
//! Of a key that was removed the map remembers hash and clock until the map is dropped.
//!
//! A call that would wait for ever, since its own strand holds the shard, or since whoever holds it waits
//! for what this strand holds, is reported and panics instead; `FIDGE_OPTIONS=deadlock=go-on` lets it wait.
//!
//! Not mirrored is what dashmap has behind features of its own (`arbitrary`, `inline`, `raw-api`,
//! `rayon`, `serde`, `typesize`), and the methods of [`Map`] that hand out the bare shards: their
//! types have no public name without `raw-api`.

mod absent;
mod edges;
mod hold;
pub mod iter;
pub mod iter_set;
mod map;
mod map_traits;
pub mod mapref;
mod operations;
mod read_only;
mod set;
pub mod setref;
mod shard;
mod size;
mod t;
mod tracked;

pub use self::map::DashMap;
pub use self::mapref::entry::{Entry, OccupiedEntry, VacantEntry};
pub use self::read_only::ReadOnlyView;
pub use self::set::DashSet;
pub use self::t::Map;
pub use ::dashmap::{TryReserveError, try_result};
