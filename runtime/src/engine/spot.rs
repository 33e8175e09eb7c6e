//! A location that strands read and write by atomic operations, and the record of what they do there: its
//! mark, and what each strand has read. What that adds up to is for [`judge`](super::judge).

use super::At;
use super::arena::{self, Handle};
use super::how::How;
use super::judge;
use super::mark::{self, Look, Mark, Version};
use super::reads::Place;
use super::scope::{self, Deed};
use super::state::State;
use super::value::Value;
use crate::stack;
use core::sync::atomic::{AtomicU32, Ordering};

/// The location's mark, if it has one yet. Methods but `drop` are for whoever holds the location.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Spot {
    mark: AtomicU32,
    /// Who read it last, by its token, or [`SOMEBODY`]; 0: nobody since it was written.
    reader: AtomicU32,
    /// The version at which it came into being, where it is a key that was absent before.
    born: AtomicU32,
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
            reader: AtomicU32::new(0),
            born: AtomicU32::new(0),
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
            reader: take(&self.reader),
            born: take(&self.born),
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
        if !me.reads.again((handle, id), version, present) {
            let value = value.unwrap_or_else(|| mark.value());
            remember(me, (handle, id), version, value, at);
        }
    }

    /// [`seen`](Self::seen), of a key, whose value `now` looks at unless the strand only saw that it is there. If
    /// the strand knows it already, its mark is not asked.
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
        let Some(mark) = Mark::at(handle) else {
            return;
        };
        arena::fetch(mark);
        let site = (!present && reader == 0).then(|| stack::site(me, at));
        let (place, version) = ((handle, mark.id()), mark.version());
        // What nobody has read since it was written is news.
        if let Some(site) = site {
            me.reads.note(place, version, now(), site);
        } else if !me.reads.again(place, version, present) {
            let value = if present { Value::PRESENT } else { now() };
            remember(me, place, version, value, at);
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
        let handle = self.mark.load(Ordering::Relaxed);
        if let Some(id) = Mark::at(handle).map(Mark::id).or(id) {
            me.reads.forget_in_time((handle, id), true);
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

    /// It is about to be read.
    #[inline(always)]
    pub fn prepare_read(&self) {
        if self.reader.load(Ordering::Relaxed) == 0 {
            self.prepare();
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
        if me.composes && !me.reads.again((0, id), 0, false) {
            remember(me, (0, id), 0, Value::ABSENT, at);
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
        let epoch = me.note_epoch();
        let commutes = new.is_some_and(|new| new.same(now.value) == Some(true));
        let unlocked = !(me.held.has_lock() && mark.was_locked(true));
        let unordered = now.writer.is_some() && !me.was_told(now.writer);
        if unordered && unlocked && !commutes {
            let writer = (now.writer, now.site, true, now.value);
            judge::unordered(me, writer, (epoch, site, new));
        } else if new.is_some() && !commutes {
            judge::changed(me, mark, (epoch, site, new));
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
        remember(me, (handle, id), before, size, at);
    }

    /// The strand changes the size that this stands for by `by`.
    pub fn resized(&self, me: &mut State, id: impl FnOnce() -> u64, by: i64, at: &At) {
        let Some((handle, mark)) = self.mark(id) else {
            return;
        };
        let now = mark.look();
        if by != 0 && scope::watches(me) {
            scope::did(me, now.id, Deed::Add, at);
        }
        if let Some(read) = me.reads.forget((handle, now.id))
            && judge::moved(me, read.version, &now)
            && read.value.same(now.value) == Some(false)
        {
            judge::resized(me, &read, &now, by, at);
        }
        if by != 0 {
            let (writer, site) = (me.note_epoch(), stack::site(me, at));
            if me.pedantic {
                // Of two changes the order does not matter.
                judge::changed(me, mark, (writer, site, Some(Value::UNKNOWN)));
            }
            mark.write(writer, site, now.value.plus(by));
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
            && self.mark(id).is_some_and(|(handle, mark)| {
                self.write(me, (handle, mark.id()), mark, new, how, at)
            })
    }

    /// [`written`](Self::written), of a location whose identity is at hand: of its mark no more is asked than
    /// that takes.
    #[inline]
    pub fn written_as(&self, me: &mut State, id: u64, new: Value, how: How, at: &At) {
        if me.composes
            && let Some((handle, mark)) = self.mark(|| id)
        {
            self.write(me, (handle, id), mark, new, how, at);
        }
    }

    #[inline]
    fn write(
        &self,
        me: &mut State,
        place: Place,
        mark: &Mark,
        new: Value,
        how: How,
        at: &At,
    ) -> bool {
        if scope::watches(me) {
            scope::did(me, place.1, Deed::Write, at);
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
            self.acts(me, (place, mark), site, is_foreign, (new, how), at);
        } else {
            // What the strand wrote last, and nobody has read since, it has forgotten.
            let is_known = !is_mine || self.reader.load(Ordering::Relaxed) != 0;
            me.reads.forget_in_time(place, is_known);
        }
        let left = how == How::Whole && mark.holds(new);
        let was_absent = mark.value().is_absent();
        mark.write(writer, site, new);
        if was_absent && !new.is_absent() {
            self.born.store(mark.version(), Ordering::Relaxed);
        }
        self.reader.store(0, Ordering::Relaxed);
        left
    }

    /// The strand writes a location over what another strand wrote (`is_foreign`), or where it may show how it
    /// comes by what it writes.
    fn acts(
        &self,
        me: &mut State,
        (place, mark): (Place, &Mark),
        site: u32,
        is_foreign: bool,
        (new, how): (Value, How),
        at: &At,
    ) {
        match me.reads.forget(place) {
            Some(read) => {
                if is_foreign && how != How::Whole {
                    let now = Look {
                        born: self.born.load(Ordering::Relaxed),
                        ..mark.look()
                    };
                    judge::written(me, &read, &now, new, how, at);
                }
                if how.is_blind() {
                    judge::makes(me, site, &read, new);
                }
            }
            None if how.is_blind() && !me.reads.has_swept() => {
                let kind = match is_foreign {
                    true => stack::Blind::Foreign,
                    false => stack::Blind::Known,
                };
                stack::note_blind(site, kind);
            }
            None => {}
        }
    }
}

/// The strand read a location that looked like this, where it has not read it before.
#[inline(never)]
fn remember(me: &mut State, place: Place, version: Version, value: Value, at: &At) {
    let site = stack::site(me, at);
    me.reads.note(place, version, value, site);
}
