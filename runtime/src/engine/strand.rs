//! Strands: fork, start, end, join.

use super::At;

/// A strand that was forked. Owned by whoever may join it; dropping it detaches the strand.
#[derive(Debug)]
pub struct Strand {}

/// Makes a strand the current one of this OS thread while it lives; the one before is current
/// again when it is dropped. Not `Send`.
#[derive(Debug)]
pub struct Running(std::marker::PhantomData<*const ()>);

/// The child's side of a fork: sent to where the strand runs.
#[derive(Debug)]
pub struct Seed {}

/// A new strand that everything the current strand did so far happens before. `name` is for
/// reports. The strand belongs to the current strand's session.
pub fn fork(name: Option<&str>, at: &At) -> (Strand, Seed) {
    let _ = (name, at);
    (Strand {}, Seed {})
}

impl Seed {
    /// Called once on the OS thread that will run the strand, before anything of it runs. The
    /// stack walk of the strand ends at this call's frame. When the returned guard is dropped the
    /// strand's *body* has ended; what the OS thread does after that (thread-local destructors)
    /// still belongs to the strand.
    pub fn start(self) -> Running {
        Running(std::marker::PhantomData)
    }
    /// For tasks: the strand, to be made current for each poll.
    pub fn into_task(self) -> Task {
        Task {}
    }
}

/// A strand that runs in slices on any OS thread: an async task.
#[derive(Debug)]
pub struct Task {}

impl Task {
    /// Makes the task's strand current for one poll.
    pub fn enter(&mut self) -> Running {
        Running(std::marker::PhantomData)
    }
    /// The task's body has ended (it completed or was dropped).
    pub fn end(&mut self) {}
}

impl Strand {
    /// All the strand did, its thread-local destructors included, happens before what the current
    /// strand does next. Call after the OS thread was joined. Its slot may then be reused.
    pub fn join(self, at: &At) {
        let _ = at;
    }
    /// What the strand's *body* did (up to the drop of its `Running`, or `Task::end`) happens
    /// before what the current strand does next. For scopes, which do not wait for thread-local
    /// destructors, and for awaiting a task. Does nothing when the body has not ended.
    pub fn join_body(&self, at: &At) {
        let _ = at;
    }
}
