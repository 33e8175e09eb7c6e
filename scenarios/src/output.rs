//! Standard output, and whether it takes colours.

use anstream::{AutoStream, ColorChoice};
use std::io::{self, ErrorKind, Write};

/// Whether standard output is to be coloured: it is a terminal, or the user forces it
/// (`CLICOLOR_FORCE`), and `NO_COLOR` is not set.
pub fn colours() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// Prints `text` as it is. That the reader has gone away (`| head`) is not an error.
pub fn print(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("standard output: {error}"))
        }
        _ => Ok(()),
    }
}
