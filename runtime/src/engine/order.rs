//! Locks that are taken in both orders: a deadlock that another schedule would have.
//!
//! Goodlock (Havelund, SPIN 2000) for cycles of any length (Agarwal, Wang & Stoller, 2005). Each time a
//! strand takes a lock by an operation that may wait, while it holds others, an *edge* from each of
//! these to the new one is kept, with who, when, how, and what else was held. A cycle of edges is
//! reported as a warning, if it could come about:
//!
//! * its edges are of different strands, which one and the same session runs;
//! * what each holds is against what the one before it asks for: of two readers none waits;
//! * no two of them held a further lock, a *gate*, against each other;
//! * none of them was told of another (see `State::was_told`): not by fork, join or a
//!   message, so that they may be at these places at the same time.
//!
//! Edges are made once the lock is had. So a deadlock that does happen is told as that alone (`waits`).
//! A lock goes by a name that is never used again, so that a new lock in an old one's memory is another.
//! Only the newest of equal edges is kept, and all are forgotten when there are `MOST`. Cost: nothing
//! for who holds nothing else; a spin lock and a look-up for each lock held otherwise.

use super::arena::{self, Handle};
use super::clock::Clock;
use super::epoch::Epoch;
use super::finding::{Kind, Mode, Severity};
use super::held::Entry;
use super::lock::{Came, Spin};
use super::mark::key_id;
use super::sink::{self, Act, Composition};
use super::state::{self, State};
use super::value::Value;
use super::{At, session};
use crate::stack;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU64, Ordering};

/// Edges that are kept.
const MOST: usize = 1 << 16;
/// Chains that they are found by.
const CHAINS: usize = 1 << 12;
/// Gates that an edge keeps. A strand that holds more is taken to hold every gate.
const GATES: usize = 6;
/// The longest cycle that is looked for.
const LONGEST: usize = 4;
/// Edges that one search looks at.
const LOOKS: usize = 1 << 10;

/// What a lock is called among those that are nested: never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name(u64);

impl Name {
    /// Nothing's.
    pub const NONE: Name = Name(0);

    /// The shard of that number of a map of that identity. (A map of more shards than there are numbers
    /// has several of one name, and what is nested in one's own name is not looked at.)
    #[inline]
    pub fn shard(map: u64, number: usize) -> Self {
        Name(1 << 63 | map << 16 | number as u64 & 0xffff)
    }

    /// The map of the shard of this name; of other names, no map.
    #[inline]
    pub fn map(self) -> u64 {
        self.0 << 1 >> 17
    }

    /// The identity of what the lock protects, as a location.
    pub fn location(self) -> u64 {
        /// In place of a key's hash.
        const PROTECTED: u64 = 0xa5a5_a5a5_a5a5_a5a5;
        key_id(self.0, PROTECTED)
    }
}

/// A place for a lock's [`Name`], given at first use.
#[derive(Debug)]
pub struct Named(AtomicU64);

impl Default for Named {
    fn default() -> Self {
        Self::new()
    }
}

impl Named {
    /// No name yet.
    pub const fn new() -> Self {
        Named(AtomicU64::new(0))
    }

    /// The name.
    #[inline]
    pub fn name(&self) -> Name {
        Name(match self.0.load(Ordering::Relaxed) {
            0 => self.first_use(),
            name => name,
        })
    }

    #[cold]
    fn first_use(&self) -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let fresh = NEXT.fetch_add(1, Ordering::Relaxed);
        let given = self
            .0
            .compare_exchange(0, fresh, Ordering::Relaxed, Ordering::Relaxed);
        given.err().unwrap_or(fresh)
    }
}

/// A lock that was held beside.
type Gate = Option<(Name, Mode)>;

/// `inner` was taken while `outer` was held.
struct Edge {
    next: Handle,
    outer: Name,
    inner: Name,
    outer_mode: Mode,
    inner_mode: Mode,
    /// Serial number of the strand.
    strand: u32,
    /// Its session's number.
    session: u32,
    /// When it was last.
    epoch: Epoch,
    /// What the strand had been told by then.
    told: Clock,
    /// Where the outer one was taken.
    outer_site: u32,
    inner_site: u32,
    gates: [Gate; GATES],
    /// Whether there were more gates.
    more: bool,
}

impl Edge {
    /// Whether it would be the same one, made again.
    fn is(&self, other: &Edge) -> bool {
        (self.outer, self.inner, self.strand) == (other.outer, other.inner, other.strand)
            && (self.outer_mode, self.inner_mode) == (other.outer_mode, other.inner_mode)
            && (self.gates, self.more) == (other.gates, other.more)
    }

    /// Whether its strand would wait for the other one's, which holds what it asks for.
    fn waits_for(&self, other: &Edge) -> bool {
        self.inner == other.outer && are_against(self.inner_mode, other.outer_mode)
    }

    /// Whether the two strands may be at these places at the same time.
    fn may_meet(&self, other: &Edge) -> bool {
        self.strand != other.strand
            && self.session == other.session
            && !self.told.knows(other.epoch)
            && !other.told.knows(self.epoch)
            && !self.is_kept_apart(other)
    }

    /// Whether both held a gate.
    fn is_kept_apart(&self, other: &Edge) -> bool {
        let mut pairs = self.gates.iter().flatten().flat_map(|mine| {
            let others = other.gates.iter().flatten();
            others.map(move |theirs| (mine, theirs))
        });
        self.more
            || other.more
            || pairs.any(|(mine, theirs)| mine.0 == theirs.0 && are_against(mine.1, theirs.1))
    }

    fn acts(&self) -> (Act, Act) {
        let act = |site, role| Act {
            site,
            epoch: self.epoch,
            write: false,
            role,
            value: Value::UNKNOWN,
        };
        (
            act(self.outer_site, "taken first"),
            act(self.inner_site, "taken second"),
        )
    }
}

fn are_against(one: Mode, other: Mode) -> bool {
    one == Mode::Exclusive || other == Mode::Exclusive
}

struct Table {
    /// By outer lock.
    chains: [Handle; CHAINS],
    len: usize,
}

struct Graph {
    lock: Spin,
    table: UnsafeCell<Table>,
}

// SAFETY: `table` and what it leads to are only touched under `lock`.
unsafe impl Sync for Graph {}

static GRAPH: Graph = Graph {
    lock: Spin::new(),
    table: UnsafeCell::new(Table {
        chains: [0; CHAINS],
        len: 0,
    }),
};

impl Table {
    fn chain(&mut self, outer: Name) -> &mut Handle {
        let hash = outer.0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        &mut self.chains[(hash >> (u64::BITS - CHAINS.ilog2())) as usize]
    }

    /// Keeps the edge, in the place of its like, and returns where.
    fn keep(&mut self, fresh: Edge) -> *mut Edge {
        let mut at = *self.chain(fresh.outer);
        while at != 0 {
            let edge = arena::address(at).cast::<Edge>();
            // SAFETY: handles of the table name edges, and this is the only reference.
            let known = unsafe { &mut *edge };
            if known.is(&fresh) {
                let next = known.next;
                known.told.clear();
                *known = fresh;
                known.next = next;
                return edge;
            }
            at = known.next;
        }
        if self.len == MOST {
            self.clear();
        }
        self.len += 1;
        let handle = arena::alloc(size_of::<Edge>());
        let edge = arena::address(handle).cast::<Edge>();
        let chain = self.chain(fresh.outer);
        // SAFETY: a fresh block of that size.
        unsafe {
            edge.write(fresh);
            (*edge).next = *chain;
        }
        *chain = handle;
        edge
    }

    fn clear(&mut self) {
        for chain in &mut self.chains {
            while *chain != 0 {
                let edge = arena::address(*chain).cast::<Edge>();
                // SAFETY: as in `keep`; nothing refers to the block afterwards.
                unsafe {
                    (*edge).told.clear();
                    let next = (*edge).next;
                    arena::free(*chain, size_of::<Edge>());
                    *chain = next;
                }
            }
        }
        self.len = 0;
    }

    /// The edges from `path`'s last back to its first, if there are such.
    fn cycle<'a>(&mut self, path: &mut Path<'a>, looks: &mut usize) -> bool {
        let (first, last) = (path.edges[0], path.edges[path.len - 1]);
        if path.len > 1 && last.waits_for(first) {
            return true;
        }
        if path.len == LONGEST {
            return false;
        }
        let mut at = *self.chain(last.inner);
        while at != 0 && *looks > 0 {
            *looks -= 1;
            // SAFETY: handles of the table name edges, which live as long as the lock is held.
            let edge: &'a Edge = unsafe { arena::get(at) };
            at = edge.next;
            if last.waits_for(edge) && path.edges().iter().all(|other| other.may_meet(edge)) {
                path.edges[path.len] = edge;
                path.len += 1;
                if self.cycle(path, looks) {
                    return true;
                }
                path.len -= 1;
            }
        }
        false
    }
}

struct Path<'a> {
    edges: [&'a Edge; LONGEST],
    len: usize,
}

impl<'a> Path<'a> {
    fn edges(&self) -> &[&'a Edge] {
        &self.edges[..self.len]
    }
}

/// The current strand has just taken a lock, by an operation that would have waited for it. Called
/// before it is put on the list of what the strand holds, and only if that is not empty.
#[inline(never)]
pub fn nested(inner: Name, mode: Mode, at: &At) {
    let Some(mut me) = state::enter() else { return };
    if !session::of(&me).composed.load(Ordering::Relaxed) {
        return;
    }
    for index in 0.. {
        let outer = me.held.entries().nth(index);
        let Some(outer) = outer else { return };
        // A key and its shard's iterator are one lock.
        let is_new = !me
            .held
            .entries()
            .take(index)
            .any(|entry| entry.name() == outer.name());
        if is_new && ![inner, Name::NONE].contains(&outer.name()) {
            add(&mut me, &outer, inner, mode, at);
        }
    }
}

fn add(me: &mut State, outer: &Entry, inner: Name, mode: Mode, at: &At) {
    let mut gates = [None; GATES];
    let (mut held, mut more) = (0, false);
    for entry in me
        .held
        .entries()
        .filter(|entry| entry.name() != outer.name())
    {
        match gates.get_mut(held) {
            Some(gate) => *gate = Some((entry.name(), entry.mode)),
            None => more = true,
        }
        held += 1;
    }
    let mut told = Clock::EMPTY;
    told.assign(me.told());
    let fresh = Edge {
        next: 0,
        outer: outer.name(),
        inner,
        outer_mode: outer.mode,
        inner_mode: mode,
        strand: me.record.id,
        session: session::number(me),
        epoch: me.access_epoch(),
        told,
        outer_site: stack::place(&outer.at()),
        inner_site: stack::site(me, at),
        gates,
        more,
    };
    let lock = GRAPH.lock.lock();
    // SAFETY: under the lock.
    let table = unsafe { &mut *GRAPH.table.get() };
    if lock.came == Came::Orphaned {
        // Half-written in a process that this one was forked from.
        (table.chains, table.len) = ([0; CHAINS], 0);
    }
    let edge = table.keep(fresh);
    // SAFETY: in the table, and the lock is held.
    let edge = unsafe { &*edge };
    let mut path = Path {
        edges: [edge; LONGEST],
        len: 1,
    };
    if table.cycle(&mut path, &mut { LOOKS }) {
        let found = warning(path.edges());
        drop(lock);
        sink::report_composed(me, found);
    }
}

/// `edges[0]` is the one that closed the cycle.
fn warning(edges: &[&Edge]) -> Composition {
    let (mine, others) = edges.split_first().expect("a cycle has edges");
    let (last, between) = others.split_last().expect("of two strands");
    let ((my_outer, my_inner), (their_outer, their_inner)) = (mine.acts(), last.acts());
    let between = between.iter().flat_map(|edge| {
        let (outer, inner) = edge.acts();
        [outer, inner]
    });
    let witnesses = [their_outer, my_outer].into_iter().chain(between);
    Composition::new(
        Kind::LockOrder,
        Severity::Warning,
        [their_inner, my_inner],
        witnesses,
    )
}
