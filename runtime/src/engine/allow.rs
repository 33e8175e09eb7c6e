//! What a program says it does on purpose.
//!
//! An allowance holds for a block of code: a finding of its kind one of whose sides is a place where it
//! holds is not reported but counted. It is part of the site, like the locks held, so that it does not
//! matter which of the two sides finds the race. An *expected* race is an allowance whose author wants to
//! know when it never showed.

use super::finding::Kind;
use super::session;
use super::state;
use super::{At, Op};
use crate::stack;
use core::panic::Location;

/// One annotation of the program.
#[derive(Debug)]
pub struct Allowance {
    /// What is allowed.
    pub kind: Kind,
    /// Why.
    pub reason: &'static str,
    /// Whether it should show.
    pub expected: bool,
}

/// An expected race that did not show in a session.
#[derive(Clone, Copy, Debug)]
pub struct Unmet {
    /// The annotation.
    pub allowance: &'static Allowance,
    /// Where it stands.
    pub location: &'static Location<'static>,
}

/// While this lives, the current strand's accesses are under an allowance. Not `Send`.
#[derive(Debug)]
pub struct Allowing {
    /// The strand, and what it was allowed before.
    before: Option<(u32, u32)>,
    not_send: core::marker::PhantomData<*const ()>,
}

impl Allowing {
    /// From here on.
    #[track_caller]
    pub fn enter(allowance: &'static Allowance) -> Self {
        let at = At::here(&Op("allowance"));
        let before = state::enter().map(|mut me| {
            let before = me.allows;
            me.allows = stack::allow_set(before, allowance, &at);
            if allowance.expected {
                let location = at.location;
                session::of(&me).expect(Unmet {
                    allowance,
                    location,
                });
            }
            (me.record.id, before)
        });
        Allowing {
            before,
            not_send: core::marker::PhantomData,
        }
    }
}

impl Drop for Allowing {
    fn drop(&mut self) {
        if let (Some((strand, before)), Some(mut me)) = (self.before, state::enter())
            && me.record.id == strand
        {
            me.allows = before;
        }
    }
}

/// The allowance under which a finding of this kind with sides at these sites is not reported.
pub fn allowed(kind: Kind, sites: [u32; 2]) -> Option<&'static Allowance> {
    sites
        .into_iter()
        .flat_map(stack::allowances)
        .find(|allowance| allowance.kind == kind)
}
