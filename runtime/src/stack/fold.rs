//! Folding: which frames of a stack are no one's business.
//!
//! A reader wants their own frames. What lies outside of the outermost of them started the program
//! or the thread (`std::rt::lang_start`, `start_thread`, libtest, Fidge's own spawn); what lies
//! inside of a call of Fidge is how Fidge does it. Both are cut off, and so is what the standard
//! library did to get from the program to Fidge: how a formatter came to a map's `fmt`, or drop glue
//! to its drop. A frame of the standard library between two of the program's stays, but for pure glue
//! such as `FnOnce::call_once`: an iterator's `for_each` tells how one got to the closure. So does a frame without a name, but at the
//! outer end it is a stripped libc. A named function that is not known to be Fidge's or the runtime's
//! is the program's: to show too much is better than to hide the cause.

use crate::report::Frame;
use std::path::Path;

/// Whose code a function is; the order is who wins where a name has two owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    /// The standard library, libtest, libc, and the libraries that Fidge mirrors and calls.
    Runtime,
    /// This crate.
    Fidge,
    /// Everything else, the program's dependencies included.
    Program,
}

/// What Fidge mirrors and calls, and what that stands on.
const LIBRARIES: [&str; 6] = [
    "backtrace",
    "dashmap",
    "hashbrown",
    "lock_api",
    "once_cell",
    "parking_lot_core",
];

/// This file, from where the sources of Fidge lie.
const HERE: &str = "stack/fold.rs";

/// The frames worth showing, innermost first. Empty if none is the program's.
pub(crate) fn fold(frames: Vec<Frame>) -> Vec<Frame> {
    let owners: Vec<Owner> = frames.iter().map(owner).collect();
    let Some(outermost) = owners.iter().rposition(|&owner| owner == Owner::Program) else {
        return Vec::new();
    };
    let mut kept = Vec::new();
    // Frames of the runtime that have neither called Fidge nor been called by it so far.
    let mut pending = Vec::new();
    let mut calls_fidge = false;
    for (frame, owner) in frames.into_iter().zip(owners).take(outermost + 1) {
        match owner {
            Owner::Fidge => {
                calls_fidge = true;
                pending.clear();
            }
            Owner::Runtime if calls_fidge || is_glue(&frame) => {}
            Owner::Runtime => pending.push(frame),
            Owner::Program => {
                calls_fidge = false;
                kept.append(&mut pending);
                kept.push(frame);
            }
        }
    }
    kept
}

/// The innermost frame of the program's.
pub(crate) fn innermost(frames: &[Frame]) -> Option<&Frame> {
    frames.iter().find(|frame| owner(frame) == Owner::Program)
}

/// Whether a caller's location stands in a file of Fidge's or the runtime's: `#[track_caller]` ends
/// where a call goes through a function pointer or a trait object, or is made by drop glue.
pub(crate) fn is_inside(location: &str) -> bool {
    let location = slashes(location);
    // Of a crate of the workspace the compiler names files relative to the workspace's root.
    let named = slashes(file!());
    let sources = named.strip_suffix(HERE);
    sources.is_some_and(|sources| location.starts_with(sources))
        || matches!(file_owner(&location), Some(Owner::Fidge | Owner::Runtime))
}

/// Calls that every closure, unwinding boundary and thread start goes through.
fn is_glue(frame: &Frame) -> bool {
    const NAMES: [&str; 8] = [
        "::FnOnce",
        "::FnMut",
        "::Fn<",
        "::Fn::",
        "std::panic",
        "core::panic::unwind_safe::",
        "__rust_begin_short_backtrace",
        "__rust_try",
    ];
    const FILES: [&str; 5] = [
        "core/src/ops/function.rs",
        "core/src/panic/unwind_safe.rs",
        "std/src/panic.rs",
        "std/src/panicking.rs",
        "std/src/sys/backtrace.rs",
    ];
    frame
        .function()
        .is_some_and(|name| NAMES.iter().any(|part| name.contains(part)))
        || frame
            .file()
            .is_some_and(|file| FILES.iter().any(|end| slashes(file).ends_with(end)))
}

fn owner(frame: &Frame) -> Owner {
    let Some(function) = frame.function() else {
        return Owner::Runtime;
    };
    if let Some(owner) = path_owner(function) {
        return owner;
    }
    // Line tables alone name a function by its last name: `with_mut<u8>`.
    frame
        .file()
        .and_then(file_owner)
        .unwrap_or_else(|| symbol_owner(function))
}

/// Whose a demangled name is, in legacy or v0 form; `None` if it does not begin with a crate.
fn path_owner(function: &str) -> Option<Owner> {
    match split_impl(function) {
        // A method of a trait belongs to the type or to the trait; the orphan rule sees to it that
        // one of the two is of the crate that wrote it.
        Some((ty, tr)) => Some(
            crate_owner(ty)
                .max(crate_owner(tr))
                .unwrap_or(Owner::Runtime),
        ),
        // A type without a crate is a primitive one: `<[T]>::sort`.
        None if function.starts_with('<') => Some(crate_owner(function).unwrap_or(Owner::Runtime)),
        None => crate_owner(function),
    }
}

/// Whose a source file is, by where it lies; `None` if it is not Rust's.
fn file_owner(file: &str) -> Option<Owner> {
    // The compiler names this file as it does its neighbours: whole for a crate of a registry, and
    // relative to the workspace's root, which debug information adds, for a crate of the workspace.
    const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/");
    const RUNTIME: [&str; 3] = ["/rustc/", "/rust/deps/", "/rustlib/src/rust/library/"];
    let file = slashes(file);
    let named = slashes(file!());
    let named = named
        .strip_suffix(HERE)
        .filter(|sources| Path::new(sources).is_absolute());
    if file.starts_with(&slashes(SOURCES)) || named.is_some_and(|named| file.starts_with(named)) {
        return Some(Owner::Fidge);
    }
    // `dashmap-6.2.1`, in a registry.
    let is_library = |folder: &str| {
        folder.rsplit_once('-').is_some_and(|(name, version)| {
            LIBRARIES.contains(&name) && version.starts_with(|c: char| c.is_ascii_digit())
        })
    };
    if RUNTIME.iter().any(|part| file.contains(part)) || file.split('/').any(is_library) {
        return Some(Owner::Runtime);
    }
    file.ends_with(".rs").then_some(Owner::Program)
}

fn slashes(file: &str) -> String {
    file.replace('\\', "/")
}

/// `<T as Trait>::method` taken apart into `T` and `Trait`.
fn split_impl(function: &str) -> Option<(&str, &str)> {
    let inner = function.strip_prefix('<')?;
    let mut depth = 0_u32;
    for (i, c) in inner.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            // `->` of a function type closes nothing.
            '>' if inner[..i].ends_with('-') => {}
            '>' | ')' | ']' if depth == 0 => return None,
            '>' | ')' | ']' => depth -= 1,
            ' ' if depth == 0 && inner[i..].starts_with(" as ") => {
                return Some((&inner[..i], &inner[i + 4..]));
            }
            _ => {}
        }
    }
    None
}

/// The owner of the crate that a path or type starts with; `T`, `u8` and `&str` have none.
fn crate_owner(path: &str) -> Option<Owner> {
    let mut path = path;
    loop {
        let trimmed = path.trim_start_matches(['<', '&', '*', '(', '[', ' ']);
        let trimmed = ["mut ", "const ", "dyn ", "impl "]
            .iter()
            .find_map(|word| trimmed.strip_prefix(word))
            .unwrap_or(trimmed);
        if trimmed == path {
            break;
        }
        path = trimmed;
    }
    let end = path
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(path.len());
    let (name, rest) = path.split_at(end);
    // The v0 form may tell crates of one name apart: `fidge[8c5d9a3b1e0f2d47]::`.
    let rest = match rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
        Some((hash, rest)) if hash.bytes().all(|b| b.is_ascii_hexdigit()) => rest,
        _ => rest,
    };
    if name.is_empty() || !rest.starts_with("::") {
        return None;
    }
    Some(match name {
        "fidge" => Owner::Fidge,
        "std" | "core" | "alloc" | "test" | "__rustc" => Owner::Runtime,
        _ if LIBRARIES.contains(&name) => Owner::Runtime,
        _ => Owner::Program,
    })
}

/// The owner of a symbol that is no Rust path: the program may have functions with C linkage, so
/// the C runtime's are named.
fn symbol_owner(symbol: &str) -> Owner {
    const RUNTIME: [&str; 12] = [
        "main",
        "_start",
        "start",
        "clone",
        "clone3",
        "start_thread",
        "thread_start",
        "_pthread_start",
        "rust_try",
        "BaseThreadInitThunk",
        "RtlUserThreadStart",
        "invoke_main",
    ];
    let bare = symbol.trim_start_matches('_');
    let runtime = RUNTIME.contains(&symbol)
        || RUNTIME.contains(&bare)
        || ["libc_start", "rust_", "scrt_common_main", "GI___clone"]
            .iter()
            .any(|p| bare.starts_with(p));
    if runtime {
        Owner::Runtime
    } else {
        Owner::Program
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(function: &str) -> Frame {
        Frame {
            function: (!function.is_empty()).then(|| function.to_owned()),
            file: None,
            line: None,
            column: None,
            inlined: false,
            address: None,
        }
    }

    /// The names that stay of a stack, innermost first.
    fn folded(functions: &[&str]) -> Vec<String> {
        fold(functions.iter().map(|f| frame(f)).collect())
            .iter()
            .map(|f| f.function().unwrap_or("?").to_owned())
            .collect()
    }

    #[test]
    fn a_thread_is_cut_down_to_what_its_closure_did() {
        let stack = [
            "fidge::engine::stack::capture",
            "std::thread::local::LocalKey<T>::with",
            "fidge::cell::UnsafeCell<T>::with_mut",
            "app::bump",
            "app::main::{{closure}}",
            "fidge::thread::spawn::{{closure}}",
            "std::sys::backtrace::__rust_begin_short_backtrace",
            "std::thread::Builder::spawn_unchecked_::{{closure}}::{{closure}}",
            "<core::panic::unwind_safe::AssertUnwindSafe<F> as core::ops::function::FnOnce<()>>::call_once",
            "std::panicking::try::do_call",
            "__rust_try",
            "core::ops::function::FnOnce::call_once{{vtable.shim}}",
            "<alloc::boxed::Box<F,A> as core::ops::function::FnOnce<Args>>::call_once",
            "std::sys::thread::unix::Thread::new::thread_start",
            "start_thread",
            "__clone3",
        ];
        assert_eq!(folded(&stack), ["app::bump", "app::main::{{closure}}"]);
    }

    #[test]
    fn a_test_is_cut_down_to_its_function() {
        let stack = [
            "fidge::sync::Mutex<T>::lock",
            "app::tests::races::races",
            "core::ops::function::FnOnce::call_once",
            "fidge::private::run_test",
            "app::tests::races",
            "app::tests::races::{{closure}}",
            "core::ops::function::FnOnce::call_once",
            "test::__rust_begin_short_backtrace",
            "test::run_test_in_process",
            "std::rt::lang_start_internal",
            "main",
            "__libc_start_call_main",
            "__libc_start_main_alias_1",
            "_start",
        ];
        assert_eq!(
            folded(&stack),
            [
                "app::tests::races::races",
                "app::tests::races",
                "app::tests::races::{{closure}}"
            ]
        );
    }

    #[test]
    fn the_standard_library_between_two_frames_of_the_program_stays() {
        let stack = [
            "fidge::cell::UnsafeCell<T>::with",
            "app::sum::{{closure}}",
            "core::iter::traits::iterator::Iterator::for_each",
            "app::sum",
            "std::rt::lang_start",
        ];
        assert_eq!(
            folded(&stack),
            [
                "app::sum::{{closure}}",
                "core::iter::traits::iterator::Iterator::for_each",
                "app::sum"
            ]
        );
    }

    #[test]
    fn the_standard_library_innermost_stays_unless_fidge_called_it() {
        assert_eq!(
            folded(&["core::ptr::write", "app::f"]),
            ["core::ptr::write", "app::f"]
        );
        assert_eq!(
            folded(&["core::ptr::write", "fidge::memory::write", "app::f"]),
            ["app::f"]
        );
    }

    #[test]
    fn the_standard_library_on_the_way_to_fidge_is_cut_off() {
        let stack = [
            "<fidge::collections::HashMap<K,V> as core::fmt::Debug>::fmt",
            "core::fmt::write",
            "app::print",
        ];
        assert_eq!(folded(&stack), ["app::print"]);
    }

    #[test]
    fn a_library_that_fidge_mirrors_stays_where_the_program_called_it() {
        let mirrored = [
            "fidge::cell::with",
            "dashmap::DashMap<K,V>::alter",
            "fidge::dashmap::alter",
        ];
        assert_eq!(folded(&[&mirrored[..], &["app::f"]].concat()), ["app::f"]);
        let called = [
            "fidge::cell::with",
            "app::f::{{closure}}",
            "dashmap::DashMap<K,V>::alter",
            "app::f",
        ];
        assert_eq!(folded(&called), called[1..]);
    }

    /// This test is Fidge's own code, so nothing of its real stack is the program's.
    #[test]
    fn of_a_real_stack_every_start_up_frame_is_known() {
        fn stack() -> Vec<Frame> {
            let mut addresses = Vec::new();
            backtrace::trace(|frame| {
                addresses.push(frame.ip() as usize);
                true
            });
            crate::stack::symbolise::Symboliser::default().frames(&addresses)
        }
        for frames in [stack(), std::thread::spawn(stack).join().unwrap()] {
            assert!(frames.iter().any(|f| owner(f) == Owner::Fidge));
            let kept = fold(frames);
            assert!(kept.is_empty(), "{kept:#?}");
        }
    }

    #[test]
    fn frames_without_a_name_and_c_functions_of_the_program_stay() {
        assert_eq!(
            folded(&["", "app::f", "my_c_callback", "main", ""]),
            ["?", "app::f", "my_c_callback"]
        );
    }

    #[test]
    fn nothing_is_left_where_nothing_is_the_programs() {
        assert!(folded(&["fidge::thread::start", "std::rt::lang_start", "main"]).is_empty());
    }

    #[test]
    fn only_the_crate_fidge_is_fidge() {
        for name in [
            "fidge::cell::UnsafeCell<T>::with_mut",
            "<fidge::cell::UnsafeCell<i32>>::with_mut::<(), app::f::{closure#0}>",
            "<fidge::sync::MutexGuard<app::X> as core::ops::drop::Drop>::drop",
            "<fidge[8c5d9a3b1e0f2d47]::cell::Cell<u8>>::get",
            "<alloc::sync::Arc<app::X> as fidge::sync::Ext>::f",
            "<&fidge::cell::Cell<T> as core::fmt::Debug>::fmt",
            "<T as fidge::sync::Ext>::f",
        ] {
            assert_eq!(owner(&frame(name)), Owner::Fidge, "{name}");
        }
        for name in [
            "fidge_cache::get",
            "<fidge_cache::Cache as core::clone::Clone>::clone",
            "fidgety::f",
            "app::fidge::f",
            "<app::Key as fidge::sync::Ext>::f",
            "<fidge::sync::Mutex<T> as app::Ext>::f",
            "<alloc::vec::Vec<fidge::cell::Cell<u8>> as app::Ext>::f",
            "<dyn app::Tr as core::any::Any>::type_id",
            "<fn(u8) -> fidge::X as app::Tr>::f",
            "app::main::{{closure}}",
        ] {
            assert_eq!(owner(&frame(name)), Owner::Program, "{name}");
        }
        for name in [
            "<alloc::vec::Vec<app::X> as core::clone::Clone>::clone",
            "core::ptr::drop_in_place<fidge::sync::MutexGuard<i32>>",
            "<[T]>::sort",
            "<u8 as core::fmt::Debug>::fmt",
            "__rustc::rust_begin_unwind",
        ] {
            assert_eq!(owner(&frame(name)), Owner::Runtime, "{name}");
        }
    }

    #[test]
    fn the_innermost_frame_of_the_program_is_behind_the_librarys() {
        let frames = [
            "fidge::collections::contract::Contract::drop",
            "core::ptr::drop_in_place<fidge::collections::HashMap<u8, u8>>",
            "app::shut_down",
            "app::main",
        ]
        .map(frame);
        assert_eq!(innermost(&frames), Some(&frames[2]));
        assert_eq!(innermost(&frames[..2]), None);
    }

    #[test]
    fn a_location_is_inside_if_its_file_is_fidges_or_the_runtimes() {
        for inside in [
            file!(),
            concat!(env!("CARGO_MANIFEST_DIR"), "/src/cell.rs"),
            "/rustc/5980/library/core/src/ptr/mod.rs",
            "/home/me/.cargo/registry/src/index/dashmap-6.1.0/src/lib.rs",
        ] {
            assert!(is_inside(inside), "{inside}");
        }
        for outside in [
            "app/src/main.rs",
            "src/stack/fold.rs",
            "/home/me/app/src/main.rs",
        ] {
            assert!(!is_inside(outside), "{outside}");
        }
    }

    #[test]
    fn a_bare_name_is_told_by_its_file() {
        let owner_in = |name, file: &str| {
            owner(&Frame {
                file: Some(file.to_owned()),
                inlined: true,
                ..frame(name)
            })
        };
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cell.rs");
        let core = "/rustc/5980/library/core/src/ops/function.rs";
        assert_eq!(
            owner_in("with_mut<u8, app::f::{closure_env#0}>", here),
            Owner::Fidge
        );
        assert_eq!(
            owner_in("call_once<app::f::{closure_env#0}, ()>", core),
            Owner::Runtime
        );
        assert_eq!(
            owner_in("insert<u8>", "/rust/deps/hashbrown-0.16.1/src/map.rs"),
            Owner::Runtime
        );
        assert_eq!(
            owner_in("{closure#0}", "/home/me/app/src/main.rs"),
            Owner::Program
        );
        assert_eq!(owner_in("main", "/home/me/app/src/main.rs"), Owner::Program);
        assert_eq!(
            owner_in("clone3", "../sysdeps/unix/sysv/linux/x86_64/clone3.S"),
            Owner::Runtime
        );
        assert_eq!(
            owner_in("callback", "/home/me/app/c/callback.c"),
            Owner::Program
        );
    }
}
