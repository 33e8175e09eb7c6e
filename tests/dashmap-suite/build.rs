//! Makes `suite.rs` of dashmap's sources: the tests of its modules and the examples of its docs.
//!
//! What reaches into dashmap's tables (`shards`, `determine_map`, ...) has no place in the façade and
//! is left out.

use std::env::var;
use std::fmt::Write;
use std::fs::{read_to_string, write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The files with tests, and what `super` is there.
const TESTED: [(&str, &str); 5] = [
    ("lib.rs", "dashmap"),
    ("set.rs", "dashmap"),
    ("read_only.rs", "dashmap"),
    ("iter.rs", "dashmap::iter"),
    ("mapref/entry.rs", "dashmap::mapref::entry"),
];

/// The files with examples that can be run.
const DOCUMENTED: [&str; 4] = ["lib.rs", "set.rs", "read_only.rs", "iter.rs"];

const RAW: [&str; 3] = ["shards", "determine_", "SharedValue"];

fn main() {
    let sources = dashmap().join("src");
    let mut suite = String::new();
    for (file, parent) in TESTED {
        let text = read(&sources.join(file));
        let tests = tests(&text, parent);
        let module = file.trim_end_matches(".rs").replace('/', "_");
        let _ = writeln!(suite, "mod {module} {{\n{}\n}}", tests.concat());
    }
    let examples = DOCUMENTED.map(|file| examples(&read(&sources.join(file)), file));
    let _ = writeln!(suite, "mod examples {{\n{}\n}}", examples.concat().concat());
    let found = suite.matches("#[test]").count();
    assert!(
        found >= 60,
        "expected dashmap's 65 tests and examples, found {found}"
    );
    let out = Path::new(&var("OUT_DIR").expect("cargo sets it")).join("suite.rs");
    write(&out, suite).unwrap_or_else(|error| panic!("{}: {error}", out.display()));
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", sources.display());
}

/// The folder of the dashmap that `fidge` depends on.
fn dashmap() -> PathBuf {
    let output = Command::new(var("CARGO").expect("cargo sets it"))
        .args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--filter-platform",
        ])
        .arg(var("TARGET").expect("cargo sets it"))
        .output()
        .expect("cargo metadata starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {errors}");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let manifest = packages
        .filter(|package| package["name"] == "dashmap")
        .find(|package| {
            package["version"]
                .as_str()
                .is_some_and(|v| v.starts_with("6."))
        })
        .and_then(|package| package["manifest_path"].as_str())
        .expect("dashmap 6 is among the dependencies");
    Path::new(manifest)
        .parent()
        .expect("a manifest is in a folder")
        .to_owned()
}

fn read(file: &Path) -> String {
    read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn is_raw(text: &str) -> bool {
    RAW.iter().any(|name| text.contains(name))
}

/// What stands in the module `tests`: its tests, each with its body in a session, and what they use.
/// rustfmt has ended an item by a line that is indented by four blanks.
fn tests(text: &str, parent: &str) -> Vec<String> {
    let (_, module) = text
        .split_once("\nmod tests {\n")
        .expect("a module of tests");
    let module = module.split("\n}").next().unwrap_or_default();
    let mut items = vec![String::new()];
    for line in module.lines() {
        let item = items.last_mut().expect("never empty");
        *item += line;
        item.push('\n');
        if line == "    }" || line.starts_with("    use ") {
            items.push(String::new());
        }
    }
    items.retain(|item| !is_raw(item));
    items
        .iter()
        .map(|item| in_session(&on_fidge(item, parent)))
        .collect()
}

/// A test whose body is in a session; anything else as it is.
fn in_session(item: &str) -> String {
    if !item.contains("#[test]") {
        return item.to_owned();
    }
    let (head, body) = item.split_once("() {\n").expect("a test takes nothing");
    let body = body
        .trim_end()
        .strip_suffix('}')
        .expect("a body ends with a brace");
    format!("{head}() {{\ncrate::clean(|| {{\n{body}}});\n}}\n")
}

/// With the façade's names in the place of dashmap's and std's.
fn on_fidge(text: &str, parent: &str) -> String {
    text.replace("use super::*", &format!("use fidge::{parent}::*"))
        .replace("crate::", "fidge::dashmap::")
        .replace("use dashmap::", "use fidge::dashmap::")
        .replace("std::thread", "fidge::thread")
        .replace("std::sync", "fidge::sync")
}

/// The examples of a file's docs as tests, named by where they begin.
fn examples(text: &str, file: &str) -> Vec<String> {
    let file = file.trim_end_matches(".rs");
    let mut examples = Vec::new();
    let mut example: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let Some(line) = line.trim_start().strip_prefix("///") else {
            continue;
        };
        let line = line.strip_prefix(' ').unwrap_or(line);
        if !line.starts_with("```") {
            if let Some((_, code)) = &mut example {
                *code += line.strip_prefix("# ").unwrap_or(line);
                code.push('\n');
            }
        } else if let Some((begin, code)) = example.take() {
            if !is_raw(&code) {
                let item = format!("#[test]\nfn {file}_{begin}() {{\n{code}}}\n");
                examples.push(in_session(&on_fidge(&item, "dashmap")));
            }
        } else {
            assert!(
                ["```", "```rust"].contains(&line),
                "{file}.rs:{number}: {line}"
            );
            example = Some((number, String::new()));
        }
    }
    examples
}
