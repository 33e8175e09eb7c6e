//! Iterations over a concurrent map, and what other strands move behind their backs.
//!
//! An iterator locks a shard after the other, so it sees each at a moment of its own. If another strand
//! removes a key and inserts it anew, or inserts what it removed under another key, while the iterator
//! stands between the two shards, the iterator finds the entry twice or not at all: no single moment had
//! the map that it saw. Whether two changes belong together the map does not know. They are taken to if one
//! strand made them one right after the other, and
//!
//! * the key is the same, or a value that one does not meet by chance (text, a large number) and
//!   that no other entry holds: so the iteration counts what it meets;
//! * the call that inserts never did without having removed what it inserts: one that makes entries anew, each
//!   time of the same, moves none. (A table of requests under way, under their numbers, that tells whose they
//!   are.)
//!
//! While nobody iterates, a change pays for the latter, and for one load.

use super::At;
use super::epoch::Epoch;
use super::finding::{Kind, Severity};
use super::held::Resource;
use super::list::List;
use super::lock::Spin;
use super::order::Name;
use super::scope::{self, Deed};
use super::sink::{self, Act, Composition};
use super::state::{self, State};
use super::value::Value;
use crate::stack;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU32, Ordering};

/// A key that came or went.
#[derive(Clone, Copy, Debug)]
struct Change {
    when: u64,
    shard: Name,
    key: u64,
    inserted: bool,
    value: Value,
    by: Epoch,
    strand: u32,
    site: u32,
}

/// Values that an iteration remembers. If there are more, any may be held by several entries.
const MOST_MET: usize = 1 << 16;

/// Changes that are kept while a map is iterated over, the newest of them.
const KEPT: usize = 256;

#[derive(Debug)]
struct Log {
    /// Counts changes and looks.
    now: u64,
    changes: List<Change>,
    /// When the newest one was made that was dropped.
    dropped: u64,
}

/// What a strand removed from a map last, and may put back.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    map: u64,
    key: u64,
    value: Value,
}

impl Taken {
    /// Nothing.
    pub const NOTHING: Taken = Taken {
        map: 0,
        key: 0,
        value: Value::UNKNOWN,
    };
}

/// The strand removes a key.
#[inline]
pub fn take(me: &mut State, shard: Resource, key: u64, value: Value) {
    let map = shard.name.map();
    if me.taken[0].map != map {
        me.taken[1] = me.taken[0];
    }
    me.taken[0] = Taken { map, key, value };
}

/// The strand inserts a key: an entry that it took, or else the call makes entries anew.
#[inline]
pub fn put(me: &mut State, shard: Resource, key: u64, value: Value, at: &At) {
    let map = shard.name.map();
    let taken = me.taken.iter_mut().find(|taken| taken.map == map);
    let taken = taken.map(|taken| core::mem::replace(taken, Taken::NOTHING));
    let is_it = |taken: Taken| taken.key == key || taken.value == value && value.is_telling();
    if me.composes && !taken.is_some_and(is_it) {
        stack::note_maker(stack::site(me, at));
    }
}

/// The iterations over one map that are under way, and what has changed since the first began.
#[derive(Debug)]
pub struct Walks {
    walking: AtomicU32,
    lock: Spin,
    log: UnsafeCell<Log>,
}

// SAFETY: `log` is only touched under `lock`.
unsafe impl Sync for Walks {}
// SAFETY: the list's block is the arena's, which any thread may reach.
unsafe impl Send for Walks {}

impl Default for Walks {
    fn default() -> Self {
        Walks {
            walking: AtomicU32::new(0),
            lock: Spin::new(),
            log: UnsafeCell::new(Log {
                now: 0,
                changes: List::new(),
                dropped: 0,
            }),
        }
    }
}

impl Drop for Walks {
    fn drop(&mut self) {
        self.log.get_mut().changes.clear();
    }
}

/// One iteration: when it came to each shard, and what it met there.
#[derive(Debug, Default)]
pub struct Walk {
    began: Option<(Epoch, u32)>,
    passed: List<(Name, u64)>,
    /// Digests of the telling values.
    met: List<u32>,
}

// SAFETY: the list's block is the arena's, which any thread may reach.
unsafe impl Send for Walk {}
// SAFETY: nothing can be done through a shared reference.
unsafe impl Sync for Walk {}

impl Walks {
    fn with<R>(&self, f: impl FnOnce(&mut Log) -> R) -> R {
        let _held = self.lock.lock();
        // SAFETY: under the lock.
        f(unsafe { &mut *self.log.get() })
    }

    /// A walk that nothing comes between has locked a shard.
    #[inline]
    pub fn visit(shard: Resource, at: &At) {
        scope::protected(|| shard.name, Deed::Read, at);
    }

    /// The iteration `walk` has locked a shard.
    pub fn pass(&self, walk: &mut Walk, shard: Resource, at: &At) {
        Self::visit(shard, at);
        let Some(mut me) = state::enter() else { return };
        if walk.began.is_none() {
            if !me.composes {
                return;
            }
            walk.began = Some((me.note_epoch(), stack::site(&mut me, at)));
            self.walking.fetch_add(1, Ordering::Relaxed);
        }
        let when = self.with(|log| {
            log.now += 1;
            log.now
        });
        walk.passed.push((shard.name, when));
    }

    /// A key was inserted, or is about to be removed; its shard is locked for writing.
    #[inline]
    pub fn changed(&self, shard: Resource, key: u64, inserted: bool, value: Value, at: &At) {
        scope::protected(|| shard.name, Deed::Add, at);
        if self.walking.load(Ordering::Relaxed) != 0 {
            self.record(shard.name, key, inserted, value, at);
        }
    }

    #[cold]
    fn record(&self, shard: Name, key: u64, inserted: bool, value: Value, at: &At) {
        let Some(mut me) = state::enter() else { return };
        let (by, site) = (me.note_epoch(), stack::site(&mut me, at));
        let strand = me.record.id;
        self.with(|log| {
            log.now += 1;
            let change = Change {
                when: log.now,
                shard,
                key,
                inserted,
                value,
                by,
                strand,
                site,
            };
            if log.changes.as_slice().len() < KEPT {
                log.changes.push(change);
            } else {
                let changes = log.changes.as_mut_slice();
                log.dropped = changes[0].when;
                changes.rotate_left(1);
                changes[KEPT - 1] = change;
            }
        });
    }

    /// The iteration has come to its end, or is given up.
    pub fn end(&self, walk: &mut Walk) {
        let Some(began) = walk.began.take() else {
            return;
        };
        let found = state::enter().and_then(|me| {
            let found = self.with(|log| walk.torn(&me, log));
            found.map(|pair| (me, pair))
        });
        if self.walking.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.with(|log| log.changes.clear());
        }
        walk.passed.clear();
        walk.met.clear();
        if let Some((me, (first, second))) = found {
            report(&me, began, first, second);
        }
    }
}

impl Walk {
    /// It has come to an entry, whose value `value` looks at.
    #[inline]
    pub fn meet(&mut self, value: impl FnOnce() -> Value) {
        if self.began.is_some() {
            let value = value();
            let digest = value.digest().filter(|_| value.is_telling());
            if let (Some(digest), Some(_me)) = (digest, state::enter())
                && self.met.as_slice().len() < MOST_MET
            {
                self.met.push(digest);
            }
        }
    }

    /// Whether it came to the entry's shard after the change; none if it never did.
    fn saw(&self, change: &Change) -> Option<bool> {
        let mut passed = self.passed.as_slice().iter();
        let came = passed.find(|(shard, _)| *shard == change.shard)?.1;
        Some(came > change.when)
    }

    /// Whether of all entries only the one that the two changes moved can have held this value: the iteration
    /// met it as often as it met that one, and nothing else of it changed.
    fn is_only_theirs(&self, value: Value, met: usize, log: &Log) -> bool {
        let changes = log.changes.as_slice().iter();
        let holders = self.met.as_slice().iter();
        let of_it = |digest: &&u32| Some(**digest) == value.digest();
        let began = self.passed.as_slice().first().map_or(0, |(_, when)| *when);
        log.dropped < began
            && self.met.as_slice().len() < MOST_MET
            && changes.filter(|change| change.value == value).count() == 2
            && holders.filter(of_it).count() == met
    }

    /// A removal and an insertion of which the iteration saw one and not the other, though they belong together.
    fn torn(&self, me: &State, log: &Log) -> Option<(Change, Change)> {
        let changes = log.changes.as_slice();
        let mut pairs = changes.iter().enumerate().filter_map(|(index, removal)| {
            // The same strand's next change of the map.
            let mut later = changes[index + 1..].iter();
            let next = later.find(|next| next.strand == removal.strand)?;
            let foreign = removal.strand != me.record.id && !me.was_told(removal.by);
            (foreign && !removal.inserted && next.inserted).then_some((removal, next))
        });
        let torn = pairs.find(|(removal, insertion)| {
            let (Some(saw_removal), Some(saw_insertion)) = (self.saw(removal), self.saw(insertion))
            else {
                return false;
            };
            // Before the one and after the other it met the entry twice; after the one and before the other not
            // at all.
            let met = 2 * usize::from(saw_insertion);
            let value = insertion.value;
            let same_value = removal.value == value && value.is_telling();
            saw_removal != saw_insertion
                && !stack::is_maker(insertion.site)
                && match removal.key == insertion.key {
                    true => !value.is_unit(),
                    false => same_value && self.is_only_theirs(value, met, log),
                }
        });
        torn.map(|(removal, insertion)| (*removal, *insertion))
    }
}

fn report(me: &State, began: (Epoch, u32), first: Change, second: Change) {
    let act = |change: Change, role| Act::write(role, (change.by, change.site), change.value);
    let sides = [
        Act::read("the iteration", began, Value::UNKNOWN),
        act(second, "the second of them"),
    ];
    let first = act(first, "the first of two changes that belong together");
    let composition = Composition::new(Kind::Iteration, Severity::Warning, sides, [first]);
    sink::report_composed(me, composition);
}
