//! Source files: the lines that a report shows, and how it names the files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Finds and reads source files, each once.
///
/// The compiler names a file of the workspace relative to the workspace's root, and that is where
/// it was run; a test runs in its package's folder, further down. Debug information holds whole
/// paths.
#[derive(Debug)]
pub(super) struct Sources {
    /// Where relative names may start, best first.
    roots: Vec<PathBuf>,
    strip_prefix: String,
    files: HashMap<PathBuf, Option<String>>,
}

impl Sources {
    /// For a program that runs in the current folder.
    pub fn new(strip_prefix: &str) -> Self {
        Self::from(&std::env::current_dir().unwrap_or_default(), strip_prefix)
    }

    /// For a program that runs in `folder`: names start at the nearest folder around it that has a
    /// `Cargo.lock`, which is the workspace's root, or in it, or in another around it that has a
    /// manifest.
    fn from(folder: &Path, strip_prefix: &str) -> Self {
        let mut roots = Vec::new();
        roots.extend(folder.ancestors().find(|f| f.join("Cargo.lock").is_file()));
        roots.push(folder);
        roots.extend(
            folder
                .ancestors()
                .skip(1)
                .filter(|f| f.join("Cargo.toml").is_file()),
        );
        Sources {
            roots: roots.into_iter().map(Path::to_owned).collect(),
            strip_prefix: strip_prefix.to_owned(),
            files: HashMap::new(),
        }
    }

    /// The name of a file in a report: relative to the root where it is in it, and less the prefix
    /// that the user wants gone.
    pub fn name(&self, file: &str) -> String {
        let path = Path::new(file);
        let in_root = path
            .strip_prefix(&self.roots[0])
            .ok()
            .and_then(Path::to_str)
            .unwrap_or(file);
        in_root
            .strip_prefix(&self.strip_prefix)
            .unwrap_or(in_root)
            .to_owned()
    }

    /// Line `line`, from 1, of a file as the compiler names it, or `None` if it cannot be read.
    /// `whole_paths` come from debug information: one of them may be that file's, which is surer
    /// than a guess where its name starts.
    pub fn line<'a>(
        &mut self,
        file: &str,
        line: u32,
        whole_paths: impl Iterator<Item = &'a str>,
    ) -> Option<String> {
        let known = whole_paths
            .map(Path::new)
            .find(|p| p.is_absolute() && p.ends_with(file));
        let guesses = self.roots.iter().map(|root| root.join(file));
        let paths: Vec<PathBuf> = known
            .map(Path::to_owned)
            .into_iter()
            .chain(guesses)
            .collect();
        for path in &paths {
            if !self.files.contains_key(path) {
                self.files
                    .insert(path.clone(), std::fs::read_to_string(path).ok());
            }
        }
        let text = paths.iter().find_map(|path| self.files[path].as_deref())?;
        let index = usize::try_from(line).ok()?.checked_sub(1)?;
        text.lines()
            .nth(index)
            .map(|text| text.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none() -> impl Iterator<Item = &'static str> {
        std::iter::empty()
    }

    /// The workspace's root, seen from this package's folder as a test is.
    fn package() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    #[test]
    fn a_name_from_the_workspaces_root_is_found_from_a_packages_folder() {
        let mut sources = Sources::from(package(), "");
        let here = std::panic::Location::caller();
        let line = sources
            .line(here.file(), here.line(), none())
            .expect("this file");
        assert!(line.contains("let here = "), "{line}");
    }

    #[test]
    fn a_whole_path_from_debug_information_is_surer_than_a_guess() {
        let mut sources = Sources::from(Path::new("/nowhere"), "");
        assert_eq!(sources.line("src/lib.rs", 1, none()), None);
        let whole = package().join("src/lib.rs");
        let paths = ["/nowhere/src/lib.rs.html", whole.to_str().unwrap()];
        let line = sources
            .line("src/lib.rs", 1, paths.into_iter())
            .expect("lib.rs");
        assert!(line.starts_with("//! Fidge"), "{line}");
    }

    #[test]
    fn what_cannot_be_read_is_no_line() {
        let mut sources = Sources::from(package(), "");
        assert_eq!(sources.line("src/no_such.rs", 1, none()), None);
        assert_eq!(sources.line("src/lib.rs", 0, none()), None);
        assert_eq!(sources.line("src/lib.rs", 1_000_000, none()), None);
        assert_eq!(sources.line("src", 1, none()), None);
    }

    #[test]
    fn names_are_relative_to_the_root_and_less_the_prefix() {
        let root = package().parent().unwrap();
        let whole = package().join("src/lib.rs");
        assert_eq!(
            Sources::from(root, "").name(whole.to_str().unwrap()),
            "runtime/src/lib.rs"
        );
        assert_eq!(
            Sources::from(root, "runtime/").name(whole.to_str().unwrap()),
            "src/lib.rs"
        );
        assert_eq!(
            Sources::from(root, "/deps/").name("/deps/x-1.0/src/lib.rs"),
            "x-1.0/src/lib.rs"
        );
        assert_eq!(
            Sources::from(root, "").name("/rustc/abc/core.rs"),
            "/rustc/abc/core.rs"
        );
    }
}
