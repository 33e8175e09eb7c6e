//! Whole-process mode: what belongs to no session is reported when the process exits, as
//! `FIDGE_OPTIONS` asks; and what is wrong with that is said before anything runs.
#![cfg(feature = "detect")]

use fidge_tests::run::{Run, command_run, run};
use std::path::PathBuf;
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_process");
const WHOLE: &str = "begun\ndone\n";

/// The program's run with these options; it would exit with 3.
fn with(options: &str, what: &str) -> Run {
    run(PROGRAM, &[what, "3"], options)
}

/// A file of one test's own.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let file = File(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name));
        file.remove();
        file
    }

    fn with(name: &str, text: &str) -> Self {
        let file = Self::new(name);
        std::fs::write(&file.0, text).expect("writable");
        file
    }

    fn option(&self, key: &str) -> String {
        format!("{key}='{}'", self.0.display())
    }

    fn remove(&self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.remove();
    }
}

#[test]
fn a_race_outside_of_any_session_is_told_at_the_end_and_is_the_exit_code() {
    with("", "race")
        .exits(66)
        .prints(WHOLE)
        .found("UnsafeCell::with_mut", "UnsafeCell::with_mut")
        .says_once("--> tests/programs/process.rs:")
        .says_once("cell.set(10);");
}

#[test]
fn without_a_race_nothing_is_said_and_the_exit_code_is_the_programs() {
    with("", "clean").exits(3).prints(WHOLE).is_silent();
}

#[test]
fn the_exit_code_is_as_asked_for_and_0_leaves_the_programs() {
    with("exitcode=9", "race")
        .exits(9)
        .says_once("fidge: 1 race\n");
    with("exitcode=0", "race")
        .exits(3)
        .says_once("fidge: 1 race\n");
}

#[test]
fn the_report_goes_to_the_file_of_log_path() {
    let log = File::new("process-log.txt");
    for reports in 1..=2 {
        with(&log.option("log_path"), "race").exits(66).is_silent();
        let text = std::fs::read_to_string(&log.0).expect("written");
        assert_eq!(text.matches("fidge: 1 race\n").count(), reports, "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_said_and_the_exit_code_still_tells() {
    let run = with("log_path=/no/such/folder/log", "race");
    run.exits(66)
        .says_once("fidge: the report could not be written: ")
        .says_once("fidge: 1 race\n");
}

#[cfg(target_os = "linux")]
#[test]
fn where_nothing_can_be_said_the_exit_code_still_tells() {
    for (options, code) in [("", 66), ("no_such_key=1", 2)] {
        let full = std::fs::File::create("/dev/full").expect("Linux has it");
        let mut command = Command::new(PROGRAM);
        command.args(["race", "3"]).env("FIDGE_OPTIONS", options);
        let output = command.stderr(full).output().expect("it starts");
        let status = output.status;
        assert_eq!(status.code(), Some(code), "{options}");
    }
}

#[test]
fn the_report_is_one_json_document_where_that_is_asked_for() {
    let run = with("report=json", "race");
    run.exits(66).prints(WHOLE);
    let (line, rest) = run.stderr.split_once('\n').expect("a line");
    assert_eq!(rest, "", "{run:#?}");
    assert!(line.starts_with('{') && line.ends_with('}'), "{line}");
    assert!(line.contains("\"UnsafeCell::with_mut\""), "{line}");
}

#[test]
fn the_same_two_places_are_one_race_with_a_count() {
    with("", "repeat")
        .exits(66)
        .found("UnsafeCell::with_mut", "UnsafeCell::with_mut")
        .says_once(" (3 times)\n");
}

#[test]
fn more_races_than_max_reports_are_counted_once_each() {
    with("", "many").exits(66).says_once("fidge: 3 races\n");
    with("max_reports=1", "many")
        .exits(66)
        .says_once("data race: ")
        .says_once("fidge: 1 race; 2 more held back (max_reports)\n");
}

#[test]
fn a_suppressed_race_leaves_silence_and_the_programs_exit_code() {
    let rules = File::with("process-rules.txt", "# known\n\nfn:process::write_0\n");
    with(&rules.option("suppressions"), "race")
        .exits(3)
        .prints(WHOLE)
        .is_silent();
    let others = File::with("process-others.txt", "fn:process::write_1\n");
    with(&others.option("suppressions"), "race").exits(66);
}

#[test]
fn malformed_options_are_refused_in_one_line_before_anything_runs() {
    for (options, line) in [
        (
            "exit_code=3",
            "unknown key 'exit_code'; did you mean 'exitcode'?",
        ),
        (
            "exitcode=300",
            "exitcode: expected a number from 0 to 255, found '300'",
        ),
        (
            "order=shb:memory_mb=0",
            "memory_mb: expected a number from 1 to 17592186044415, found '0'",
        ),
        ("verbose", "expected key=value, found 'verbose'"),
        (
            "log_path='x",
            "log_path: expected a closing ' behind the value",
        ),
    ] {
        with(options, "clean")
            .exits(2)
            .prints("")
            .says_only(&format!("fidge: FIDGE_OPTIONS: {line}"));
    }
}

#[cfg(unix)]
#[test]
fn options_that_are_not_text_are_refused() {
    use std::os::unix::ffi::OsStrExt;
    let mut command = Command::new(PROGRAM);
    let bytes = std::ffi::OsStr::from_bytes(b"seed=\xff");
    command_run(command.arg("clean").env("FIDGE_OPTIONS", bytes))
        .exits(2)
        .prints("")
        .says_only("fidge: FIDGE_OPTIONS: expected key=value:key=value in UTF-8");
}

#[test]
fn a_malformed_suppressions_file_is_refused_with_its_line_before_anything_runs() {
    for (number, text, what) in [
        (2, "race:a\nno-prefix\n", "expected kind:pattern"),
        (
            3,
            "# one\n\nraces:a\n",
            "expected race, data-race, map-race, stale-write, aba, atomicity, guard-deadlock, guard-across-await, lock-order, iteration, stale-size, unordered, fn or file",
        ),
        (1, "race:\n", "expected a pattern behind the ':'"),
    ] {
        let rules = File::with(&format!("malformed-{number}.txt"), text);
        let run = with(&rules.option("suppressions"), "clean");
        let path = rules.0.display();
        run.exits(2)
            .prints("")
            .says_once(&format!("fidge: suppressions: {path}:{number}: {what}"));
        assert_eq!(run.stderr.lines().count(), 1, "{run:#?}");
    }
}

#[test]
fn a_suppressions_file_that_is_not_there_is_refused() {
    let run = with("suppressions=/no/such/file", "clean");
    run.exits(2)
        .prints("")
        .says_once("fidge: suppressions: /no/such/file: expected a readable file: ");
    assert_eq!(run.stderr.lines().count(), 1, "{run:#?}");
}

#[test]
fn help_prints_the_keys_instead_of_running() {
    let run = with("help=1", "clean");
    run.exits(0).is_silent();
    assert!(run.stdout.contains("memory_mb"), "{run:#?}");
    assert!(!run.stdout.contains("begun"), "{run:#?}");
}
