//! With detection off nothing of Fidge is in a program, although the program names it everywhere.
//!
//! A program of its own is built for this, as a user's would be, in release mode; its bytes are
//! searched for the mangled name of the crate, which every symbol of Fidge's would contain.
#![cfg(unix)] // elsewhere a program has no symbols in itself

use std::fs;
use std::path::Path;
use std::process::Command;

const PROGRAM: &str = r#"
use fidge::cell::{Cell, UnsafeCell};
use fidge::collections::{HashMap, HashSet};
use fidge::dashmap::{DashMap, DashSet};
use fidge::once_cell::sync::{Lazy, OnceCell};
use fidge::sync::atomic::{AtomicUsize, Ordering, fence};
use fidge::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, mpsc};
use fidge::{hb, hint, thread};

static COUNT: AtomicUsize = AtomicUsize::new(0);
static LOCK: Mutex<usize> = Mutex::new(0);
static LAZY: LazyLock<usize> = LazyLock::new(|| 1);
static UPSTREAM: Lazy<usize> = Lazy::new(|| 1);

struct Shared(UnsafeCell<usize>);
unsafe impl Sync for Shared {}

fn main() {
    let map = Arc::new(DashMap::new());
    let set: DashSet<usize> = DashSet::new();
    let lock = RwLock::new(HashMap::new());
    let (once, cell, barrier, condvar) =
        (OnceLock::new(), OnceCell::new(), Barrier::new(2), Condvar::new());
    let shared = Shared(UnsafeCell::new(0));
    let (sender, receiver) = mpsc::channel();
    let report = fidge::check(|| {
        thread::scope(|scope| {
            for number in 0..2 {
                let (map, sender) = (Arc::clone(&map), sender.clone());
                let (set, lock, once, cell) = (&set, &lock, &once, &cell);
                let (barrier, shared) = (&barrier, &shared);
                scope.spawn(move || {
                    map.insert(number, number);
                    set.insert(number);
                    lock.write().unwrap().insert(number, number);
                    barrier.wait();
                    *LOCK.lock().unwrap() += *once.get_or_init(|| 1) + *cell.get_or_init(|| 1);
                    COUNT.fetch_add(*LAZY + *UPSTREAM, Ordering::AcqRel);
                    hb::acquire(shared);
                    fence(Ordering::SeqCst);
                    assert_eq!(shared.0.with(|value| unsafe { *value }), 0);
                    hb::release(shared);
                    sender.send(number).unwrap();
                });
            }
        });
        drop(sender);
    });
    let found: HashSet<usize> = receiver.iter().collect();
    Once::new().call_once(|| condvar.notify_all());
    hint::spin_loop();
    let tracked = fidge::task::track(std::future::ready(Cell::new(1)));
    drop(tracked);
    assert!(report.is_clean() && found.len() == 2 && map.len() == set.len());
    println!("{}", COUNT.load(Ordering::Acquire) + *LOCK.lock().unwrap());
}
"#;

/// How symbols name the crate, in both of rustc's manglings. Put together when the test runs: this
/// file must not contain it.
fn mangled() -> String {
    let name = "fidge";
    format!("{}{name}", name.len())
}

fn contains(file: &Path, needle: &str) -> bool {
    let bytes = fs::read(file).expect("the program is there");
    bytes
        .windows(needle.len())
        .any(|window| window == needle.as_bytes())
}

#[test]
fn a_program_that_names_fidge_everywhere_has_nothing_of_it() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("off-binary");
    let runtime = tests.parent().expect("the workspace").join("runtime");
    fs::create_dir_all(folder.join("src")).expect("a folder for the program");
    fs::write(folder.join("src/main.rs"), PROGRAM).expect("its source");
    let manifest = format!(
        "[package]\nname = \"program\"\nedition = \"2024\"\n\n[dependencies]\n\
         fidge = {{ path = {runtime:?}, features = [\"dashmap\", \"once_cell\"] }}\n\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("its manifest");
    // The versions that the workspace was built with, so nothing needs to be fetched.
    fs::copy(tests.join("../Cargo.lock"), folder.join("Cargo.lock")).expect("its versions");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--offline"])
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .current_dir(&folder)
        .output()
        .expect("cargo runs");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );

    let program = folder
        .join("target/release/program")
        .with_extension(std::env::consts::EXE_EXTENSION);
    let ran = Command::new(&program).output().expect("the program runs");
    assert_eq!(String::from_utf8_lossy(&ran.stdout).trim(), "8");
    assert!(contains(&program, "7program"), "the program has symbols");
    assert!(!contains(&program, &mangled()), "Fidge is in the program");
}

#[test]
#[cfg(feature = "detect")]
fn with_detection_the_same_search_finds_fidge() {
    assert!(fidge::check(|| ()).is_clean());
    let this = std::env::current_exe().expect("this test");
    assert!(contains(&this, &mangled()));
}
