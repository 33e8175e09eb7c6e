//! What a scenario is.

use crate::mark::{Site, Source};
use crate::schedule::Schedule;
use crate::script::Script;
use fidge::__backend::{EXPLORES, switch};
use fidge::Kind;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// A pair of small programs: one with a known race, one without any.
pub struct Scenario {
    /// The group it belongs to; with the name its path, `map/two-locks`.
    pub class: &'static str,
    /// Unique in its class.
    pub name: &'static str,
    /// What the program is about and where its mistake lies; a paragraph.
    pub story: &'static str,
    /// Where the pattern is described, or who met it.
    pub citation: &'static str,
    /// The program with the race.
    pub racy: fn(&Env) -> Outcome,
    /// The same program, correct.
    pub fixed: fn(&Env) -> Outcome,
    /// What a report of it says it is.
    pub kind: Kind,
    /// How many ordering constraints a schedule must meet for the race to show (the depth of
    /// Burckhardt et al., ASPLOS 2010).
    pub depth: u8,
    /// How often an exact detector reports the race.
    pub expectation: Expectation,
    /// How it is known that the racy program is wrong and the fixed one right.
    pub certificate: Certificate,
    /// The file that holds both, and in it the two marked lines.
    pub source: Source,
}

impl Scenario {
    /// `class/name`, as filters and tables have it.
    pub fn path(&self) -> String {
        format!("{}/{}", self.class, self.name)
    }

    /// The program of a variant.
    pub fn program(&self, variant: Variant) -> fn(&Env) -> Outcome {
        match variant {
            Variant::Racy => self.racy,
            Variant::Fixed => self.fixed,
        }
    }

    /// The two lines that race.
    ///
    /// # Panics
    ///
    /// If the source does not mark them; a test sees to it that every scenario's does.
    pub fn sites(&self) -> [Site; 2] {
        self.source
            .sites()
            .unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Which of the two programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// With the race.
    Racy,
    /// The race-free twin.
    Fixed,
}

impl Variant {
    /// Both, racy first.
    pub const BOTH: [Variant; 2] = [Variant::Racy, Variant::Fixed];

    /// `racy` or `fixed`.
    pub fn name(self) -> &'static str {
        match self {
            Variant::Racy => "racy",
            Variant::Fixed => "fixed",
        }
    }
}

impl FromStr for Variant {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let variant = Variant::BOTH.into_iter().find(|v| v.name() == name);
        variant.ok_or_else(|| "expected racy or fixed".to_owned())
    }
}

/// How the ground truth is known. Tests check each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Certificate {
    /// The racy program's steps ([`Env::step`]) in their order make its outcome wrong.
    Schedule,
    /// In recorded executions of the racy program, all of them where it is expected
    /// [always](Expectation::Always), the oracle finds the marked pair unordered, and no pair in the
    /// fixed one's.
    Oracle,
}

/// How often a detector that is exact on the execution it observes reports the marked pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expectation {
    /// Every schedule leaves the pair unordered: in every run.
    Always,
    /// Some schedules happen to order it: in at least this share of the runs.
    Rate(f64),
    /// It takes a bad interleaving: in every run whose outcome is wrong.
    Manifested,
}

/// What one run's observable result was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As its author meant it to be.
    Right,
    /// Wrong: the fault manifested itself.
    Wrong,
}

impl Outcome {
    /// `Wrong` where `wrong` holds.
    pub fn wrong_if(wrong: bool) -> Self {
        if wrong {
            Outcome::Wrong
        } else {
            Outcome::Right
        }
    }

    /// `right` or `wrong`.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Right => "right",
            Outcome::Wrong => "wrong",
        }
    }
}

/// Of a twin one run in so many is steered. It has no bad order to show, and where a lock keeps that out each
/// step waits in vain: enough of them to see whether a detector cries wolf then, few enough to leave the
/// median time alone.
const STEERED_TWINS: u64 = 4;

/// What a run is given: where its variety comes from. A clone belongs to the same run.
#[derive(Clone)]
pub struct Env {
    seed: u64,
    script: Option<Arc<Script>>,
}

impl Env {
    /// The `run`-th of the runs that `seed` stands for.
    pub fn new(seed: u64, run: u64) -> Self {
        // Weyl's sequence: neighbouring seeds do not share runs.
        Env {
            seed: seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ run << 8,
            script: None,
        }
    }

    /// The same run, measured. Steered are a racy program's runs and some of its twin's, unless the
    /// schedule is a tool's.
    pub fn measured(schedule: Schedule, variant: Variant, seed: u64, run: u64) -> Self {
        let patience = match variant {
            // It always comes; on a busy machine that takes a while.
            Variant::Racy => Some(Duration::from_secs(1)),
            Variant::Fixed if run.is_multiple_of(STEERED_TWINS) => Some(Duration::from_millis(20)),
            Variant::Fixed => None,
        };
        let patience = patience.filter(|_| schedule == Schedule::Steered && !EXPLORES);
        Env {
            script: patience.map(|patience| Arc::new(Script::lenient(patience))),
            ..Env::new(seed, run)
        }
    }

    /// A run whose steps happen in their order, or it panics.
    #[cfg(test)]
    pub fn scripted() -> Self {
        Env {
            script: Some(Arc::new(Script::strict())),
            ..Env::new(0, 0)
        }
    }

    /// Runs `f` as the `n`-th step, from 0, of the schedule that exhibits the fault. A scripted run keeps to that
    /// order and a steered one does if it can, by means that detectors do not see; in any other run the step is
    /// [staggered](Self::stagger). Each number belongs to one step of the racy program; the fixed one has
    /// the same steps.
    ///
    /// # Panics
    ///
    /// In a scripted run, when an earlier step does not come.
    pub fn step<T>(&self, n: u32, f: impl FnOnce() -> T) -> T {
        match &self.script {
            Some(script) => script.step(n, f),
            None => {
                self.stagger(u64::from(n));
                f()
            }
        }
    }

    /// The run's seed, for detectors that draw lots.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Spins for a short time that differs from run to run and from `party` to `party`, so that
    /// the threads of a scenario reach their accesses in every order.
    ///
    /// A tool that decides itself who runs next is given an occasion to, instead.
    pub fn stagger(&self, party: u64) {
        if EXPLORES {
            return switch();
        }
        let mut rng = SmallRng::seed_from_u64(self.seed ^ party);
        if rng.random_bool(0.25) {
            std::thread::yield_now();
        }
        for _ in 0..rng.random_range(0..20_000) {
            std::hint::spin_loop();
        }
    }
}
