//! A digest of this very program, that tells one build from another.

use std::fs::File;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Read};
use std::sync::OnceLock;

/// That of the file that was started, sixteen hexadecimal digits; `None` where it cannot be read. It tells
/// builds apart that differ by accident, and keeps nobody from forging one. Two programs that hash
/// differently are two builds anyway, so it does not matter that std does not promise its algorithm.
pub fn of_this_program() -> Option<String> {
    static DIGEST: OnceLock<Option<String>> = OnceLock::new();
    let digest = || of(File::open(std::env::current_exe().ok()?).ok()?).ok();
    DIGEST.get_or_init(digest).clone()
}

/// Piece by piece: what the runner has resident counts for the processes that it starts.
fn of(mut file: impl Read) -> io::Result<String> {
    let (mut hasher, mut piece) = (DefaultHasher::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(format!("{:016x}", hasher.finish())),
            Ok(read) => hasher.write(&piece[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_has_one_digest_and_another_has_another() {
        let here = of_this_program();
        assert_eq!(here.as_ref().map(String::len), Some(16));
        assert_eq!(here, of_this_program());
        let [one, other] =
            [&b"one build"[..], b"other build"].map(|text| of(text).expect("memory"));
        assert_ne!(one, other);
    }
}
