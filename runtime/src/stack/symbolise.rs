//! Return addresses to frames: functions, files and lines, from the program's debug information.
//!
//! Only called when a report is made: the first lookup reads the debug information of the whole
//! program, which takes milliseconds and allocates.

use crate::report::Frame;
use std::collections::HashMap;
use std::ffi::c_void;

/// Resolves return addresses, each once.
#[derive(Debug, Default)]
pub(crate) struct Symboliser {
    cache: HashMap<usize, Vec<Frame>>,
}

impl Symboliser {
    /// The frames of a stack of return addresses, innermost first. An inlined function has a frame
    /// of its own in front of the one it was inlined into; an address without debug information
    /// has a frame that says nothing but its address.
    pub fn frames(&mut self, return_addresses: &[usize]) -> Vec<Frame> {
        let mut frames = Vec::new();
        for &address in return_addresses {
            frames.extend_from_slice(
                self.cache
                    .entry(address)
                    .or_insert_with(|| resolve(address)),
            );
        }
        frames
    }
}

/// A return address is where the call *continues*, which may be another line or even another
/// function; one byte before it is still inside the call.
fn resolve(return_address: usize) -> Vec<Frame> {
    let mut frames = Vec::new();
    backtrace::resolve(return_address.wrapping_sub(1) as *mut c_void, |symbol| {
        frames.push(Frame {
            // The alternate form leaves out the hash.
            function: symbol.name().map(|name| format!("{name:#}")),
            file: symbol
                .filename()
                .map(|file| file.to_string_lossy().into_owned()),
            line: symbol.lineno(),
            column: symbol.colno().filter(|&column| column > 0),
            inlined: true,
            address: Some(return_address),
        });
    });
    match frames.last_mut() {
        Some(outermost) => outermost.inlined = false,
        None => frames.push(Frame {
            function: None,
            file: None,
            line: None,
            column: None,
            inlined: false,
            address: Some(return_address),
        }),
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(never)]
    fn not_inlined() -> Vec<usize> {
        let mut addresses = Vec::new();
        always_inlined(&mut addresses);
        std::hint::black_box(addresses)
    }

    #[inline(always)]
    fn always_inlined(addresses: &mut Vec<usize>) {
        backtrace::trace(|frame| {
            addresses.push(frame.ip() as usize);
            true
        });
    }

    fn position(frames: &[Frame], name: &str) -> Option<usize> {
        frames
            .iter()
            .position(|f| f.function().is_some_and(|n| n.ends_with(name)))
    }

    #[test]
    fn inlined_functions_come_before_the_one_they_were_inlined_into() {
        let frames = Symboliser::default().frames(&not_inlined());
        let inner = position(&frames, "always_inlined").expect("inner");
        let outer = position(&frames, "not_inlined").expect("outer");
        assert!(inner < outer);
        assert!(frames[inner].is_inlined() && !frames[outer].is_inlined());
        for i in [inner, outer] {
            assert!(
                frames[i].file().unwrap().ends_with("symbolise.rs"),
                "{:?}",
                frames[i]
            );
            assert!(frames[i].line().is_some());
        }
    }

    #[test]
    fn what_has_no_symbol_is_a_frame_with_an_address_alone() {
        let frames = Symboliser::default().frames(&[1]);
        assert_eq!(frames.len(), 1);
        assert_eq!(
            (frames[0].function(), frames[0].file(), frames[0].address()),
            (None, None, Some(1))
        );
    }

    #[test]
    fn the_same_address_is_resolved_once() {
        let mut symboliser = Symboliser::default();
        let addresses = not_inlined();
        let first = symboliser.frames(&addresses);
        let cached = symboliser.cache.len();
        assert_eq!(symboliser.frames(&addresses), first);
        assert_eq!(symboliser.cache.len(), cached);
    }
}
