//! The engine: strands, clocks, shadow and detection. It names no façade type.
//!
//! Everything a caller needs is here:
//!
//! * [`At`]: what is being done and where; made once for each operation, passed to all its parts;
//! * [`Granule`]: the shadow of 8 bytes, or of one façade object; [`memory`] for raw addresses;
//! * [`SyncVar`]: the clock that a lock, a channel slot, ... carries between strands;
//! * [`LockVar`]: the clocks of exclusive and of shared holders, which also knows who holds it;
//! * [`Key`]: a key of a concurrent map: its lock, and what strands compose of operations on it;
//! * [`AtomicVar`]: an atomic's clock and shadow, with C++20 release sequences;
//! * [`fence`]; [`strand`]: fork, start, end, join; [`session`]: whose findings these are.

mod allow;
pub mod arena;
mod at;
mod atomic;
pub(crate) mod bucket;
mod clock;
mod epoch;
mod exit;
mod fate;
pub mod fence;
pub mod finding;
mod foreign;
mod free;
mod granule;
mod held;
mod how;
mod judge;
pub mod keep;
mod key;
mod kin;
mod list;
pub mod lock;
mod lockvar;
mod mark;
pub mod memory;
pub mod order;
mod overflow;
mod owner;
mod page;
mod prim;
mod read;
mod reads;
mod record;
pub mod schedule;
pub mod scope;
pub mod session;
mod sink;
mod slots;
mod spot;
mod state;
pub mod strand;
mod sync;
pub mod tape;
pub mod tell;
pub mod value;
pub mod waits;
pub mod walk;

pub use allow::{Allowance, Allowing};
pub use at::{At, Op};
pub use atomic::{AtomicBytes, AtomicVar};
pub use finding::Mode;
pub use granule::Granule;
pub use held::Resource;
pub use how::How;
pub use key::{Gone, Key, MapId, Past, Size, What, missed};
pub use lockvar::LockVar;
pub use spot::Spot;
pub use state::{Passes, State, enter, forked, has_waited, reentered};
pub use sync::SyncVar;
pub use walk::{Walk, Walks};
