//! Atomic scopes: what a strand does inside of one must be serialisable with what the others do.
//!
//! An execution is conflict-serialisable if its scopes can be put into a row, so that of any two
//! operations that conflict (the same key, cell or atomic, one of them a write) the one that came first
//! stands first. The graph of scopes with an edge for each conflict has no cycle then. Velodrome
//! (Flanagan, Freund & Yi, PLDI 2008) builds that graph while the program runs; AeroDrome (Mathur &
//! Viswanathan, ASPLOS 2020) finds the same violations with vector clocks, in linear time, but then
//! cannot say through which operations the cycle goes. A report without the cycle does not end the
//! search, so this keeps the graph, and keeps it small: only what an open scope leads to can be part of
//! a cycle, and when the last open scope ends all is forgotten. An operation outside of any scope is
//! one by itself.
//!
//! Operations on locks are no conflicts: who was first there does not matter where the data agrees. What a
//! lock protects is a location, where it is plain data, which cannot hold a map: of a map each key is one.
//! So is the population of a shard: a walk over the map reads it, and who inserts or removes a key adds to it.
//!
//! While no scope is open in a session, an operation pays one load.

use super::arena::Handle;
use super::epoch::Epoch;
use super::finding::{Kind, Severity};
use super::list::List;
use super::lock::Spin;
use super::order::Name;
use super::sink::{self, Act, Composition};
use super::state::{self, State};
use super::value::Value;
use super::{At, session, slots};
use crate::stack;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU32, Ordering};

/// The node of what cannot be part of a cycle.
const NONE: u32 = 0;

/// What an operation does to a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It reads.
    Read,
    /// It writes.
    Write,
    /// It adds to what is there and does not look at it: the order of two such does not matter.
    Add,
}

/// One operation, as a conflict's side.
#[derive(Clone, Copy, Debug)]
struct Did {
    site: u32,
    epoch: Epoch,
    deed: Deed,
}

impl Deed {
    /// A write, or a read.
    #[inline]
    pub fn of(writes: bool) -> Self {
        if writes { Deed::Write } else { Deed::Read }
    }
}

impl Did {
    fn conflicts(self, other: Did) -> bool {
        !matches!(
            (self.deed, other.deed),
            (Deed::Read, Deed::Read) | (Deed::Add, Deed::Add)
        )
    }
}

/// A scope, or operations outside of any that no edge comes between.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// Whether it is a scope that has not ended.
    open: bool,
    /// Its newest edge.
    edges: u32,
    /// Scratch: the edge by which a search came here; 0 before.
    by: u32,
    /// Where the scope begins.
    begin: Option<Did>,
}

/// From one node to another.
#[derive(Clone, Copy, Debug)]
struct Edge {
    from: u32,
    to: u32,
    /// The next one of the same node.
    next: u32,
    /// The two operations; none where one strand did both.
    conflict: Option<(Did, Did)>,
}

/// An operation that later ones may conflict with.
#[derive(Clone, Copy, Debug)]
struct Last {
    /// Whose location; 0 ends a chain.
    id: u64,
    node: u32,
    strand: u32,
    did: Did,
    next: u32,
}

const BUCKETS: usize = 1 << 10;

/// What open scopes lead to.
#[derive(Debug)]
struct Graph {
    nodes: List<Node>,
    edges: List<Edge>,
    lasts: List<Last>,
    buckets: List<u32>,
    /// The present node of each strand that has one.
    strands: List<(u32, u32)>,
    work: List<u32>,
}

/// The scopes of a session.
#[derive(Debug)]
pub struct Scopes {
    open: AtomicU32,
    lock: Spin,
    graph: UnsafeCell<Graph>,
}

// SAFETY: `graph` is only touched under `lock`.
unsafe impl Sync for Scopes {}

impl Scopes {
    /// None.
    pub(super) const fn new() -> Self {
        Scopes {
            open: AtomicU32::new(0),
            lock: Spin::new(),
            graph: UnsafeCell::new(Graph {
                nodes: List::new(),
                edges: List::new(),
                lasts: List::new(),
                buckets: List::new(),
                strands: List::new(),
                work: List::new(),
            }),
        }
    }

    /// Whether any has not ended.
    pub(super) fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed) != 0
    }

    fn with<R>(&self, f: impl FnOnce(&mut Graph) -> R) -> R {
        let _held = self.lock.lock();
        // SAFETY: under the lock.
        f(unsafe { &mut *self.graph.get() })
    }
}

/// How many scopes are open in all sessions.
static OPEN: AtomicU32 = AtomicU32::new(0);

/// Whether any session has an open scope.
#[inline]
pub fn are_open() -> bool {
    OPEN.load(Ordering::Relaxed) != 0
}

/// Whether what a strand does now must be told to [`did`].
#[inline]
pub fn watches(me: &State) -> bool {
    are_open() && of(me.record.session).open.load(Ordering::Relaxed) != 0
}

fn of(session: Handle) -> &'static Scopes {
    &session::by_handle(session).scopes
}

/// An open scope of the current strand; it ends when this is dropped. Not `Send`.
#[derive(Debug)]
pub struct Scope {
    /// The session, and whether this is the strand's outermost scope.
    session: Option<(Handle, u32)>,
    not_send: core::marker::PhantomData<*const ()>,
}

impl Scope {
    /// The strand enters a scope. One inside of another is part of it.
    pub fn enter(at: &At) -> Self {
        let mut scope = Scope {
            session: None,
            not_send: core::marker::PhantomData,
        };
        let Some(mut me) = state::enter() else {
            return scope;
        };
        if !me.composes {
            return scope;
        }
        me.scopes += 1;
        let session = me.record.session;
        scope.session = Some((session, me.record.id));
        if me.scopes > 1 {
            return scope;
        }
        let scopes = of(session);
        let begin = Did {
            site: stack::site(&mut me, at),
            epoch: me.access_epoch(),
            deed: Deed::Read,
        };
        scopes.with(|graph| graph.begin(me.record.id, begin));
        OPEN.fetch_add(1, Ordering::SeqCst);
        if scopes.open.fetch_add(1, Ordering::SeqCst) == 0 {
            // From now on every access counts, also one that repeats another of its epoch.
            slots::each_newest(|record| {
                if record.session == session {
                    record.forget_fast();
                }
            });
        }
        scope
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let Some((session, strand)) = self.session else {
            return;
        };
        let Some(mut me) = state::enter() else { return };
        if me.record.id != strand {
            return;
        }
        me.scopes -= 1;
        if me.scopes > 0 {
            return;
        }
        let scopes = of(session);
        scopes.with(|graph| {
            graph.end(strand);
            OPEN.fetch_sub(1, Ordering::SeqCst);
            if scopes.open.fetch_sub(1, Ordering::SeqCst) == 1 {
                graph.forget();
            }
        });
    }
}

/// The current strand does `deed` to what the lock of that name protects.
#[inline]
pub fn protected(lock: impl FnOnce() -> Name, deed: Deed, at: &At) {
    if are_open()
        && let Some(mut me) = state::enter()
        && watches(&me)
    {
        did(&mut me, lock().location(), deed, at);
    }
}

/// The strand read or wrote a location, by its identity, while scopes are open.
#[cold]
pub fn did(me: &mut State, id: u64, deed: Deed, at: &At) {
    let site = stack::site(me, at);
    let now = Did {
        site,
        epoch: me.access_epoch(),
        deed,
    };
    let (strand, scopes) = (me.record.id, of(me.record.session));
    if let Some(found) = scopes.with(|graph| graph.access(strand, id, now)) {
        sink::report_composed(me, found);
    }
}

impl Graph {
    fn node_of(&self, strand: u32) -> u32 {
        let mut all = self.strands.as_slice().iter();
        all.find(|(owner, _)| *owner == strand)
            .map_or(NONE, |(_, node)| *node)
    }

    fn set_node(&mut self, strand: u32, node: u32) {
        let mut all = self.strands.as_mut_slice().iter_mut();
        match all.find(|(owner, _)| *owner == strand) {
            Some((_, present)) => *present = node,
            None => _ = self.strands.push((strand, node)),
        }
    }

    fn fresh(&mut self, begin: Option<Did>) -> u32 {
        let node = Node {
            open: begin.is_some(),
            edges: 0,
            by: 0,
            begin,
        };
        if self.nodes.as_slice().is_empty() {
            // Number 0 is nobody's.
            self.nodes.push(Node {
                open: false,
                ..node
            });
        }
        self.nodes.push(node) as u32
    }

    fn begin(&mut self, strand: u32, at: Did) {
        let before = self.node_of(strand);
        let node = self.fresh(Some(at));
        self.link(before, node, None);
        self.set_node(strand, node);
    }

    fn end(&mut self, strand: u32) {
        let node = self.node_of(strand);
        if let Some(node) = self.nodes.as_mut_slice().get_mut(node as usize) {
            node.open = false;
        }
    }

    fn forget(&mut self) {
        self.nodes.clear();
        self.edges.clear();
        self.lasts.clear();
        self.buckets.clear();
        self.strands.clear();
        self.work.clear();
    }

    /// The first of a location's last operations, by index plus one.
    fn bucket(&mut self, id: u64) -> &mut u32 {
        while self.buckets.as_slice().len() < BUCKETS {
            self.buckets.push(0);
        }
        &mut self.buckets.as_mut_slice()[(id >> 40) as usize % BUCKETS]
    }

    fn access(&mut self, strand: u32, id: u64, now: Did) -> Option<Composition> {
        let mine = self.node_of(strand);
        let open = self
            .nodes
            .as_slice()
            .get(mine as usize)
            .is_some_and(|n| n.open);
        // What this conflicts with, while it can be part of a cycle.
        self.work.truncate(0);
        let mut at = *self.bucket(id);
        while at != 0 {
            let last = self.lasts.as_slice()[at as usize - 1];
            let conflicts = last.id == id && now.conflicts(last.did);
            if conflicts && last.node != NONE && last.node != mine {
                self.work.push(at);
            }
            at = last.next;
        }
        let node = if open {
            mine
        } else if self.work.as_slice().is_empty() {
            // Nothing new leads here: one with what the strand did before.
            mine
        } else {
            let node = self.fresh(None);
            self.link(mine, node, None);
            self.set_node(strand, node);
            node
        };
        let mut found = None;
        for index in 0..self.work.as_slice().len() {
            let last = self.lasts.as_slice()[self.work.as_slice()[index] as usize - 1];
            if open && found.is_none() {
                found = self.cycle(node, last.node, (last.did, now));
            }
            self.link(last.node, node, Some((last.did, now)));
        }
        self.remember(id, strand, node, now);
        found
    }

    /// A write replaces all that was there; a read the strand's own.
    fn remember(&mut self, id: u64, strand: u32, node: u32, did: Did) {
        let mut at = *self.bucket(id);
        let mut place = None;
        while at != 0 {
            let last = &mut self.lasts.as_mut_slice()[at as usize - 1];
            let own = last.strand == strand && last.did.deed == did.deed;
            if last.id == id && (did.deed == Deed::Write || own) {
                // A dead entry is used again for the same location.
                last.node = NONE;
                place.get_or_insert(at);
            }
            at = last.next;
        }
        if node == NONE {
            return;
        }
        let next = *self.bucket(id);
        let last = Last {
            id,
            node,
            strand,
            did,
            next,
        };
        match place {
            Some(at) => {
                let old = &mut self.lasts.as_mut_slice()[at as usize - 1];
                *old = Last {
                    next: old.next,
                    ..last
                };
            }
            None => {
                let index = self.lasts.push(last) as u32 + 1;
                *self.bucket(id) = index;
            }
        }
    }

    fn edges_of(&self, node: u32) -> impl Iterator<Item = (u32, Edge)> {
        let mut at = self.nodes.as_slice()[node as usize].edges;
        core::iter::from_fn(move || {
            let edge = *self.edges.as_slice().get((at as usize).checked_sub(1)?)?;
            let index = at;
            at = edge.next;
            Some((index, edge))
        })
    }

    fn link(&mut self, from: u32, to: u32, conflict: Option<(Did, Did)>) {
        if from == NONE || from == to || self.edges_of(from).any(|(_, edge)| edge.to == to) {
            return;
        }
        let next = self.nodes.as_slice()[from as usize].edges;
        let index = self.edges.push(Edge {
            from,
            to,
            next,
            conflict,
        }) as u32;
        self.nodes.as_mut_slice()[from as usize].edges = index + 1;
    }

    /// The cycle that an edge from `last` to the open scope `scope` closes, if it does.
    fn cycle(&mut self, scope: u32, last: u32, closing: (Did, Did)) -> Option<Composition> {
        for node in self.nodes.as_mut_slice() {
            node.by = 0;
        }
        let mut queue: List<u32> = List::new();
        queue.push(scope);
        let mut head = 0;
        while let Some(&node) = queue.as_slice().get(head) {
            head += 1;
            let mut at = self.nodes.as_slice()[node as usize].edges;
            while at != 0 {
                let edge = self.edges.as_slice()[at as usize - 1];
                let to = &mut self.nodes.as_mut_slice()[edge.to as usize];
                if to.by == 0 && edge.to != scope {
                    to.by = at;
                    queue.push(edge.to);
                }
                at = edge.next;
            }
        }
        queue.clear();
        let mut path = [None; 8];
        let (mut node, mut first) = (last, None);
        let mut length = 0;
        while node != scope {
            let by = self.nodes.as_slice()[node as usize].by;
            if by == 0 {
                return None;
            }
            let edge = self.edges.as_slice()[by as usize - 1];
            if let Some((from, to)) = edge.conflict {
                first = Some(from);
                if length < path.len() {
                    path[length] = Some((from, to));
                    length += 1;
                }
            }
            node = edge.from;
        }
        let act = |did: Did, role| Act {
            site: did.site,
            epoch: did.epoch,
            write: did.deed != Deed::Read,
            role,
            value: Value::UNKNOWN,
        };
        let begin = act(first?, "in the scope, first");
        let end = act(closing.1, "in the scope, then");
        // From the scope on: what came in between, in its order.
        let between = (0..length).rev().flat_map(|index| {
            let (from, to) = path[index].expect("filled up to here");
            let from = (index + 1 < length).then(|| act(from, "then"));
            from.into_iter().chain([act(to, "in between")])
        });
        // The last one in between is the one that the scope came after, if it is another operation.
        let last = between.clone().last().map(|act| act.site);
        let closing = (last != Some(closing.0.site)).then(|| act(closing.0, "in between"));
        let scope = self.nodes.as_slice()[scope as usize].begin;
        let scope = scope.map(|did| act(did, "where the scope begins"));
        Some(Composition::new(
            Kind::Atomicity,
            Severity::Error,
            [begin, end],
            between.chain(closing).chain(scope),
        ))
    }
}

/// `child` is forked by the current strand: inside of a scope its work is the scope's.
pub fn forked(me: &State, child: u32) {
    if watches(me) {
        of(me.record.session).with(|graph| match graph.node_of(me.record.id) {
            NONE => {}
            node => graph.set_node(child, node),
        });
    }
}
