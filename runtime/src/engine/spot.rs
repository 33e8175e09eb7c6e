//! A location that strands read and write by atomic operations, and the checks on what they compose of
//! these: stale writes and ABA.
//!
//! # Stale write
//!
//! A strand reads a location at some version and later writes it, blindly, on top of a version that
//! another strand made in between: what it writes was made of a value that is no longer there. A write
//! is blind if it does not look at what it replaces: `DashMap::insert` and `remove`, an atomic's
//! `store`. Silent are
//!
//! * whatever reads and writes in one operation (`entry`, `get_mut`, `alter`, `fetch_add`, ...), and
//!   whoever reads again before it writes;
//! * a value that was changed back to what the strand had read: the write is what an atomic operation
//!   at that moment would have written;
//! * a value equal to the one that it replaces, unless it was made of the old one: next section;
//! * the removal of a key that was not there when the strand looked: it looks for it again;
//! * a write in between that the writer was *told* of (see `state`): the program orders the three on
//!   every schedule, so that nothing depends on luck. Locks, read-modify-writes and the map itself tell
//!   nothing;
//! * a call that also writes without having read, before or after, and a place that so overwrites what
//!   another strand wrote, whoever calls it: it does not act on reads. (A heartbeat, a lock's `turn`.) The
//!   call is told by its whole stack: a setter that everybody shares is called here after a look, and there
//!   to fill the map at the start, which says nothing of the former.
//!
//! ## A value equal to the one that it replaces
//!
//! Two strands read 3, and both write 4: an update is lost, and nobody sees it in the map. Two strands see
//! that a flag is down, and both raise it: nothing is lost. In one execution the two look alike; what differs
//! is whether the value was *made* of what was read. So it is taken for lost (an error)
//!
//! * if the writing site [computes](crate::stack::makes): over the run, what it writes varies with what it
//!   has read. A flag, a state, a reset is always the same, whatever was read; a value that the strand also
//!   read elsewhere (the newest version, for the one that is loaded) is a copy. The site may show this after
//!   the update was lost: so the sighting is kept as a suspicion, and judged when the session ends;
//! * if the key was present and both are integers, in a map: an integer there is a number. In an atomic it
//!   may as well be the code of a state, for which a map has an enumeration: there it must be the next number
//!   up or down, of an integer wider than a byte, and not from 0, which is what a flag is raised from; or the
//!   atomic was ever counted up or down, and so is a number for certain;
//! * if it is a set's key, which was there before: all that it says is that it is there, and `insert` would
//!   have said whether it was.
//!
//! Otherwise it is a note: flags, states, fills of an absent key.
//!
//! # ABA
//!
//! A compare-and-exchange succeeds because the value is the one the strand had read, although the
//! location was modified in between. That alone is harmless: a lock's flag. It is a fault if the success
//! was to vouch for something else: if the strand, between the read and the exchange, read *another*
//! location (the node's `next`, the slot's key), and that one has been overwritten by another strand
//! since, with another value. Then the exchange installs stale knowledge. Tags, generations and hazard
//! pointers make the exchange fail, or keep the other location as it was, so the cures are silent. Reads
//! before a mere re-check of the same value (Michael & Scott's queue) count where the exchange installs
//! the address that was read.
//!
//! A `bool` says yes or no and names nothing either. A location that was ever
//! counted (`fetch_add`, `fetch_sub`) is a gauge: its value is how many there are and
//! names nothing, so whatever was read beside it was not reached by it.
//!
//! A map's `remove_if` looks at the value that is there now, so other locations do not matter to it; but
//! a key that was removed and inserted anew in between with an equal value is another thing under an old
//! name; that is a warning. A write that looks at nothing cannot succeed by mistake.
//!
//! Where the value's type does not tell whether two values are the same (see `value`), two writes are
//! taken for different ones, but a fill with values that cannot be compared is a warning only.

use super::At;
use super::arena::{self, Handle};
use super::epoch::Epoch;
use super::finding::{Kind, Severity};
use super::mark::{self, Look, Mark, Version};
use super::reads::Read;
use super::scope::{self, Deed};
use super::sink::{self, Act, Composition};
use super::state::State;
use super::value::Value;
use crate::stack;
use core::sync::atomic::{AtomicU32, Ordering};

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
    fn is_blind(self) -> bool {
        matches!(self, How::Blind | How::Store)
    }

    /// Whether it may find that the value is not the one that the strand believes in.
    fn looks(self) -> bool {
        matches!(self, How::Conditional | How::Exchange)
    }
}

/// The location's mark, if it has one yet. Methods but `drop` are for whoever holds the location.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Spot {
    mark: AtomicU32,
    /// Who read it last, by its token, or [`SOMEBODY`]; 0: nobody since it was written.
    reader: AtomicU32,
    /// The mark's version, for who reads the location again.
    version: AtomicU32,
}

/// A reader of a value, or of the presence, who does not say.
const SOMEBODY: u32 = u32::MAX;

impl Drop for Spot {
    #[inline]
    fn drop(&mut self) {
        let mark = *self.mark.get_mut();
        if mark != 0 {
            mark::give_back(mark);
        }
    }
}

impl Spot {
    /// A location that nobody has touched.
    pub const fn new() -> Self {
        Spot {
            mark: AtomicU32::new(0),
            version: AtomicU32::new(0),
            reader: AtomicU32::new(0),
        }
    }

    /// Its history, which goes on elsewhere. For whoever holds it exclusively.
    #[inline]
    pub fn take(&self) -> Spot {
        let take = |word: &AtomicU32| {
            let was = word.load(Ordering::Relaxed);
            word.store(0, Ordering::Relaxed);
            AtomicU32::new(was)
        };
        Spot {
            mark: take(&self.mark),
            version: take(&self.version),
            reader: take(&self.reader),
        }
    }

    #[inline]
    fn mark(&self, id: impl FnOnce() -> u64) -> Option<(Handle, &'static Mark)> {
        let mut handle = self.mark.load(Ordering::Relaxed);
        if handle == 0 {
            handle = mark::fresh(id());
            // Shared holders may be here at once.
            if let Err(other) =
                self.mark
                    .compare_exchange(0, handle, Ordering::AcqRel, Ordering::Acquire)
            {
                mark::give_back(handle);
                handle = other;
            }
        }
        Some((handle, Mark::at(handle)?))
    }

    /// The strand read it. `value` is what it read, where the mark cannot know: nobody may have written
    /// the location under the detector's eyes.
    #[inline]
    pub fn seen(&self, me: &mut State, id: impl FnOnce() -> u64, value: Option<Value>, at: &At) {
        if !me.composes {
            return;
        }
        let Some((handle, mark)) = self.mark(id) else {
            return;
        };
        if scope::watches(me) {
            scope::did(me, mark.id(), Deed::Read, at);
        }
        me.reads.renew();
        self.reader.store(SOMEBODY, Ordering::Relaxed);
        let present = value == Some(Value::PRESENT);
        let (id, version) = (mark.id(), mark.version());
        if !me.reads.again(id, version, present) {
            let value = value.unwrap_or_else(|| mark.value());
            remember(me, handle, (id, version), value, at);
        }
    }

    /// [`seen`](Self::seen), of a location whose identity is at hand, and whose value `now` looks at unless
    /// the strand only saw that it is there: its mark is not asked.
    #[inline]
    pub fn seen_as(
        &self,
        me: &mut State,
        id: impl FnOnce() -> u64,
        present: bool,
        now: impl FnOnce() -> Value,
        at: &At,
    ) {
        if !me.composes {
            return;
        }
        let handle = self.mark.load(Ordering::Acquire);
        if handle == 0 || scope::watches(me) {
            let value = if present { Value::PRESENT } else { now() };
            return self.seen(me, id, Some(value), at);
        }
        let (reader, token) = (self.reader.load(Ordering::Relaxed), me.reads.token());
        if reader == token {
            return me.reads.repeated();
        }
        let id = id();
        let version = self.version.load(Ordering::Relaxed);
        if !present && reader == 0 {
            let site = stack::site(me, at);
            me.reads.note_in_time(handle, (id, version), now(), site);
        } else if !me.reads.again(id, version, present) {
            let value = if present { Value::PRESENT } else { now() };
            remember(me, handle, (id, version), value, at);
        }
        // Who knows that it is there does not know its value.
        let reader = if present { SOMEBODY } else { token };
        self.reader.store(reader, Ordering::Relaxed);
    }

    /// The strand came by it: a read that it does not act on, but which replaces what it read before. `id` is
    /// its identity, unless only its mark can tell.
    pub fn passed_by(&self, me: &mut State, id: Option<u64>, at: &At) {
        if !me.composes {
            return;
        }
        let mark = Mark::at(self.mark.load(Ordering::Relaxed));
        if let Some(id) = mark.map(Mark::id).or(id) {
            me.reads.forget_in_time(id);
            self.reader.store(SOMEBODY, Ordering::Relaxed);
            if scope::watches(me) {
                scope::did(me, id, Deed::Read, at);
            }
        }
    }

    /// It is about to be written.
    #[inline(always)]
    pub fn prepare(&self) {
        if let Some(mark) = Mark::at(self.mark.load(Ordering::Relaxed)) {
            arena::fetch(mark);
        }
    }

    /// Whether anybody has touched it.
    #[inline]
    pub fn is_marked(&self) -> bool {
        self.mark.load(Ordering::Relaxed) != 0
    }

    /// Whether the value that it holds is known here.
    #[inline]
    pub fn knows_its_value(&self) -> bool {
        Mark::at(self.mark.load(Ordering::Relaxed)).is_some_and(Mark::has_known_value)
    }

    /// The strand found a key absent that was never there.
    #[inline]
    pub fn missed(me: &mut State, id: u64, at: &At) {
        if me.composes && scope::watches(me) {
            scope::did(me, id, Deed::Read, at);
        }
        if me.composes && !me.reads.again(id, 0, false) {
            remember(me, 0, (id, 0), Value::ABSENT, at);
        }
    }

    /// Notes an operation on a key that nothing but the map orders with an earlier one, where their order
    /// matters: another strand's, one of the two a write of another value, and not both under locks.
    pub fn note(&self, me: &mut State, id: impl FnOnce() -> u64, new: Option<Value>, at: &At) {
        let Some((_, mark)) = self.mark(id) else {
            return;
        };
        let now = mark.look();
        let site = stack::site(me, at);
        let epoch = here(me);
        let commutes = new.is_some_and(|new| new.same(now.value) == Some(true));
        let unlocked = !(me.held.has_lock() && mark.was_locked(true));
        let unordered = now.writer.is_some() && !me.was_told(now.writer);
        if unordered && unlocked && !commutes {
            let writer = (now.writer, now.site, true, now.value);
            unordered_pair(me, writer, (epoch, site, new));
        } else if new.is_some() && !commutes {
            note_reader_of(me, mark, (epoch, site, new));
        }
        let locked = me.held.has_lock();
        mark.note_locked(new.is_some(), locked);
        if new.is_none() {
            mark.note_reader(epoch, site);
        }
    }

    /// The strand is about to be told the size that this stands for: which version it will be of. From here on
    /// the changes are counted.
    pub fn count(&self, id: impl FnOnce() -> u64) -> Version {
        self.mark(id).map_or(0, |(_, mark)| mark.version())
    }

    /// The strand was told the size, after it was of the version `before`: others may have changed it
    /// meanwhile, where they were counted and where they were not.
    pub fn counted(
        &self,
        me: &mut State,
        id: impl FnOnce() -> u64,
        before: Version,
        size: Value,
        at: &At,
    ) {
        let Some((handle, mark)) = self.mark(id) else {
            return;
        };
        let id = mark.id();
        if mark.version() == before {
            mark.correct(size);
        }
        if scope::watches(me) {
            scope::did(me, id, Deed::Read, at);
        }
        me.reads.renew();
        self.reader.store(SOMEBODY, Ordering::Relaxed);
        remember(me, handle, (id, before), size, at);
    }

    /// The strand changes the size that this stands for by `by`.
    pub fn resized(&self, me: &mut State, id: impl FnOnce() -> u64, by: i64, at: &At) {
        let Some((_, mark)) = self.mark(id) else {
            return;
        };
        let now = mark.look();
        if by != 0 && scope::watches(me) {
            scope::did(me, now.id, Deed::Add, at);
        }
        if let Some(read) = me.reads.forget(now.id)
            && moved(me, read.version, &now)
            && read.value.same(now.value) == Some(false)
        {
            stale_size(me, &read, &now, by, at);
        }
        if by != 0 {
            let (writer, site) = (me.note_epoch(), stack::site(me, at));
            if me.pedantic {
                // Of two changes the order does not matter.
                note_reader_of(me, mark, (writer, site, Some(Value::UNKNOWN)));
            }
            mark.write(writer, site, now.value.plus(by));
            self.version.store(mark.version(), Ordering::Relaxed);
        }
    }

    /// The strand counts it up or down.
    #[inline]
    pub fn counts(&self, me: &mut State, id: impl FnOnce() -> u64) {
        if me.composes
            && let Some((_, mark)) = self.mark(id)
        {
            mark.note_gauge();
        }
    }

    /// Which location this is, and how often it was modified, if anybody has touched it.
    pub fn known(&self) -> Option<(u64, u64)> {
        let mark = Mark::at(self.mark.load(Ordering::Relaxed))?;
        Some((mark.id(), mark.version().into()))
    }

    /// The strand writes `new`. Whether an operation that reads as well left the value as it was.
    #[inline]
    pub fn written(
        &self,
        me: &mut State,
        id: impl FnOnce() -> u64,
        new: Value,
        how: How,
        at: &At,
    ) -> bool {
        me.composes
            && self
                .mark(id)
                .is_some_and(|(_, mark)| self.write(me, (mark.id(), mark), new, how, at))
    }

    /// [`written`](Self::written), of a location whose identity is at hand: of its mark no more is asked than
    /// that takes.
    #[inline]
    pub fn written_as(&self, me: &mut State, id: u64, new: Value, how: How, at: &At) {
        if me.composes
            && let Some((_, mark)) = self.mark(|| id)
        {
            self.write(me, (id, mark), new, how, at);
        }
    }

    #[inline]
    fn write(
        &self,
        me: &mut State,
        (id, mark): (u64, &Mark),
        new: Value,
        how: How,
        at: &At,
    ) -> bool {
        if scope::watches(me) {
            scope::did(me, id, Deed::Write, at);
        }
        if how.is_blind() {
            // What is known of a place that writes blindly is known of its whole stack. That is had while the
            // mark is on its way.
            stack::site(me, at);
        }
        let (last, writer) = (mark.writer(), me.note_epoch());
        let site = match !how.is_blind() && last == writer && stack::is_place(mark.site(), at) {
            true => mark.site(),
            false => stack::site(me, at),
        };
        let is_mine = last.is_some() && last.slot() == me.slot;
        let is_foreign = last.is_some() && !me.was_told(last);
        if is_foreign || how.is_blind() && !stack::is_blind(site) {
            acts(me, (id, mark), site, is_foreign, (new, how), at);
        } else if !is_mine || self.reader.load(Ordering::Relaxed) != 0 {
            // Else the strand forgot it when it wrote it last, and nobody has read it since.
            me.reads.forget_in_time(id);
        }
        let left = how == How::Whole && mark.holds(new);
        mark.write(writer, site, new);
        self.version.store(mark.version(), Ordering::Relaxed);
        self.reader.store(0, Ordering::Relaxed);
        left
    }
}

/// The strand writes a location over what another strand wrote (`is_foreign`), or where it may show how it
/// comes by what it writes.
fn acts(
    me: &mut State,
    (id, mark): (u64, &Mark),
    site: u32,
    is_foreign: bool,
    (new, how): (Value, How),
    at: &At,
) {
    match me.reads.forget(id) {
        Some(read) => {
            if is_foreign && how != How::Whole {
                judge(me, &read, &mark.look(), new, how, at);
            }
            if how.is_blind() {
                makes(me, site, &read, new);
            }
        }
        None if how.is_blind() => {
            let kind = match is_foreign {
                true => stack::Blind::Foreign,
                false => stack::Blind::Known,
            };
            stack::note_blind(site, kind);
        }
        None => {}
    }
}

/// The strand read a location that looked like this, where it has not read it before.
#[inline(never)]
fn remember(me: &mut State, mark: Handle, known: (u64, Version), value: Value, at: &At) {
    let site = stack::site(me, at);
    me.reads.note(mark, known, value, site);
}

/// Whether a strand that the current one was not told of has modified the location since `version`.
#[inline]
fn moved(me: &State, version: Version, now: &Look) -> bool {
    now.version != version && now.writer.is_some() && !me.was_told(now.writer)
}

#[cold]
fn judge(me: &mut State, read: &Read, now: &Look, new: Value, how: How, at: &At) {
    let since = match how.looks() {
        true => read.since_version,
        false => read.version,
    };
    match (how, read.value.same(now.value)) {
        _ if !moved(me, since, now) => {}
        (How::Exchange, Some(true)) if !now.gauge && !now.value.is_flag() => {
            if let Some(stale) = stale_knowledge(me, read, now, new) {
                aba(me, read, now, new, Some(stale), at);
            }
        }
        (How::Conditional, Some(true))
            if now.came_after(read.version) && !now.value.is_absent() =>
        {
            aba(me, read, now, new, None, at);
        }
        (How::Blind | How::Store, None | Some(false)) => stale(me, read, now, new, how, at),
        _ => {}
    }
}

/// The epoch that stands for what the strand does now.
fn here(me: &mut State) -> Epoch {
    me.note_epoch()
}

/// Whether the strand has read the value that it writes, elsewhere.
fn is_copy(me: &mut State, id: u64, new: Value) -> bool {
    me.reads.catch_up();
    me.reads
        .all()
        .any(|other| other.id != id && other.value == new)
}

/// The strand writes `new` where it had read another value; perhaps because it had.
fn makes(me: &mut State, site: u32, read: &Read, new: Value) {
    if let (Some(from), Some(to)) = (read.value.digest(), new.digest()) {
        stack::makes(site, (from, to), || is_copy(me, read.id, new));
    }
}

fn stale(me: &mut State, read: &Read, now: &Look, new: Value, how: How, at: &At) {
    let site = stack::site(me, at);
    // To remove what was not there, when it was looked for, is to look for it again.
    let looks_again = read.value.is_absent() && new.is_absent();
    if looks_again || stack::was_blind(site) {
        return;
    }
    let same = new.same(now.value) == Some(true);
    let made = match how {
        How::Store => now.gauge || new.is_next_to(read.value),
        _ => read.value.is_integer() && new.is_integer(),
    };
    // A set's key says no more than that it is there, and `insert` would have said whether it was.
    let comes_and_goes = read.value.is_absent() && new.is_unit() && now.born > 0;
    let severity = match new.same(now.value) {
        Some(true) if !comes_and_goes && (!made || is_copy(me, read.id, new)) => Severity::Note,
        None if read.value.is_absent() => Severity::Warning,
        _ => Severity::Error,
    };
    let epoch = here(me);
    let sides = [
        Act {
            site: read.site,
            epoch,
            write: false,
            role: "the read",
            value: read.value,
        },
        Act {
            site,
            epoch,
            write: true,
            role: "the write that acts on it",
            value: new,
        },
    ];
    let between = Act {
        site: now.site,
        epoch: now.writer,
        write: true,
        role: "the write in between",
        value: now.value,
    };
    let composition = Composition::new(Kind::StaleWrite, severity, sides, [between]);
    // Whether an equal value was made of the old one may show later.
    let is_suspected = same && severity == Severity::Note;
    sink::report_composed(
        me,
        match is_suspected {
            true => composition.suspected(),
            false => composition,
        },
    );
}

/// Notes a change of what another strand has read, if nothing else orders the two.
fn note_reader_of(me: &mut State, mark: &Mark, change: (Epoch, u32, Option<Value>)) {
    let (reader, site) = mark.reader();
    let unlocked = !(me.held.has_lock() && mark.was_locked(false));
    if reader.is_some() && !me.was_told(reader) && unlocked {
        unordered_pair(me, (reader, site, false, Value::UNKNOWN), change);
    }
}

fn unordered_pair(
    me: &State,
    (epoch, site, write, value): (Epoch, u32, bool, Value),
    (now, here, new): (Epoch, u32, Option<Value>),
) {
    let sides = [
        Act {
            site,
            epoch,
            write,
            role: "the earlier operation",
            value,
        },
        Act {
            site: here,
            epoch: now,
            write: new.is_some(),
            role: "the later one",
            value: new.unwrap_or(Value::UNKNOWN),
        },
    ];
    let composition = Composition::new(Kind::Unordered, Severity::Note, sides, []);
    sink::report_composed(me, composition);
}

/// An insertion into a map that is no longer empty although the strand found it so may well do twice what
/// was to be done once. Whether other sizes matter nobody knows: that is a note.
fn stale_size(me: &mut State, read: &Read, now: &Look, by: i64, at: &At) {
    let site = stack::site(me, at);
    let severity = match by > 0 && read.value == Value::size(0) {
        true => Severity::Warning,
        false => Severity::Note,
    };
    let epoch = here(me);
    let act = |site, write, role, value| Act {
        site,
        epoch,
        write,
        role,
        value,
    };
    let sides = [
        act(read.site, false, "the size, read", read.value),
        act(site, true, "the write that acts on it", Value::UNKNOWN),
    ];
    let between = Act {
        epoch: now.writer,
        ..act(now.site, true, "the change in between", now.value)
    };
    sink::report_composed(
        me,
        Composition::new(Kind::StaleSize, severity, sides, [between]),
    );
}

/// What the strand's exchange was to vouch for and no longer does: as it read it, and as it is.
fn stale_knowledge(me: &mut State, read: &Read, now: &Look, new: Value) -> Option<(Read, Look)> {
    me.reads.catch_up();
    me.reads.all().find_map(|other| {
        let vouched = other.when > read.when && now.version != read.version
            || other.when > read.since && other.value == new && new.is_like_an_address();
        if other.id == read.id || !vouched {
            return None;
        }
        let look = Mark::at(other.mark)?.glance(other.id)?;
        let overwritten =
            moved(me, other.version, &look) && other.value.same(look.value) != Some(true);
        overwritten.then_some((other, look))
    })
}

fn aba(me: &mut State, read: &Read, now: &Look, new: Value, stale: Option<(Read, Look)>, at: &At) {
    let site = stack::site(me, at);
    let epoch = here(me);
    let sides = [
        Act {
            site: read.site,
            epoch,
            write: false,
            role: "the read",
            value: read.value,
        },
        Act {
            site,
            epoch,
            write: true,
            role: "the write that found the same value",
            value: new,
        },
    ];
    let between = Act {
        site: now.site,
        epoch: now.writer,
        write: true,
        role: "the last change in between",
        value: now.value,
    };
    let severity = match stale {
        Some(_) => Severity::Error,
        None => Severity::Warning,
    };
    let vouched = stale.map(|(other, look)| {
        [
            Act {
                site: other.site,
                epoch,
                write: false,
                role: "what the success was to vouch for, read",
                value: other.value,
            },
            Act {
                site: look.site,
                epoch: look.writer,
                write: true,
                role: "and overwritten",
                value: look.value,
            },
        ]
    });
    let witnesses = core::iter::once(between).chain(vouched.into_iter().flatten());
    sink::report_composed(me, Composition::new(Kind::Aba, severity, sides, witnesses));
}
