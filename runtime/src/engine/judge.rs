//! What strands compose of atomic operations on one location: stale writes and ABA, changed sizes, and
//! operations whose order nothing but a map decides.
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
//! * the removal of a key that was not there when the strand tried before: it tries again;
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
use super::epoch::Epoch;
use super::finding::{Kind, Severity};
use super::how::How;
use super::mark::{Look, Mark, Version};
use super::read::Read;
use super::sink::{self, Act, Composition};
use super::state::State;
use super::value::Value;
use crate::stack;

/// Whether a strand that the current one was not told of has modified the location since `version`.
#[inline]
pub fn moved(me: &State, version: Version, now: &Look) -> bool {
    now.version != version && now.writer.is_some() && !me.was_told(now.writer)
}

/// The strand writes what it had read, over what others may have written since.
#[cold]
pub fn written(me: &mut State, read: &Read, now: &Look, new: Value, how: How, at: &At) {
    let since = match how.looks() {
        true => read.belief.version,
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

/// Whether the strand has read the value that it writes, elsewhere.
fn is_copy(me: &mut State, id: u64, new: Value) -> bool {
    me.reads.catch_up();
    me.reads
        .all()
        .any(|other| other.id != id && other.value == new)
}

/// The strand writes `new` where it had read another value; perhaps because it had.
pub fn makes(me: &mut State, site: u32, read: &Read, new: Value) {
    if let (Some(from), Some(to)) = (read.value.digest(), new.digest()) {
        stack::makes(site, (from, to), || is_copy(me, read.id, new));
    }
}

fn stale(me: &mut State, read: &Read, now: &Look, new: Value, how: How, at: &At) {
    let site = stack::site(me, at);
    let looks_again = read.value.is_absent() && new.is_absent() && stack::is_op(read.site, at.op);
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
    let epoch = me.note_epoch();
    let sides = [
        Act::read("the read", (epoch, read.site), read.value),
        Act {
            site,
            epoch,
            write: true,
            role: "the write that acts on it",
            value: new,
        },
    ];
    let between = Act::write("the write in between", (now.writer, now.site), now.value);
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
pub fn changed(me: &mut State, mark: &Mark, change: (Epoch, u32, Option<Value>)) {
    let (reader, site) = mark.reader();
    let unlocked = !(me.held.has_lock() && mark.was_locked(false));
    if reader.is_some() && !me.was_told(reader) && unlocked {
        unordered(me, (reader, site, false, Value::UNKNOWN), change);
    }
}

/// Notes two operations on a location, the first of which may have written it, that only a map orders.
pub fn unordered(
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
pub fn resized(me: &mut State, read: &Read, now: &Look, by: i64, at: &At) {
    let site = stack::site(me, at);
    let severity = match by > 0 && read.value == Value::size(0) {
        true => Severity::Warning,
        false => Severity::Note,
    };
    let epoch = me.note_epoch();
    let sides = [
        Act::read("the size, read", (epoch, read.site), read.value),
        Act::write("the write that acts on it", (epoch, site), Value::UNKNOWN),
    ];
    let between = Act::write("the change in between", (now.writer, now.site), now.value);
    sink::report_composed(
        me,
        Composition::new(Kind::StaleSize, severity, sides, [between]),
    );
}

/// What the strand's exchange was to vouch for and no longer does: as it read it, and as it is.
fn stale_knowledge(me: &mut State, read: &Read, now: &Look, new: Value) -> Option<(Read, Look)> {
    let installs = new.is_like_an_address();
    if !installs && me.reads.count() == u64::from(read.when) + 1 {
        // It has read nothing since: a lock's flag.
        return None;
    }
    let from = if installs {
        read.belief.since
    } else {
        read.when
    };
    me.reads.catch_up();
    me.reads.after(from).find_map(|other| {
        let vouched = other.when > read.when && now.version != read.version
            || other.when > read.belief.since && other.value == new && installs;
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
    let epoch = me.note_epoch();
    let sides = [
        Act::read("the read", (epoch, read.site), read.value),
        Act {
            site,
            epoch,
            write: true,
            role: "the write that found the same value",
            value: new,
        },
    ];
    let between = Act::write(
        "the last change in between",
        (now.writer, now.site),
        now.value,
    );
    let severity = match stale {
        Some(_) => Severity::Error,
        None => Severity::Warning,
    };
    let vouched = stale.map(|(other, look)| {
        [
            Act::read(
                "what the success was to vouch for, read",
                (epoch, other.site),
                other.value,
            ),
            Act::write("and overwritten", (look.writer, look.site), look.value),
        ]
    });
    let witnesses = core::iter::once(between).chain(vouched.into_iter().flatten());
    sink::report_composed(me, Composition::new(Kind::Aba, severity, sides, witnesses));
}
