//! Files that are there whole or not at all.

use std::fmt::Display;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

/// Writes a file beside the old one, which it then replaces: whoever reads or kills at any time finds a
/// whole file. The error, one line, names the file.
pub fn replace(path: &Path, content: &[u8]) -> Result<(), String> {
    let mut file = beside(path)?;
    file.write_all(content).map_err(|e| failed(path, &e))?;
    file.persist(path).map_err(|e| failed(path, &e.error))?;
    Ok(())
}

/// Whether [`replace`] can work here, before there is anything to write.
pub fn check(path: &Path) -> Result<(), String> {
    // A device would not be written to but replaced.
    if path.exists() && !path.is_file() {
        return Err(failed(path, &"it is not a file"));
    }
    beside(path).map(drop)
}

/// The same, and whether there is nothing to lose: what is there is empty, or has `mark` near its beginning.
/// The error says that it is not of this `sort`.
pub fn check_marked(path: &Path, mark: &str, sort: &str) -> Result<(), String> {
    check(path)?;
    let mut start = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(MARKED).read_to_end(&mut start),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => Err(error),
    }
    .map_err(|e| failed(path, &e))?;
    let is_marked = start
        .windows(mark.len())
        .any(|part| part == mark.as_bytes());
    if start.is_empty() || is_marked {
        return Ok(());
    }
    Err(failed(
        path,
        &format!("expected {sort}; it would be written over"),
    ))
}

/// Whether two paths lead to one file, be it there or not.
pub fn is_same(a: &Path, b: &Path) -> bool {
    let place = |path: &Path| {
        let parent = folder(path).canonicalize().ok()?;
        let named = parent.join(path.file_name()?);
        Some(named.canonicalize().unwrap_or(named))
    };
    a == b || place(a).is_some_and(|a| place(b) == Some(a))
}

/// How much of a file its mark is looked for in.
const MARKED: u64 = 1024;

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn beside(path: &Path) -> Result<tempfile::NamedTempFile, String> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the umask
    builder
        .tempfile_in(folder(path))
        .map_err(|e| failed(path, &e))
}

fn failed(path: &Path, error: &dyn Display) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("page.html");
        fs::write(&path, "old").expect("writable");
        replace(&path, b"new").expect("writable");
        assert_eq!(fs::read(&path).expect("readable"), b"new");
        check(&path).expect("writable");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_known_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = check(folder.path()).expect_err("a folder");
        assert!(error.ends_with(": it is not a file"), "{error}");
        let error = check(Path::new("no-such-folder/x.html")).expect_err("no folder");
        assert!(error.starts_with("no-such-folder/x.html: ") && error.lines().count() == 1);
    }

    #[test]
    fn only_what_is_marked_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("page");
        let check = || check_marked(&path, "ours", "a page");
        assert_eq!(check(), Ok(()));
        for well in ["", "this is ours, too"] {
            fs::write(&path, well).expect("writable");
            assert_eq!(check(), Ok(()));
        }
        for foreign in ["fn main() {}".to_owned(), " ".repeat(2000) + "ours"] {
            fs::write(&path, foreign).expect("writable");
            let error = check().expect_err("it is not ours");
            assert!(
                error.ends_with("/page: expected a page; it would be written over"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_file_is_the_same_by_any_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        assert!(is_same(&folder.join("z"), &folder.join(".").join("z")));
        assert!(!is_same(&folder.join("z"), &folder.join("y")));
        assert!(is_same(
            Path::new("no-such-folder/z"),
            Path::new("no-such-folder/z")
        ));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_replaced() {
        let error = check(Path::new("/dev/full")).expect_err("a device");
        assert_eq!(error, "/dev/full: it is not a file");
    }
}
