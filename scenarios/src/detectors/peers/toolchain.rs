//! Which installed Rust toolchain has a component.

use std::path::Path;
use std::process::Command;

/// Names a toolchain to rustup's `cargo` and `rustc`.
pub const VARIABLE: &str = "RUSTUP_TOOLCHAIN";

/// The name of a toolchain that has all of `files`, paths below its root: the active one if it does.
/// `None` if no toolchain has, or if rustup is not there to ask.
pub fn with(files: &[&str]) -> Option<String> {
    let active = said(Command::new("rustup").args(["show", "active-toolchain"]));
    let all = said(Command::new("rustup").args(["toolchain", "list"]))?;
    let names = active
        .iter()
        .flat_map(|text| text.lines())
        .chain(all.lines());
    let names = names.filter_map(|line| line.split_whitespace().next());
    let mut having = names.filter(|name| {
        let root = said(Command::new("rustup").args(["run", name, "rustc", "--print", "sysroot"]));
        root.is_some_and(|root| {
            files
                .iter()
                .all(|file| Path::new(root.trim()).join(file).exists())
        })
    });
    having.next().map(str::to_owned)
}

/// The standard output of a command that succeeds.
fn said(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}
