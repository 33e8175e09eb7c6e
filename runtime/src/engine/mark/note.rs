//! What one strand, the mark's owner, has read of the location: as FastTrack keeps one reader's epoch where
//! there is one (Flanagan & Freund, PLDI 2009), in the line that whoever writes the location touches anyway.
//! Only the owner writes the note, while it holds the location.

use super::super::arena::Handle;
use super::super::owner::{self, GONE, Owner};
use super::super::read::{BELIEVED, Belief, FORM, Read};
use super::super::value::Value;
use super::{Mark, Version};
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

/// See the module.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Note {
    owner: AtomicU32,
    /// When it was read last; 0: there is no note, or it is forgotten.
    when: AtomicU32,
    /// Where, and whether there is a [`Belief`].
    site: AtomicU32,
    /// Its version, and in the lowest bits the form of the value.
    version: AtomicU32,
    /// The value.
    bits: AtomicU64,
}

impl Note {
    fn value(&self) -> Value {
        let form = self.version.load(Ordering::Relaxed) & ((1 << FORM) - 1);
        Value::from_words(self.bits.load(Ordering::Relaxed), form as u8)
    }

    fn version(&self) -> Version {
        self.version.load(Ordering::Relaxed) >> FORM
    }

    fn when(&self) -> Option<u32> {
        match self.when.load(Ordering::Relaxed) {
            0 => None,
            when => Some(when),
        }
    }

    /// Nobody has read the location, as it is another.
    pub(super) fn clear(&self) {
        self.owner.store(0, Ordering::Relaxed);
        self.when.store(0, Ordering::Relaxed);
    }
}

impl Mark {
    /// Whether that strand owns it.
    #[inline]
    pub fn is_owned_by(&self, owner: Owner) -> bool {
        self.note.owner.load(Ordering::Relaxed) == owner
    }

    /// Makes a strand the owner, where there is none that lives, unless the location may come back with another
    /// mark, of which the note would know nothing. For who holds the location.
    pub fn claim(&self, owner: Owner) -> bool {
        let last = self.note.owner.load(Ordering::Relaxed);
        // Shared holders may be here at once.
        let claimed = self.stays()
            && !owner::lives(last)
            && self
                .note
                .owner
                .compare_exchange(last, owner, Ordering::Acquire, Ordering::Relaxed)
                .is_ok();
        if claimed {
            // Who takes it for its own still must not take what follows for its note.
            fence(Ordering::Release);
            self.note.when.store(0, Ordering::Relaxed);
        }
        claimed
    }

    /// The location is gone: leaves the mark to the owner, if that lives and has a note. Whether it did.
    pub(super) fn leave_to_owner(&self) -> bool {
        let owner = self.note.owner.load(Ordering::Relaxed);
        self.note.when().is_some()
            && owner::lives(owner)
            && self
                .note
                .owner
                .compare_exchange(owner, owner | GONE, Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
    }

    /// Whether the location is gone, and that strand was its owner and has the mark.
    pub fn is_left_to(&self, owner: Owner) -> bool {
        self.note.owner.load(Ordering::Acquire) == owner | GONE
    }

    /// The owner, which need not hold the location, gives it up.
    pub fn disclaim(&self, owner: Owner) {
        // It may be another location's already, and another strand's. The note is the next owner's to clear.
        let _ = self
            .note
            .owner
            .compare_exchange(owner, 0, Ordering::Release, Ordering::Relaxed);
    }

    /// When the owner read the location last, if it has a note.
    pub fn noted_when(&self) -> Option<u32> {
        self.note.when()
    }

    /// The note, for its owner, which need not hold the location: none if it may be another by now, or another's.
    /// Of a location that is gone, it says neither which that was nor has it a mark.
    pub fn noted(&self, handle: Handle, owner: Owner) -> Option<Read> {
        let is_gone = self.is_left_to(owner);
        let id = self.id.load(Ordering::Acquire);
        let when = self.note.when()?;
        let (version, value) = (self.note.version(), self.note.value());
        let site = self.note.site.load(Ordering::Relaxed);
        let belief = match site & BELIEVED != 0 {
            true => self.beside()?.belief(),
            false => Belief {
                since: when,
                version,
            },
        };
        fence(Ordering::Acquire);
        let is_same = id != 0 && self.id.load(Ordering::Relaxed) == id && self.is_owned_by(owner);
        let (id, handle) = if is_gone { (0, 0) } else { (id, handle) };
        (is_same || is_gone).then_some(Read {
            id,
            mark: handle,
            site: site & !BELIEVED,
            when,
            version,
            value,
            belief,
        })
    }

    /// The owner forgets what it has read.
    #[inline]
    pub fn forget(&self) {
        self.note.when.store(0, Ordering::Relaxed);
    }

    /// The owner read it at this moment; `present`: only that it is there. False if that is news.
    #[inline]
    pub fn again(&self, version: Version, present: bool, now: u32) -> bool {
        let Some(when) = self.note.when() else {
            return false;
        };
        let is_known = self.note.version() == version
            // What is known of the value holds for the presence too.
            && (present || self.note.value() != Value::PRESENT);
        if is_known {
            let site = self.note.site.load(Ordering::Relaxed);
            if site & BELIEVED == 0 {
                let since = Belief {
                    since: when,
                    version,
                };
                self.believe(since, site);
            }
            self.note.when.store(now, Ordering::Relaxed);
        }
        is_known
    }

    /// The owner read it, and this is news.
    #[inline]
    pub fn note(&self, version: Version, value: Value, site: u32, now: u32) {
        let old = self.note.when();
        if old.is_some() && self.note.value().same(value) == Some(true) {
            self.go_on_believing(site);
        } else {
            self.note.site.store(site, Ordering::Relaxed);
        }
        let (bits, form) = value.words();
        self.note
            .version
            .store(version << FORM | u32::from(form), Ordering::Relaxed);
        self.note.bits.store(bits, Ordering::Relaxed);
        self.note.when.store(now, Ordering::Relaxed);
    }

    /// What the owner reads anew it believes in since it read what is noted.
    #[cold]
    fn go_on_believing(&self, site: u32) {
        if self.note.site.load(Ordering::Relaxed) & BELIEVED != 0 {
            self.note.site.store(site | BELIEVED, Ordering::Relaxed);
        } else if let Some(when) = self.note.when() {
            let since = Belief {
                since: when,
                version: self.note.version(),
            };
            self.believe(since, site);
        }
    }

    fn believe(&self, belief: Belief, site: u32) {
        self.make_beside().believe(belief);
        self.note.site.store(site | BELIEVED, Ordering::Relaxed);
    }

    /// What was noted elsewhere, before the strand owned the location.
    pub fn take_over(&self, read: &Read) {
        let (bits, form) = read.value.words();
        let version = read.version << FORM | u32::from(form);
        self.believe(read.belief, read.site);
        self.note.version.store(version, Ordering::Relaxed);
        self.note.bits.store(bits, Ordering::Relaxed);
        self.note.when.store(read.when, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::value::Form;
    use super::super::{fresh, give_back};
    use super::*;

    fn five() -> Value {
        Value::new(5, Form::Unsigned)
    }

    /// With an owner and a fresh mark.
    fn with(test: impl FnOnce(Handle, &Mark, Owner)) {
        let (handle, owner) = (fresh(7), owner::enter());
        let mark = Mark::at(handle).expect("a fresh mark");
        assert!(mark.claim(owner));
        test(handle, mark, owner);
        owner::leave(owner);
        give_back(handle);
    }

    #[test]
    fn a_note_is_known_until_the_version_moves_or_it_is_forgotten() {
        with(|handle, mark, owner| {
            assert!(!mark.again(3, false, 1));
            mark.note(3, five(), 9, 1);
            assert!(mark.again(3, false, 2) && mark.again(3, true, 3));
            assert!(!mark.again(4, false, 4));
            let read = mark.noted(handle, owner).expect("it was read");
            assert_eq!((read.id, read.version, read.value), (7, 3, five()));
            assert_eq!((read.site, read.when, read.belief.since), (9, 3, 1));
            mark.forget();
            assert!(mark.noted(handle, owner).is_none());
        });
    }

    #[test]
    fn a_look_at_the_presence_alone_does_not_stand_for_one_at_the_value() {
        with(|_, mark, _| {
            mark.note(3, Value::PRESENT, 1, 1);
            assert!(mark.again(3, true, 2) && !mark.again(3, false, 3));
        });
    }

    #[test]
    fn a_belief_is_as_old_as_the_first_of_the_reads_that_found_it() {
        with(|handle, mark, owner| {
            let belief = |mark: &Mark| mark.noted(handle, owner).map(|read| read.belief);
            let since = |since, version| Some(Belief { since, version });
            mark.note(3, five(), 1, 1);
            mark.note(9, five(), 2, 2);
            assert_eq!(belief(mark), since(1, 3));
            assert!(mark.again(9, false, 3));
            mark.note(10, five(), 2, 4);
            assert_eq!(belief(mark), since(1, 3));
            mark.note(11, Value::ABSENT, 2, 5);
            assert_eq!(belief(mark), since(5, 11));
        });
    }

    #[test]
    fn who_is_gone_leaves_the_location_to_the_next_and_no_note() {
        with(|handle, mark, owner| {
            let other = owner::enter();
            mark.note(3, five(), 1, 1);
            assert!(!mark.claim(other));
            owner::leave(owner);
            assert!(mark.claim(other) && mark.is_owned_by(other));
            assert!(mark.noted(handle, other).is_none());
            mark.disclaim(owner);
            assert!(mark.is_owned_by(other));
            mark.disclaim(other);
            assert!(!mark.is_owned_by(other));
            owner::leave(other);
        });
    }

    #[test]
    fn who_may_come_back_with_another_mark_has_no_owner() {
        let (handle, owner) = (fresh(super::super::returning(7)), owner::enter());
        assert!(Mark::at(handle).is_some_and(|mark| !mark.claim(owner)));
        owner::leave(owner);
        give_back(handle);
    }
}
