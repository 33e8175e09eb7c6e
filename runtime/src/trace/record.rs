//! The recorder: a live session as a trace.

use super::{Action, Event, Order, Trace};
use crate::Report;
use crate::check::{Settings, record_with};
use crate::engine::tape::{self, RawEvent};
use crate::stack;
use std::panic::resume_unwind;
use std::sync::atomic::Ordering;

/// Runs `f` as a session, as [`check`](crate::check) does, and returns with its report what it did,
/// event by event, in an order that the engine's verdicts agree with. Every access is recorded, so
/// this is slower than `check`, and it takes memory for each event.
///
/// The sites of the trace read `file:line:column operation`. A façade object has an address of its
/// own, beyond what a process can have, that stays with it when it moves.
///
/// # Panics
///
/// As `f` does.
///
/// # Examples
///
/// ```
/// use fidge::trace::{Action, record};
///
/// let (report, trace) = record(|| {
///     let mutex = fidge::sync::Mutex::new(0);
///     *mutex.lock().unwrap() += 1;
/// });
/// assert!(report.is_clean());
/// let locks = trace.events.iter().filter(|event| matches!(event.action, Action::Lock { .. }));
/// assert_eq!(locks.count(), 1);
/// ```
#[track_caller]
pub fn record<R>(f: impl FnOnce() -> R) -> (Report, Trace) {
    let (outcome, report, events) = record_with(&Settings::default(), f);
    if let Err(payload) = outcome {
        resume_unwind(payload);
    }
    let mut trace = Trace::default();
    for raw in &events {
        trace
            .sites
            .entry(raw.site)
            .or_insert_with(|| site(raw.site));
        trace.events.push(Event {
            strand: raw.strand,
            action: action(raw),
            site: raw.site,
        });
    }
    (report, trace)
}

fn site(site: u32) -> String {
    let place = stack::told(site).unwrap_or_else(stack::unknown);
    match place.location {
        Some(location) => format!("{location} {}", place.op),
        None => place.op.to_owned(),
    }
}

fn action(raw: &RawEvent) -> Action {
    let (address, size, object) = (raw.what, raw.size, raw.what);
    let child = raw.what as u32;
    let order = match raw.order {
        Ordering::Acquire => Order::Acquire,
        Ordering::Release => Order::Release,
        Ordering::AcqRel => Order::AcqRel,
        Ordering::SeqCst => Order::SeqCst,
        _ => Order::Relaxed,
    };
    match raw.event {
        tape::Event::Read => Action::Read { address, size },
        tape::Event::Write => Action::Write { address, size },
        tape::Event::Load => Action::Load {
            address,
            size,
            order,
        },
        tape::Event::Store => Action::Store {
            address,
            size,
            order,
        },
        tape::Event::Rmw => Action::Rmw {
            address,
            size,
            order,
        },
        tape::Event::Fence => Action::Fence { order },
        tape::Event::Acquire => Action::Acquire { object },
        tape::Event::Release => Action::Release { object },
        tape::Event::ReleaseJoin => Action::ReleaseJoin { object },
        tape::Event::Lock => Action::Lock {
            object,
            shared: false,
        },
        tape::Event::LockShared => Action::Lock {
            object,
            shared: true,
        },
        tape::Event::Unlock => Action::Unlock {
            object,
            shared: false,
        },
        tape::Event::UnlockShared => Action::Unlock {
            object,
            shared: true,
        },
        tape::Event::Fork => Action::Fork { child },
        tape::Event::Join => Action::Join { child },
        tape::Event::Reset => Action::Reset { address, size },
    }
}
