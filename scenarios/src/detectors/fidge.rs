//! Fidge as a program's tests use it: each run is a session. The only file here that touches
//! Fidge's reports.

use super::{Live, Observation};
use crate::mark::Site;
use crate::scenario::Outcome;
use ::fidge::{Kind, Race, Severity};

pub struct Fidge;

impl Live for Fidge {
    fn name(&self) -> &'static str {
        "fidge"
    }

    fn about(&self) -> &'static str {
        "Fidge's engine, live: exact happens-before on the observed execution"
    }

    fn watch(&self, kind: Kind, program: &dyn Fn() -> Outcome) -> Result<Observation, String> {
        let mut outcome = None;
        let run = || outcome = Some(program());
        let report = match kind {
            // Notes, or warnings where the check is of emptiness.
            Kind::Unordered | Kind::StaleSize => ::fidge::check_pedantic(run),
            _ => ::fidge::check(run),
        };
        let outcome = outcome.ok_or("the session ended without running the program")?;
        if report.held_back() + report.suppressed() > 0 {
            return Err("FIDGE_OPTIONS held reports back or suppressed them: unset it".to_owned());
        }
        // Notes of other kinds are beside the point.
        let told = |race: &&Race| race.severity() > Severity::Note || race.kind() == kind;
        let reports = report.races().iter().filter(told).map(|race| {
            race.accesses().each_ref().map(|access| {
                let location = access.location()?;
                Some(Site {
                    file: location.file().to_owned(),
                    line: location.line(),
                })
            })
        });
        Ok(Observation {
            outcome: Some(outcome),
            reports: reports.collect(),
        })
    }
}
