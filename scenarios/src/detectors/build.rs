//! Builds this very crate once more, in another form: detection off, instrumented by another tool.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the runner without detection, in release, with the further `arguments` and `environment`, into a
/// target folder of its own called `name`. Answers where the program is; an error, one line, is what
/// Cargo said last, and names the command.
///
/// A build that is up to date takes a fraction of a second; Cargo itself keeps two at a time apart.
pub fn build(
    name: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<PathBuf, String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    if !manifest.is_file() {
        let manifest = manifest.display();
        return Err(format!(
            "it is built from source, and there is no {manifest}"
        ));
    }
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(target) => PathBuf::from(target),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
    };
    let mut command = Command::new("cargo");
    command.args(["build", "--quiet", "--release", "--no-default-features"]);
    command.args(["--message-format", "json-render-diagnostics"]);
    command.arg("--manifest-path").arg(&manifest);
    command
        .arg("--target-dir")
        .arg(target.join("peers").join(name));
    command.args(arguments).envs(environment.iter().copied());
    let output = command.output().map_err(|error| {
        format!("cargo cannot be started ({error}); https://rustup.rs installs it")
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let error = said.lines().find(|line| line.starts_with("error"));
        let error = error.unwrap_or("error: it does not say why");
        return Err(format!("`{command:?}` failed: {error}"));
    }
    let artifacts = String::from_utf8_lossy(&output.stdout);
    let executable = artifacts.lines().rev().find_map(|line| {
        let artifact: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(artifact["executable"].as_str()?))
    });
    executable.ok_or_else(|| format!("`{command:?}` made no program"))
}
