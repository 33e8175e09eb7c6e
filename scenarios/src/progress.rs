//! How far a comparison has come, on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// A bar with an estimate, from the third second on; nothing where standard error is no terminal.
pub struct Progress {
    bar: ProgressBar,
    start: Instant,
}

impl Progress {
    const SILENCE: Duration = Duration::from_secs(2);

    /// Of so many runs, so many of which were made before.
    pub fn new(runs: u64, before: u64) -> Self {
        let style =
            ProgressStyle::with_template("{bar:30.cyan/dim} {percent:>3}% {eta:>4} left  {msg}")
                .expect("a valid template");
        let bar = ProgressBar::with_draw_target(Some(runs), ProgressDrawTarget::hidden());
        bar.set_style(style);
        bar.inc(before);
        bar.reset_eta();
        Progress {
            bar,
            start: Instant::now(),
        }
    }

    /// What is being done.
    pub fn say(&self, what: String) {
        self.bar.set_message(what);
        self.show();
    }

    /// So many runs are made, or need not be.
    pub fn add(&self, runs: u64) {
        self.bar.inc(runs);
        self.show();
    }

    fn show(&self) {
        if self.bar.is_hidden() && self.start.elapsed() > Self::SILENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
