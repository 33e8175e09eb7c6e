//! Files that are there whole or not at all.

use std::fmt::Display;
use std::io::Write;
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

fn beside(path: &Path) -> Result<tempfile::NamedTempFile, String> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the umask
    builder.tempfile_in(folder).map_err(|e| failed(path, &e))
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

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_replaced() {
        let error = check(Path::new("/dev/full")).expect_err("a device");
        assert_eq!(error, "/dev/full: it is not a file");
    }
}
