//! With detection off a build has no dependency of Fidge's but those its user asked for.

use std::collections::BTreeSet;
use std::process::Command;

/// The packages that `fidge` with these features depends on directly.
fn dependencies(features: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "fidge", "--features", features])
        .args(["--edges", "normal,build", "--depth", "1"])
        .args(["--prefix", "none", "--format", "{p}", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let text = String::from_utf8(output.stdout).expect("package names");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let name = |line: &str| line.split(' ').next().map(str::to_owned);
    let mut names: BTreeSet<_> = text.lines().filter_map(name).collect();
    assert!(names.remove("fidge"), "{text}");
    names
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

#[test]
fn by_default_there_is_none_but_the_macros() {
    assert_eq!(dependencies(""), names(["fidge-macros"]));
}

#[test]
fn a_mirrored_crate_is_there_when_it_is_asked_for() {
    assert_eq!(dependencies("dashmap"), names(["dashmap", "fidge-macros"]));
    assert_eq!(
        dependencies("once_cell"),
        names(["fidge-macros", "once_cell"])
    );
}

#[test]
fn what_detection_needs_comes_with_detection() {
    let off = dependencies("");
    assert!(dependencies("detect").is_superset(&off));
    assert!(dependencies("detect").contains("backtrace"));
}
