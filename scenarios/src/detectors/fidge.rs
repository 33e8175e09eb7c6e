//! Fidge as a program's tests use it: each run is a session. The only file here that touches
//! Fidge's reports.

use super::{Live, Observation};
use crate::mark::Site;
use crate::scenario::Outcome;

pub struct Fidge;

impl Live for Fidge {
    fn name(&self) -> &'static str {
        "fidge"
    }

    fn about(&self) -> &'static str {
        "Fidge's engine, live: exact happens-before on the observed execution"
    }

    fn watch(&self, program: &dyn Fn() -> Outcome) -> Result<Observation, String> {
        let mut outcome = None;
        let report = ::fidge::check(|| outcome = Some(program()));
        let outcome = outcome.ok_or("the session ended without running the program")?;
        if report.held_back() + report.suppressed() > 0 {
            return Err("FIDGE_OPTIONS held reports back or suppressed them: unset it".to_owned());
        }
        let reports = report.races().iter().map(|race| {
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
