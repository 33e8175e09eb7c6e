//! Strands: fork, start, end, join.

use super::At;
use super::arena::Handle;
use super::clock::Clock;
use super::epoch::Epoch;
use super::record::Record;
use super::scope;
use super::state::{self, Edge, Passes, State, Switch};
use super::tape::{self, Event};
use super::waits;
use core::sync::atomic::Ordering;

/// A strand that was forked. Owned by whoever may join it; dropping it detaches the strand.
#[derive(Debug)]
pub struct Strand {
    record: Handle,
}

/// The child's side of a fork: sent to where the strand runs.
#[derive(Debug)]
pub struct Seed {
    record: Handle,
}

/// A new strand that everything the current strand did so far happens before. `name` is for
/// reports. The strand belongs to the current strand's session. Where nothing is recorded (the
/// ceiling was reached, the thread is almost gone) the two halves do nothing.
pub fn fork(name: Option<&str>, at: &At) -> (Strand, Seed) {
    let record = match state::enter() {
        Some(mut me) => {
            let session = me.record.session;
            fork_into(&mut me, name, session, at)
        }
        None => 0,
    };
    (Strand { record }, Seed { record })
}

/// [`fork`], into a session of the caller's choice.
pub(super) fn fork_into(me: &mut State, name: Option<&str>, session: Handle, at: &At) -> Handle {
    let created = crate::stack::site(me, at);
    let mut past = Clock::EMPTY;
    past.assign(me.clock());
    let now = me.publish(Passes::All);
    past.raise(now.slot(), now.time());
    let record = Record::new(name, Some(me.record.id), created, session, past);
    if let Some(child) = Record::at(record) {
        scope::forked(me, child.id);
    }
    if let (true, Some(child)) = (tape::on(me), Record::at(record)) {
        tape::push(me, Event::Fork, u64::from(child.id), 0, at);
    }
    record
}

impl Seed {
    /// Called once on the OS thread that will run the strand, before anything of it runs. The
    /// stack walk of the strand ends at this call's frame. When the returned guard is dropped the
    /// strand's *body* has ended; what the OS thread does after that (thread-local destructors)
    /// still belongs to the strand.
    #[inline(never)]
    pub fn start(self) -> Running {
        let Some(record) = Record::at(self.record) else {
            return Running::inert();
        };
        let state = State::new(record);
        core::mem::forget(self);
        crate::stack::note_thread();
        let switch = state::switch_to(state, crate::stack::callers_frame());
        Running {
            state: Some((state, switch)),
            slice: false,
            not_send: core::marker::PhantomData,
        }
    }

    /// For tasks: the strand, to be made current for each poll.
    pub fn into_task(self) -> Task {
        let state = Record::at(self.record).map(State::new);
        core::mem::forget(self);
        if let Some(state) = state {
            // SAFETY: a fresh state that nobody else knows.
            unsafe { (*state).pause.visit() };
        }
        Task {
            state: state.map(Owned),
        }
    }
}

impl Drop for Seed {
    /// The strand never ran: its thread could not be started.
    fn drop(&mut self) {
        if let Some(record) = Record::at(self.record) {
            record.exited();
        }
    }
}

/// Makes a strand the current one of this OS thread while it lives; the one before is current
/// again when it is dropped. Not `Send`.
#[derive(Debug)]
pub struct Running {
    state: Option<(*mut State, Switch)>,
    /// One poll of a task: the end of the slice is not the end of the strand.
    slice: bool,
    not_send: core::marker::PhantomData<*const ()>,
}

impl Running {
    fn inert() -> Self {
        Running {
            state: None,
            slice: false,
            not_send: core::marker::PhantomData,
        }
    }
}

impl Running {
    /// Ends a slice of a task that is to be polled again. What it holds it keeps, and that is told.
    pub fn pause(mut self) {
        let Some((state, switch)) = self.state.take() else {
            return;
        };
        let holds = state::enter().is_some_and(|mut me| {
            waits::tell_of_await(&mut me);
            !me.held.is_empty()
        });
        switch.back();
        if holds {
            // SAFETY: the task's state, live and no longer current; `enter` and `free` resume it.
            unsafe { waits::pause(state) };
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some((state, switch)) = self.state.take() else {
            return;
        };
        if !self.slice {
            end_body();
        }
        let nested = switch.back();
        if nested && !self.slice {
            // SAFETY: `start` made it, and it is no longer current.
            unsafe { State::free(state) };
        }
    }
}

/// What the current strand's body did happens before whoever waits for the body.
fn end_body() {
    if let Some(mut me) = state::enter() {
        let record = me.record;
        let at = At::here(&super::Op("end of strand"));
        let mut clock = record.body.lock();
        clock.trace(&mut me, Event::Release, &at);
        clock.release(&mut me, Passes::All, &at);
    }
}

#[derive(Debug)]
struct Owned(*mut State);

// SAFETY: the state is this task's alone, and current on at most one thread at a time: `enter`
// borrows the task exclusively... for the poll, which ends before the task can be sent on.
unsafe impl Send for Owned {}
// SAFETY: nothing can be done through a shared reference.
unsafe impl Sync for Owned {}

/// A strand that runs in slices on any OS thread: an async task.
#[derive(Debug)]
pub struct Task {
    state: Option<Owned>,
}

impl Task {
    /// Makes the task's strand current for one poll. The guard must be dropped before the task is
    /// moved to another thread (a poll ends where it began).
    #[inline(never)]
    pub fn enter(&mut self) -> Running {
        let Some(Owned(state)) = self.state else {
            return Running::inert();
        };
        // Without a strand to come back to, this one would stay current when the poll has ended.
        if !state::has_strand() {
            return Running::inert();
        }
        crate::stack::note_thread();
        // SAFETY: the task's own state, live and not current.
        unsafe {
            waits::resume(state);
            (*state).pause.visit();
        }
        let switch = state::switch_to(state, crate::stack::callers_frame());
        Running {
            state: Some((state, switch)),
            slice: true,
            not_send: core::marker::PhantomData,
        }
    }

    /// The task's body has ended (it completed or was dropped). Nothing of it runs afterwards.
    pub fn end(&mut self) {
        if self.state.is_none() {
            return;
        }
        {
            let _running = self.enter();
            end_body();
        }
        if let Some(Owned(state)) = self.state.take() {
            // SAFETY: `into_task` made it, and it is no longer current.
            unsafe { State::free(state) };
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.end();
    }
}

impl Strand {
    /// A strand by its record; for sessions.
    pub(super) fn of(record: Handle) -> (Strand, Seed) {
        (Strand { record }, Seed { record })
    }

    /// All the strand did, its thread-local destructors included, happens before what the current
    /// strand does next. Call after the OS thread was joined. Its slot may then be reused.
    pub fn join(self, at: &At) {
        if let (Some(record), Some(mut me)) = (Record::at(self.record), state::enter()) {
            let mut all = Clock::EMPTY;
            record.snapshot(&mut all);
            let last = Epoch::new(record.slot, record.now.load(Ordering::Acquire));
            me.join(&all, last, Edge::Told, at, None);
            all.clear();
            if tape::on(&me) {
                tape::push(&mut me, Event::Join, u64::from(record.id), 0, at);
            }
        }
    }

    /// What the strand's *body* did (up to the drop of its `Running`, or `Task::end`) happens
    /// before what the current strand does next. For scopes, which do not wait for thread-local
    /// destructors, and for awaiting a task. Does nothing when the body has not ended.
    pub fn join_body(&self, at: &At) {
        if let Some(record) = Record::at(self.record) {
            record.body.acquire(at);
        }
    }
}

impl Drop for Strand {
    fn drop(&mut self) {
        if let Some(record) = Record::at(self.record) {
            record.let_go();
        }
    }
}
