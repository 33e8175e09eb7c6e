//! Builds this very crate once more, in another form: detection off, instrumented by another tool.

use super::PLAIN;
use crate::process;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// Builds the runner without detection, in release, with the further `arguments` and `environment`, and keeps
/// the program as `target/peers/NAME/fidge-scenarios`. Answers where that is; an error, one line, is what
/// Cargo said last, and names the command.
///
/// Programs that the compiler instruments have a target folder of their own. All others share one, and in it
/// what they depend on, which is most of the time that they take to build. A build that is up to date takes a
/// fraction of a second; Cargo itself keeps two at a time apart.
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
    let peers = target.join("peers");
    let instrumented = !environment.is_empty();
    let folder = peers.join(if instrumented { name } else { PLAIN });
    command.arg("--target-dir").arg(folder);
    command.args(arguments).envs(environment.iter().copied());
    let output = process::build(&mut command).map_err(|error| {
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
    let executable = executable.ok_or_else(|| format!("`{command:?}` made no program"))?;
    keep(&executable, &peers.join(name)).map_err(|error| format!("target/peers/{name}: {error}"))
}

/// Copies the program to where no other build puts its own; whoever runs an older copy goes on with that.
fn keep(program: &Path, folder: &Path) -> io::Result<PathBuf> {
    let kept = folder.join(program.file_name().unwrap_or_default());
    fs::create_dir_all(folder)?;
    let copy = tempfile::NamedTempFile::new_in(folder)?;
    fs::copy(program, copy.path())?;
    copy.persist(&kept)?;
    Ok(kept)
}
