//! What a tracked location costs in memory, from 10^3 to 10^7 of them: the growth of the resident set
//! while they are made and each written by one strand and read by another, over what the same
//! program takes without detection.
//!
//! `cargo bench -p fidge --features detect,dashmap --bench memory` (Linux)

use fidge::cell::UnsafeCell;
use fidge::collections::HashMap;
use fidge::dashmap::DashMap;
use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicU64, Ordering};
use std::hint::black_box;
use std::process::Command;

/// Resident bytes of this process.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

/// Resident bytes that `make` takes for each of `count` locations.
fn cost<T>(count: usize, make: impl FnOnce(usize) -> T) -> f64 {
    let before = resident();
    let made = make(count);
    let after = resident();
    black_box(made);
    (after.saturating_sub(before)) as f64 / count as f64
}

fn cells(count: usize) -> Vec<UnsafeCell<u64>> {
    let cells: Vec<_> = (0..count as u64).map(UnsafeCell::new).collect();
    // SAFETY: nobody else has the cells.
    cells
        .iter()
        .for_each(|cell| cell.with_mut(|value| unsafe { *value += 1 }));
    fidge::thread::scope(|scope| {
        let cells = Shared(&cells);
        scope.spawn(move || {
            let cells = cells;
            // SAFETY: read after the writes.
            let sum: u64 = cells
                .0
                .iter()
                .map(|cell| cell.with(|value| unsafe { *value }))
                .sum();
            black_box(sum);
        });
    });
    cells
}

struct Shared<'a>(&'a Vec<UnsafeCell<u64>>);

// SAFETY: the other thread only reads, after the last write.
unsafe impl Send for Shared<'_> {}

fn atomics(count: usize) -> Vec<AtomicU64> {
    let atomics: Vec<_> = (0..count as u64).map(AtomicU64::new).collect();
    atomics
        .iter()
        .for_each(|atomic| atomic.store(1, Ordering::Release));
    fidge::thread::scope(|scope| {
        scope.spawn(|| {
            atomics
                .iter()
                .map(|atomic| atomic.load(Ordering::Acquire))
                .sum::<u64>()
        });
    });
    atomics
}

fn hash_map(count: usize) -> Mutex<HashMap<u64, u64>> {
    let map = Mutex::new(HashMap::with_capacity(count));
    (0..count as u64).for_each(|key| {
        map.lock().unwrap().insert(key, key);
    });
    fidge::thread::scope(|scope| {
        scope.spawn(|| map.lock().unwrap().values().sum::<u64>());
    });
    map
}

fn dashmap(count: usize) -> DashMap<u64, u64> {
    let map = DashMap::with_capacity(count);
    (0..count as u64).for_each(|key| {
        map.insert(key, key);
    });
    fidge::thread::scope(|scope| {
        scope.spawn(|| {
            (0..count as u64)
                .map(|key| *map.get(&key).unwrap())
                .sum::<u64>()
        });
    });
    map
}

const KINDS: [&str; 4] = ["UnsafeCell", "AtomicU64", "HashMap key", "DashMap key"];

fn measure(kind: &str, count: usize) -> f64 {
    match kind {
        "UnsafeCell" => cost(count, cells),
        "AtomicU64" => cost(count, atomics),
        "HashMap key" => cost(count, hash_map),
        "DashMap key" => cost(count, dashmap),
        _ => unreachable!("only KINDS are asked for"),
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, kind, count] = &arguments[..]
        && flag == "--one"
    {
        println!("{:.1}", measure(kind, count.parse().expect("a count")));
        return;
    }
    println!(
        "{:12} {:>10} {:>18}",
        "location", "count", "bytes a location"
    );
    for kind in KINDS {
        for exponent in 3..=7 {
            // A process for each, so that none profits from what another left.
            let count = 10usize.pow(exponent);
            let one = Command::new(&arguments[0])
                .args(["--one", kind, &count.to_string()])
                .env("FIDGE_OPTIONS", "memory_mb=16000")
                .output()
                .expect("this program can be run");
            print!(
                "{kind:12} {count:>10} {:>18}",
                String::from_utf8_lossy(&one.stdout).trim()
            );
            println!("{}", String::from_utf8_lossy(&one.stderr));
        }
    }
}
