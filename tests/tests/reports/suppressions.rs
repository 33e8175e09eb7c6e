//! Rules that silence a race of this program, and rules that silence nothing.

use crate::golden::in_turn;
use fidge::cell::UnsafeCell;
use std::process::Command;

struct Hint(UnsafeCell<()>);

// SAFETY: accesses do not touch the value, which is of no size.
unsafe impl Sync for Hint {}

fn give(hint: &Hint) {
    hint.0.with_mut(|_| ());
}

/// Raced, or silenced in the run that the other test starts.
#[test]
fn a_known_race() {
    let hint = Hint(UnsafeCell::new(()));
    let report = fidge::check(|| in_turn(|| give(&hint), || give(&hint)));
    assert_eq!(report.races().len() as u64 + report.suppressed(), 1);
    let silenced = std::env::var_os("FIDGE_TESTS_SILENCED").is_some();
    assert_eq!(report.is_clean(), silenced);
}

#[test]
fn rules_that_silence_nothing_are_listed_at_exit() {
    let rules = std::env::temp_dir().join(format!("fidge-rules-{}", std::process::id()));
    std::fs::write(&rules, "race:nobody\n# known\nrace:*::give\nfile:none.rs\n").unwrap();
    let options = format!("verbose=1:suppressions=\"{}\"", rules.display());
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "suppressions::a_known_race"])
        .env("FIDGE_OPTIONS", options)
        .env("FIDGE_TESTS_SILENCED", "1")
        .output()
        .unwrap();
    std::fs::remove_file(&rules).unwrap();
    assert!(output.status.success(), "{output:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    let listed: Vec<&str> = error
        .lines()
        .filter(|line| line.starts_with("fidge:"))
        .collect();
    assert_eq!(
        listed,
        [
            "fidge: suppressions: line 1: race:nobody silenced nothing",
            "fidge: suppressions: line 4: file:none.rs silenced nothing",
        ]
    );
}
