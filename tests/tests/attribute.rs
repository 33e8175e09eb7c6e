//! `#[fidge::test]`: what it keeps of a test, and what it refuses.
//!
//! With and without the feature `detect`; these tests have no race.

#[fidge::test]
fn a_test_without_arguments_runs() {}

#[fidge::test(runs = 1_0, schedule = "native", seed = 7)]
fn all_arguments_and_a_last_comma_are_taken() {}

#[fidge::test]
#[should_panic(expected = "as it should")]
fn an_expected_panic_passes() {
    panic!("as it should");
}

#[should_panic]
#[fidge::test(runs = 2)]
fn attributes_in_front_are_kept() {
    panic!("as well");
}

#[fidge::test]
#[ignore = "it fails: that it is ignored is the test"]
fn an_ignored_test_is_ignored() {
    panic!("not ignored");
}

#[fidge::test]
#[should_panic]
fn unit_may_be_spelled_out() -> () {
    panic!("and the test may still be one that should panic");
}

#[fidge::test]
fn a_result_may_be_returned() -> Result<(), std::num::ParseIntError> {
    let n: u8 = "7".parse()?;
    assert_eq!(n, 7);
    Ok(())
}

#[fidge::test]
pub(crate) fn visibility_and_return_are_kept() -> impl std::process::Termination {
    if std::env::args().count() > 1_000_000 {
        return Err("no");
    }
    Ok(())
}

#[fidge::test]
fn r#try() {}

/// Tests that are run in a process of their own below.
mod by_hand {
    #[fidge::test(runs = 3)]
    #[ignore = "run by the_body_runs_as_often_as_asked_for_and_once_without_detection"]
    fn prints() {
        println!("here it runs");
    }

    #[fidge::test]
    #[ignore = "it fails: see an_error_fails_the_test"]
    fn with_an_error() -> Result<(), &'static str> {
        Err("this is the error")
    }

    #[fidge::test(runs = 3)]
    #[ignore = "it fails: see a_panic_fails_the_test"]
    fn with_a_panic() {
        panic!("this is the panic");
    }

    #[fidge::test(runs = 3)]
    #[should_panic]
    #[ignore = "it fails: see a_missing_panic_fails_the_test"]
    fn without_the_panic() {}
}

/// Runs one ignored test of this file, with the options given; whether it passed, its exit code,
/// and what it printed.
fn run(test: &str, options: &str) -> (bool, Option<i32>, String) {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env("FIDGE_OPTIONS", options)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        output.status.code(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

fn failure(test: &str) -> String {
    let (passed, _, text) = run(test, "");
    assert!(!passed && text.contains("1 failed"), "{text}");
    text
}

#[test]
fn the_body_runs_as_often_as_asked_for_and_once_without_detection() {
    let (passed, _, text) = run("by_hand::prints", "");
    let expected = if cfg!(feature = "detect") { 3 } else { 1 };
    assert!(
        passed && text.matches("here it runs").count() == expected,
        "{text}"
    );
}

#[test]
fn an_error_fails_the_test() {
    let text = failure("by_hand::with_an_error");
    assert!(text.contains("Error: \"this is the error\""), "{text}");
}

#[test]
fn a_panic_fails_the_test() {
    let text = failure("by_hand::with_a_panic");
    assert_eq!(
        text.matches("this is the panic").count(),
        1,
        "the first run ends it: {text}"
    );
}

#[test]
fn a_missing_panic_fails_the_test() {
    let text = failure("by_hand::without_the_panic");
    assert!(text.contains("test did not panic as expected"), "{text}");
}

#[cfg(feature = "detect")]
#[test]
fn malformed_options_end_the_process_before_the_body_runs() {
    let (_, code, text) = run("by_hand::with_a_panic", "exit_code=3");
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.contains("fidge: FIDGE_OPTIONS: unknown key 'exit_code'; did you mean"),
        "{text}"
    );
    assert!(!text.contains("this is the panic"), "{text}");
}

#[cfg(feature = "detect")]
#[test]
fn help_lists_the_keys_and_exits() {
    let (_, code, text) = run("by_hand::with_a_panic", "help=1");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("max_reports"), "{text}");
}

#[test]
fn what_is_no_test_is_refused_where_it_stands() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("compile_fail/*.rs");
}
