//! Where reports go: standard error or the user's file, in the user's form.

use super::Report;
use crate::options::{Color, Form, Options};
use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};

/// What stands for standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sink {
    /// The process's.
    Process,
    /// The test's: libtest keeps it back until the test fails.
    Test,
}

/// Prints a report, in one write so that processes and threads do not mix. A clean one says
/// nothing. What the file of `log_path` does not take goes to standard error: a report is not lost.
///
/// # Errors
///
/// The file of `log_path` cannot be written, or standard error cannot.
pub(crate) fn print(report: &Report, options: &Options, sink: Sink) -> io::Result<()> {
    if report.is_clean() {
        return Ok(());
    }
    let text = match options.report {
        Form::Text => report.text(colored(options)),
        Form::Json => report.to_json() + "\n",
    };
    let logged = options.log_path.as_ref().map(|path| {
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
    });
    if let Some(Ok(())) = logged {
        return Ok(());
    }
    let told = match sink {
        Sink::Process => standard_error(text.as_bytes()),
        Sink::Test => {
            eprint!("{text}");
            Ok(())
        }
    };
    logged.unwrap_or(Ok(())).and(told)
}

/// Past std's lock, which a thread may hold for as long as the process lives.
#[cfg(unix)]
fn standard_error(text: &[u8]) -> io::Result<()> {
    use std::mem::ManuallyDrop;
    use std::os::fd::FromRawFd;
    // SAFETY: never dropped, so never closed; that the descriptor is open the write finds out.
    let mut file = ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(2) });
    file.write_all(text)
}

#[cfg(not(unix))]
fn standard_error(text: &[u8]) -> io::Result<()> {
    io::stderr().lock().write_all(text)
}

/// <https://no-color.org>: set and not empty, whatever the value.
fn colored(options: &Options) -> bool {
    match options.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            options.log_path.is_none()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && io::stderr().is_terminal()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    /// A file of this test's own, gone before and after.
    fn logged(options: &str, reports: &[Report]) -> Option<String> {
        let name = format!(
            "fidge-print-{}-{:?}",
            std::process::id(),
            std::thread::current().id()
        );
        let path = std::env::temp_dir().join(name);
        let mut options = Options::parse(options).unwrap();
        options.log_path = Some(path.clone());
        for report in reports {
            print(report, &options, Sink::Process).unwrap();
        }
        let text = std::fs::read_to_string(&path).ok();
        let _ = std::fs::remove_file(&path);
        text
    }

    #[test]
    fn reports_are_appended_without_colour() {
        let report = sample::report_of(vec![sample::race()]);
        let text = logged("", &[report.clone(), report.clone()]).unwrap();
        assert_eq!(text, format!("{report}{report}"));
    }

    #[test]
    fn json_is_one_document_a_line() {
        let report = sample::report_of(vec![sample::race()]);
        let text = logged("report=json", &[report.clone(), report.clone()]).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines, [report.to_json(), report.to_json()]);
    }

    #[test]
    fn a_clean_report_is_not_printed() {
        assert_eq!(logged("", &[Report::default()]), None);
    }

    #[test]
    fn colour_is_as_asked_for() {
        assert!(colored(&Options::parse("color=always").unwrap()));
        assert!(!colored(&Options::parse("color=never").unwrap()));
        assert!(!colored(&Options::parse("log_path=x").unwrap()));
    }

    #[test]
    fn a_file_that_cannot_be_written_is_an_error() {
        let report = sample::report_of(vec![sample::race()]);
        let options = Options::parse("log_path=/no/such/folder/x").unwrap();
        assert!(print(&report, &options, Sink::Process).is_err());
    }
}
