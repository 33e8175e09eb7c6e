//! One line to standard error from anywhere: no allocation, no lock, one `write`.

use core::fmt::{Arguments, Write};

struct Line {
    bytes: [u8; 512],
    len: usize,
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let take = text.len().min(self.bytes.len() - 1 - self.len);
        self.bytes[self.len..self.len + take].copy_from_slice(&text.as_bytes()[..take]);
        self.len += take;
        Ok(())
    }
}

/// Writes the line; what does not fit in 511 bytes is cut.
pub fn line(text: Arguments<'_>) {
    let mut line = Line {
        bytes: [0; 512],
        len: 0,
    };
    let _ = line.write_fmt(text);
    line.bytes[line.len] = b'\n';
    line.len += 1;
    #[cfg(unix)]
    // SAFETY: the buffer is ours and `len` bytes of it are initialised.
    unsafe {
        libc::write(2, line.bytes.as_ptr().cast(), line.len);
    }
    #[cfg(not(unix))]
    {
        use std::io::Write as _;
        let _ = std::io::stderr().write_all(&line.bytes[..line.len]);
    }
}
