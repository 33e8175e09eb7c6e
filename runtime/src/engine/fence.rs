//! Fences.

use super::At;
use super::state::{self, Edge, Passes};
use super::tape::{self, Event};
use core::sync::atomic::Ordering;

/// `atomic::fence(order)`, after the real one.
///
/// An acquire fence takes in what earlier relaxed loads read; a release fence keeps the clock that
/// later relaxed stores publish. A `SeqCst` fence does both: the total order of such fences
/// constrains which values are seen, but is no happens-before by itself.
pub fn fence(order: Ordering, at: &At) {
    let Some(mut me) = state::enter() else { return };
    if tape::on(&me) {
        tape::push_atomic(&mut me, Event::Fence, order, 0, 0, at);
    }
    if matches!(
        order,
        Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst
    ) && !me.pending.is_none()
    {
        let mut pending = core::mem::replace(&mut me.pending, super::sync::Snapshot::NONE);
        me.join(&pending.clock, pending.tip, Edge::Told, at, None);
        pending.clear();
    }
    if matches!(
        order,
        Ordering::Release | Ordering::AcqRel | Ordering::SeqCst
    ) {
        let record = me.record;
        // SAFETY: this strand is the record's owner, and nothing is joined meanwhile.
        me.fence.clock.assign(unsafe { record.clock() });
        me.fence.tip = me.publish(Passes::All);
    }
}
