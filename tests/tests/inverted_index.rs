//! The example that README walks through, both ways.

use std::path::Path;
use std::process::{Command, Output};

const SOURCE: &str = include_str!("../../runtime/examples/inverted_index.rs");

/// Indexes the documentation of this repository.
fn index(merge: &str) -> Output {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    Command::new(env!("CARGO_BIN_EXE_indexer"))
        .args([
            "--merge",
            merge,
            "--find",
            "race",
            "options.md",
            "report-schema.md",
        ])
        .current_dir(docs)
        .env_remove("FIDGE_OPTIONS")
        .output()
        .expect("it starts")
}

#[test]
fn the_correct_merge_is_not_reported() {
    let output = index("correct");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*error), (Some(0), ""));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("2 files, "), "{text}");
    assert!(text.contains("\n    options.md:"), "{text}");
}

#[test]
fn both_merges_print_the_same_index() {
    assert_eq!(index("wrong").stdout, index("correct").stdout);
}

#[test]
fn the_wrong_merge_is_reported_with_both_lines_where_detection_is_on() {
    let output = index("wrong");
    let report = String::from_utf8_lossy(&output.stderr);
    if !cfg!(feature = "detect") {
        assert_eq!((output.status.code(), &*report), (Some(0), ""));
        return;
    }
    assert_eq!(output.status.code(), Some(66), "{report}");
    assert_eq!(report.matches("map race: ").count(), 2, "{report}");
    for access in ["part.drain()", "part.entry("] {
        let mut lines = (1..).zip(SOURCE.lines());
        let (line, _) = lines
            .find(|(_, text)| text.contains(access))
            .expect("the example has it");
        let site = format!("inverted_index.rs:{line}:");
        assert!(report.contains(&site), "{site} in {report}");
    }
    assert!(report.ends_with("fidge: 2 races\n"), "{report}");
}
