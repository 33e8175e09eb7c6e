//! What a strand has read, so that a later write can be asked what it acts on.
//!
//! A location has one record of each strand that has read it and not written it since. The mark itself keeps
//! the one of its owner, the first strand that lives and came by: most locations are read by one, which so
//! touches no more memory than who writes them. Others have [tables](table) of their own. The marks that a
//! strand owns are listed, for who asks what else it has read: when they come to twice [`OWNED`], the half that it
//! has not read for longest is given up. What it read of a location that is gone is remembered for a while as
//! well: it may write elsewhere what it read there.
//!
//! A key of a map knows the last strand that read it since it was written, by the strand's
//! [token](Reads::token): to read it again is no news, and no record is looked at. That tells all but
//! when it was read last, which matters beside the reads of atomics, and for what is old enough to be swept
//! out: so each of the former makes another token due, and so does every few thousandth read that is noted in
//! a table which may soon be swept, and whatever is forgotten here without a word.

mod table;
mod time;

use super::arena::Handle;
use super::list::List;
use super::mark::{self, Mark, Version};
use super::owner::{self, Owner};
use super::read::Read;
use super::value::Value;
use table::Table;
use time::Time;

/// So many marks a strand owns before it gives any up.
const OWNED: usize = 1 << 17;
/// For so many reads it remembers what it read of a location that is gone.
const RECENT: u32 = 1 << 12;
/// So many are listed before some are looked for that are no longer its own.
const FEWEST: usize = 64;

/// See the module.
#[derive(Debug)]
pub struct Reads {
    /// As whom the strand owns marks; 0: it owns none yet.
    owner: Owner,
    owned: List<Handle>,
    /// How many it may own before some are looked for that it no longer does.
    room: usize,
    table: Table,
    time: Time,
    /// Whether what it owned was ever given up.
    given_up: bool,
    /// Whether the table may know of a location whose mark the strand owns: one that it found without a mark.
    unmarked: bool,
}

/// A location: its mark, if it has one, and its identity.
pub type Place = (Handle, u64);

impl Reads {
    /// None.
    pub const fn new() -> Self {
        Reads {
            owner: 0,
            owned: List::new(),
            room: FEWEST,
            table: Table::new(),
            time: Time::new(),
            given_up: false,
            unmarked: false,
        }
    }

    /// What stands for the strand's reads of keys since it last read anything else: no other strand's, until 2^32
    /// of them were had.
    #[inline]
    pub fn token(&mut self) -> u32 {
        self.time.token()
    }

    /// When the strand read keys last counts from here on.
    #[inline]
    pub fn renew(&mut self) {
        self.time.renew();
    }

    /// The strand read once more what its token says that it knows.
    #[inline]
    pub fn repeated(&mut self) {
        self.tick();
    }

    /// The next moment.
    #[inline]
    fn tick(&mut self) {
        if !self.time.tick() {
            self.clear();
        }
    }

    /// How often the strand has read anything.
    #[inline]
    pub fn count(&self) -> u64 {
        self.time.now().into()
    }

    /// The mark, if the strand owns it.
    #[inline]
    fn own(&self, mark: Handle) -> Option<&'static Mark> {
        Mark::at(mark).filter(|mark| self.owner != 0 && mark.is_owned_by(self.owner))
    }

    /// The strand writes a location, or looks at it anew: what it had read of it since it last did.
    #[inline]
    pub fn forget(&mut self, (mark, id): Place) -> Option<Read> {
        let Some(own) = self.own(mark) else {
            return self.table.forget(id, &mut self.time);
        };
        let read = own.noted(mark, self.owner);
        own.forget();
        let other = match self.unmarked {
            true => self.table.forget(id, &mut self.time),
            false => None,
        };
        // Of two, the one that was read last.
        let now = self.time.now();
        let both = read.into_iter().chain(other);
        both.min_by_key(|read| now.wrapping_sub(read.when))
    }

    /// [`forget`](Self::forget), where nobody asks what that was; `is_known`: it may be anything.
    #[inline]
    pub fn forget_in_time(&mut self, (mark, id): Place, is_known: bool) {
        let own = self.own(mark);
        if let Some(own) = own {
            own.forget();
        }
        if is_known && (own.is_none() || self.unmarked) {
            self.table.forget_in_time(id, &mut self.time);
        }
    }

    /// The strand read a location of this version; `present`: not its value, only that it is there. False
    /// if that is news, which must be [noted](Self::note).
    #[inline]
    pub fn again(&mut self, (mark, id): Place, version: Version, present: bool) -> bool {
        let is_known = match self.own(mark) {
            Some(own) => own.again(version, present, self.time.now()),
            None => self.table.again(id, version, present, &mut self.time),
        };
        if is_known {
            self.tick();
        }
        is_known
    }

    /// The strand read a location, and this is news.
    #[inline]
    pub fn note(&mut self, (mark, id): Place, version: Version, value: Value, site: u32) {
        match self.own(mark).or_else(|| self.claim((mark, id))) {
            Some(own) => own.note(version, value, site, self.time.now()),
            None => {
                self.unmarked |= mark == 0;
                let known = (id, version);
                self.table.note(mark, known, value, site, &mut self.time);
            }
        }
        self.tick();
    }

    /// Owns a mark from now on, if nobody else does.
    fn claim(&mut self, (handle, id): Place) -> Option<&'static Mark> {
        let mark = Mark::at(handle)?;
        if self.owner == 0 {
            self.owner = owner::enter();
        }
        if self.owned.as_slice().len() >= self.room {
            self.make_room();
        }
        if self.owner == owner::NONE || !mark.claim(self.owner) {
            return None;
        }
        self.owned.push(handle);
        if self.owned.as_slice().len() > OWNED {
            // What is read by its token alone must not look too old when some are given up.
            const OFTEN: usize = 1 << 12;
            if self.owned.as_slice().len().is_multiple_of(OFTEN) {
                self.renew();
            }
        }
        if let Some(read) = self.table.forget(id, &mut self.time) {
            mark.take_over(&read);
        }
        Some(mark)
    }

    /// Looks for marks that are no longer the strand's, and gives some up if it has too many.
    #[cold]
    fn make_room(&mut self) {
        let (owner, now) = (self.owner, self.time.now());
        let owned = &mut self.owned;
        let marks = owned.as_mut_slice();
        // A mark may have gone and come back.
        marks.sort_unstable();
        let (mut kept, mut last) = (0, 0);
        for index in 0..marks.len() {
            let handle = marks[index];
            if handle != last && is_kept(handle, owner, now) {
                marks[kept] = handle;
                kept += 1;
            }
            last = handle;
        }
        owned.truncate(kept);
        if kept > OWNED {
            self.give_up();
        }
        self.room = (self.owned.as_slice().len() * 2).max(FEWEST);
    }

    /// Keeps the half that was read last.
    fn give_up(&mut self) {
        let (owner, now) = (self.owner, self.time.now());
        let marks = self.owned.as_mut_slice();
        let half = marks.len() / 2;
        marks.select_nth_unstable_by_key(half, |&handle| {
            let when = Mark::at(handle).and_then(Mark::noted_when);
            when.map_or(u32::MAX, |when| now.wrapping_sub(when))
        });
        for &handle in &marks[half..] {
            let_go(handle, owner);
        }
        self.owned.truncate(half);
        // Their keys do not know that they are forgotten.
        self.renew();
        self.given_up = true;
    }

    /// Whether the strand may have read what is not known here.
    pub fn has_swept(&self) -> bool {
        self.given_up || self.table.has_swept()
    }

    /// Makes the changes that wait, if any do.
    pub fn catch_up(&mut self) {
        self.table.catch_up(&mut self.time);
    }

    /// Every location, once the strand [caught up](Self::catch_up).
    pub fn all(&self) -> impl Iterator<Item = Read> {
        self.after(0)
    }

    /// Those that it read after that moment.
    pub fn after(&self, moment: u32) -> impl Iterator<Item = Read> {
        let own = self.owned.as_slice().iter().filter_map(move |&handle| {
            let own = Mark::at(handle)?;
            own.noted_when().filter(|&when| when > moment)?;
            own.noted(handle, self.owner)
        });
        let table = self.table.iter();
        own.chain(table.filter(move |read| read.when > moment))
    }

    /// Gives the memory back.
    pub fn clear(&mut self) {
        for &handle in self.owned.as_slice() {
            let_go(handle, self.owner);
        }
        owner::leave(self.owner);
        self.owned.clear();
        self.table.clear();
        *self = Reads::new();
    }
}

/// Whether the strand still owns a listed mark, or has what it read there lately, as the location is gone.
fn is_kept(handle: Handle, owner: Owner, now: u32) -> bool {
    let Some(mark) = Mark::at(handle) else {
        return false;
    };
    if !mark.is_left_to(owner) {
        return mark.is_owned_by(owner);
    }
    let when = mark.noted_when().unwrap_or_default();
    let is_recent = now.wrapping_sub(when) < RECENT;
    if !is_recent {
        mark::recycle(handle);
    }
    is_recent
}

/// The strand no longer needs a listed mark.
fn let_go(handle: Handle, owner: Owner) {
    if let Some(mark) = Mark::at(handle) {
        mark.disclaim(owner);
        if mark.is_left_to(owner) {
            mark::recycle(handle);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::mark::{fresh, give_back};
    use super::super::value::Form;
    use super::table::PLACES;
    use super::*;

    fn spread(n: u64) -> u64 {
        n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1
    }

    #[test]
    fn a_read_is_known_until_the_version_moves_or_it_is_written() {
        let (mut reads, five) = (Reads::new(), Value::new(5, Form::Unsigned));
        let id = 7 << 32;
        assert!(!reads.again((0, id), 3, false));
        reads.note((0, id), 3, five, 1);
        assert!(reads.again((0, id), 3, false) && reads.again((0, id), 3, true));
        assert!(!reads.again((0, id), 4, false));
        let forgotten = reads.forget((0, id)).expect("it was read");
        assert_eq!(
            (forgotten.version, forgotten.value, forgotten.site),
            (3, five, 1)
        );
        assert!(reads.forget((0, id)).is_none());
        reads.clear();
    }

    #[test]
    fn a_look_at_the_presence_alone_does_not_stand_for_one_at_the_value() {
        let mut reads = Reads::new();
        let id = 7 << 32;
        reads.note((0, id), 3, Value::PRESENT, 1);
        assert!(reads.again((0, id), 3, true) && !reads.again((0, id), 3, false));
        reads.clear();
    }

    #[test]
    fn a_belief_is_as_old_as_the_first_of_the_reads_that_found_it() {
        let (mut reads, five) = (Reads::new(), Value::new(5, Form::Unsigned));
        let ids = [7 << 32, 8 << 32];
        reads.note((0, ids[0]), 3, five, 1);
        reads.note((0, ids[1]), 0, five, 1);
        assert!(reads.again((0, ids[0]), 3, false));
        reads.note((0, ids[0]), 9, five, 2);
        let read = reads.forget((0, ids[0])).expect("it was read");
        let other = reads.all().next().expect("the other");
        assert_eq!((read.version, read.belief.version, read.site), (9, 3, 2));
        assert!(read.belief.since < other.when && other.when < read.when);
        reads.clear();
    }

    #[test]
    fn the_table_grows_and_then_the_older_are_swept_out() {
        let mut reads = Reads::new();
        for n in 1..=200_000 {
            reads.note((0, spread(n)), n as Version, Value::UNKNOWN, 1);
        }
        reads.catch_up();
        let kept: Vec<_> = reads.all().map(|read| read.version).collect();
        assert!(kept.len() >= PLACES / 4, "{}", kept.len());
        let oldest = kept.iter().min().copied().expect("some are left");
        assert_eq!(kept.len(), (oldest..=200_000).count());
        reads.clear();
    }

    #[test]
    fn what_was_read_long_ago_is_swept_out_though_another_was_read_often() {
        let mut reads = Reads::new();
        let most = PLACES as u64 / 2;
        for n in 1..=most {
            reads.note((0, spread(n)), 1, Value::UNKNOWN, 1);
        }
        for _ in 0..1_000_000 {
            assert!(reads.again((0, spread(most)), 1, false));
        }
        reads.note((0, spread(most + 1)), 1, Value::UNKNOWN, 1);
        reads.catch_up();
        let kept = reads.all().count();
        let about = PLACES / 4 - PLACES / 32..PLACES / 4 + PLACES / 32;
        assert!(about.contains(&kept), "{kept}");
        reads.clear();
    }

    /// Against a map; identities that share their places, forgotten in any order.
    #[test]
    fn what_was_put_behind_something_forgotten_is_still_found() {
        use std::collections::HashMap;
        let (mut reads, mut model) = (Reads::new(), HashMap::new());
        let mut random = 1u64;
        for n in 1..=100_000u32 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            // The highest bits alike: a cluster that wraps around.
            let id = !0 << 12 | random >> 52 | 1;
            match random >> 40 & 3 {
                0 => assert_eq!(
                    reads.forget((0, id)).map(|read| read.version),
                    model.remove(&id)
                ),
                1 => {
                    reads.forget_in_time((0, id), true);
                    model.remove(&id);
                }
                _ => {
                    reads.note((0, id), n, Value::UNKNOWN, 1);
                    model.insert(id, n);
                }
            }
        }
        reads.catch_up();
        let left: HashMap<_, _> = reads.all().map(|read| (read.id, read.version)).collect();
        assert_eq!(left, model);
        reads.clear();
    }

    /// Of the locations that come and go, the table keeps what it is told is still read.
    #[test]
    fn a_token_is_due_before_what_it_stands_for_is_swept_out() {
        let (mut reads, hot) = (Reads::new(), spread(1));
        reads.note((0, hot), 1, Value::UNKNOWN, 1);
        let mut token = reads.token();
        for n in 2..=200_000 {
            reads.note((0, spread(n)), 1, Value::UNKNOWN, 1);
            if reads.token() != token {
                assert!(reads.again((0, hot), 1, false), "swept out at {n}");
                token = reads.token();
            }
        }
        reads.clear();
    }

    /// Nor does what is noted again and again make it look too old.
    #[test]
    fn a_token_is_due_where_others_are_read_again() {
        const OTHERS: u64 = 24_000;
        let (mut reads, hot) = (Reads::new(), spread(1));
        (1..=OTHERS).for_each(|n| reads.note((0, spread(n)), 1, Value::UNKNOWN, 1));
        let mut token = 0;
        for n in 0..60 * OTHERS {
            let other = spread(2 + n % 20_000);
            if !reads.again((0, other), 1, false) {
                reads.note((0, other), 1, Value::UNKNOWN, 1);
            }
            if n % 64 == 0 {
                reads.note((0, spread(OTHERS + n)), 1, Value::UNKNOWN, 1);
            }
            if reads.token() != token {
                assert!(reads.again((0, hot), 1, false), "swept out at {n}");
                token = reads.token();
            }
        }
        assert!(reads.has_swept());
        reads.clear();
    }

    #[test]
    fn a_token_lasts_for_as_long_as_the_table_is_not_full() {
        let mut reads = Reads::new();
        let token = reads.token();
        for n in 1..=PLACES as u64 / 4 {
            reads.note((0, spread(n)), 1, Value::UNKNOWN, 1);
        }
        assert_eq!(reads.token(), token);
        reads.clear();
    }

    #[test]
    fn a_token_is_due_when_something_else_was_read_or_forgotten() {
        let (mut reads, mut other) = (Reads::new(), Reads::new());
        let token = reads.token();
        assert_eq!(reads.token(), token);
        assert!(token != 0 && other.token() != token);
        reads.renew();
        assert_ne!(reads.token(), token);
    }

    /// So many of locations that keep their marks.
    fn ids(count: u64) -> impl Iterator<Item = u64> {
        (1..=count).map(|n| n * 2 - 1)
    }

    /// With so many fresh marks, and a strand's reads.
    fn with_marks(count: u64, test: impl FnOnce(&mut Reads, &[Handle])) {
        let (mut reads, marks) = (Reads::new(), ids(count).map(fresh).collect::<Vec<_>>());
        test(&mut reads, &marks);
        reads.clear();
        marks.into_iter().for_each(give_back);
    }

    #[test]
    fn the_first_strand_owns_a_location_and_others_remember_it_themselves() {
        with_marks(1, |reads, marks| {
            let (mut other, place) = (Reads::new(), (marks[0], 1));
            let number = |n| Value::new(n, Form::Unsigned);
            reads.note(place, 3, number(1), 1);
            other.note(place, 4, number(2), 2);
            assert!(reads.again(place, 3, false) && other.again(place, 4, false));
            let value = |reads: &mut Reads| reads.forget(place).map(|read| read.value);
            assert_eq!(value(reads), Some(number(1)));
            assert_eq!((value(reads), value(&mut other)), (None, Some(number(2))));
            // It still owns it.
            other.note(place, 5, number(3), 2);
            assert!(Mark::at(marks[0]).is_some_and(|mark| mark.is_owned_by(reads.owner)));
            other.clear();
        });
    }

    #[test]
    fn what_was_read_before_it_had_a_mark_is_known_when_it_has_an_owner() {
        with_marks(1, |reads, marks| {
            reads.note((0, 1), 0, Value::ABSENT, 7);
            let before = reads.forget((marks[0], 1)).expect("it was read");
            assert_eq!((before.value, before.site), (Value::ABSENT, 7));
            reads.note((0, 1), 0, Value::ABSENT, 7);
            reads.note((marks[0], 1), 2, Value::ABSENT, 8);
            reads.catch_up();
            assert_eq!(reads.all().count(), 1);
            let read = reads.forget((marks[0], 1)).expect("it was read");
            assert_eq!((read.version, read.belief.version, read.site), (2, 0, 8));
        });
    }

    #[test]
    fn a_mark_that_went_and_came_back_is_listed_once() {
        with_marks(10, |reads, marks| {
            for _ in 0..10_000 {
                for &mark in marks {
                    reads.note((mark, 1), 3, Value::UNKNOWN, 1);
                    Mark::at(mark).expect("a mark").disclaim(reads.owner);
                }
            }
            assert!(reads.owned.as_slice().len() <= FEWEST);
        });
    }

    #[test]
    fn beyond_the_most_the_half_that_was_read_last_is_kept() {
        let most = OWNED as u64 * 2 + 1;
        with_marks(most, |reads, marks| {
            let token = reads.token();
            for (id, &mark) in ids(most).zip(marks) {
                reads.note((mark, id), 3, Value::UNKNOWN, 1);
            }
            assert!(reads.has_swept() && reads.token() != token);
            let kept: Vec<_> = reads.all().map(|read| read.id).collect();
            let oldest = kept.iter().min().copied().expect("some are left");
            assert_eq!(kept.len(), ids(most).filter(|&id| id >= oldest).count());
            assert!(kept.len() >= OWNED, "{}", kept.len());
            let place = (marks[0], 1);
            assert!(!reads.again(place, 3, false));
            reads.note(place, 3, Value::UNKNOWN, 1);
            assert!(reads.again(place, 3, false));
        });
    }

    #[test]
    fn of_a_location_that_was_found_without_its_mark_the_last_read_counts() {
        with_marks(1, |reads, marks| {
            let (marked, unmarked) = ((marks[0], 1), (0, 1));
            reads.note(marked, 3, Value::UNKNOWN, 7);
            reads.note(unmarked, 0, Value::ABSENT, 8);
            let site = |reads: &mut Reads| reads.forget(marked).map(|read| read.site);
            assert_eq!((site(reads), site(reads)), (Some(8), None));
            reads.note(unmarked, 0, Value::ABSENT, 8);
            reads.note(marked, 3, Value::UNKNOWN, 7);
            assert_eq!((site(reads), site(reads)), (Some(7), None));
            reads.note(unmarked, 0, Value::ABSENT, 8);
            reads.forget_in_time(marked, true);
            assert_eq!(site(reads), None);
        });
    }

    #[test]
    fn what_was_read_of_a_location_that_is_gone_is_remembered_for_a_while() {
        let (mut reads, five) = (Reads::new(), Value::new(5, Form::Unsigned));
        let mark = fresh(1);
        reads.note((mark, 1), 3, five, 7);
        give_back(mark);
        let gone: Vec<_> = reads.all().collect();
        assert_eq!(gone.len(), 1);
        assert_eq!((gone[0].value, gone[0].id, gone[0].mark), (five, 0, 0));
        for n in 0..200_000 {
            let mark = fresh(1);
            reads.note((mark, 1), n, Value::UNKNOWN, 1);
            give_back(mark);
        }
        assert!(reads.owned.as_slice().len() <= 4 * RECENT as usize);
        assert!(reads.all().all(|read| read.value != five));
        reads.clear();
    }
}
