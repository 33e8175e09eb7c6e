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
    let printed = out.write_all(text.as_bytes());
    outcome(printed.and_then(|()| out.flush()))
}

/// Prints what clap has to say on standard output, the help or the version, likewise.
pub fn help(text: &clap::Error) -> Result<(), String> {
    let printed = text.print();
    outcome(printed.and_then(|()| io::stdout().flush()))
}

/// Says it on standard error, a line. Where that cannot be written to there is nobody to tell.
pub fn complain(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

fn outcome(printed: io::Result<()>) -> Result<(), String> {
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("standard output: {error}"))
        }
        _ => Ok(()),
    }
}
