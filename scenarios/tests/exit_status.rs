//! The documented exit statuses, of the program itself.

use std::process::{Command, Output};

fn scenarios(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_fidge-scenarios");
    Command::new(program)
        .args(arguments)
        .output()
        .expect("it starts")
}

#[track_caller]
fn assert_refused(arguments: &[&str], expected: &str) {
    let output = scenarios(arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
    assert!(
        error.contains(expected) && error.lines().count() == 1,
        "{arguments:?}: {error}"
    );
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

#[test]
fn what_is_well_ends_with_0() {
    assert_eq!(scenarios(&["list", "--json"]).status.code(), Some(0));
    assert_eq!(
        scenarios(&["compare", "two-locks", "--runs", "1"])
            .status
            .code(),
        Some(0)
    );
    assert_eq!(scenarios(&["--help"]).status.code(), Some(0));
}

#[test]
fn bad_input_ends_with_2_and_one_line() {
    assert_refused(&["run", "nonesuch"], "there are: map/write-write, ");
    assert_refused(
        &["compare", "--detectors", "fidge,tsan9"],
        "there are: fidge, oracle",
    );
    assert_refused(&["merge", "nonesuch.json"], "nonesuch.json: ");
    assert_refused(
        &["run", "two-locks", "--json", "no-such-folder/x.json"],
        "no-such-folder/",
    );
}

#[test]
fn a_command_line_that_does_not_parse_ends_with_2_and_one_line() {
    assert_refused(&["run", "--runs", "0"], "'0' for '--runs <N>'");
    assert_refused(&["compare", "--shard", "5/4"], "expected I/N");
    assert_refused(&["compare", "--jobs", "0"], "'0' for '--jobs <N>'");
    assert_refused(
        &["run", "--timeout", "soon"],
        "'soon' for '--timeout <SECONDS>'",
    );
    assert_refused(&["jump"], "there are: list, run, compare, ");
    assert_eq!(scenarios(&[]).status.code(), Some(2));
}

#[test]
fn an_unknown_command_is_answered_with_those_that_are_for_people() {
    let output = scenarios(&["jump"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        error.ends_with(", merge\n") && !error.contains("work"),
        "{error}"
    );
}

#[test]
fn a_shard_without_programs_says_so_and_ends_well() {
    let output = scenarios(&["compare", "two-locks", "--shard", "300/1000"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text, "shard 300/1000 is empty: there are 2 programs\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_stream_that_cannot_be_written_to_ends_with_2() {
    let full = || std::fs::File::create("/dev/full").expect("a device");
    let mut help = Command::new(env!("CARGO_BIN_EXE_fidge-scenarios"));
    let output = help.arg("--help").stdout(full()).output();
    let output = output.expect("it starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.starts_with("error: standard output: "), "{error}");

    let mut refused = Command::new(env!("CARGO_BIN_EXE_fidge-scenarios"));
    let status = refused.args(["run", "nonesuch"]).stderr(full()).status();
    assert_eq!(status.expect("it starts").code(), Some(2));
}

#[test]
fn every_command_says_how_it_ends() {
    let commands: &[&str] = if cfg!(feature = "detect") {
        &["list", "run", "compare", "replay", "merge"]
    } else {
        &["list", "run", "compare", "merge"]
    };
    for command in commands {
        let output = scenarios(&[command, "--help"]);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            text.contains("Examples:") && text.contains("Exit status:"),
            "{command}: {text}"
        );
    }
}

/// The plain run needs no other build here.
#[cfg(not(feature = "detect"))]
#[test]
fn the_plain_run_is_measured() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("plain.json");
    let file = file.to_str().expect("UTF-8");
    let output = scenarios(&[
        "compare",
        "two-locks",
        "--detectors",
        "plain",
        "--json",
        file,
    ]);
    assert_eq!(output.status.code(), Some(0));
    let text = std::fs::read_to_string(file).expect("readable");
    let results: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for cell in results["cells"].as_array().expect("a list") {
        assert_eq!((&cell["status"], &cell["runs"]), (&"ran".into(), &3.into()));
        assert!(
            cell["median_ms"].is_f64() && cell["rate"].is_null(),
            "{cell}"
        );
    }
}

/// Without detection every race is missed.
#[cfg(not(feature = "detect"))]
#[test]
fn a_missed_race_ends_with_1() {
    let output = scenarios(&["run", "two-locks", "--runs", "1"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(
        error.contains("expectation failed: map/two-locks (racy): it did not run"),
        "{error}"
    );
}

#[cfg(feature = "detect")]
#[test]
fn what_was_recorded_can_be_replayed() {
    let folder = tempfile::tempdir().expect("a folder");
    let traces = folder.path().to_str().expect("UTF-8");
    let run = scenarios(&["run", "two-locks", "--runs", "1", "--record", traces]);
    assert_eq!(run.status.code(), Some(0));
    let trace = folder.path().join("map.two-locks.racy.fidge");
    let trace = trace.to_str().expect("UTF-8");
    let replay = scenarios(&["replay", trace, "--detector", "lockset"]);
    let text = String::from_utf8_lossy(&replay.stdout);
    assert_eq!(replay.status.code(), Some(0), "{text}");
    assert!(text.contains("two_locks.rs:"), "{text}");
    assert_refused(
        &["replay", trace, "--detector", "orakel"],
        "one of oracle, ",
    );
}

#[cfg(feature = "detect")]
#[test]
fn fidge_is_right_about_the_whole_catalogue() {
    let output = scenarios(&["run", "--runs", "1"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
}
