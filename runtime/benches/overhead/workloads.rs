//! The workloads, written once and made for both sides.

use criterion::{BenchmarkId, Criterion, Throughput};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Operations of one thread in the workloads of several threads.
const BATCH: u64 = 20_000;
const KEYS: u64 = 10_000;

/// A fixed random sequence (xorshift64), the same on both sides.
fn random(seed: u64) -> impl FnMut() -> u64 {
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x
    }
}

/// What a workload runs in: with detection on, a session, as in a test.
fn plain(run: impl FnOnce()) {
    run();
}

fn session(run: impl FnOnce()) {
    assert!(fidge::check(run).is_clean());
}

macro_rules! side {
    ($name:ident, $label:literal, $within:ident, $root:ident, $dashmap:path, $cell:path) => {
        mod $name {
            use super::*;
            use ::$root::collections::HashMap;
            use ::$root::sync::Mutex;
            use ::$root::sync::atomic::{AtomicUsize, Ordering};
            use ::$root::thread;
            use $cell as UnsafeCell;
            use $dashmap as DashMap;

            fn map() -> DashMap<u64, u64> {
                let map = DashMap::new();
                for key in 0..KEYS {
                    map.insert(key, key);
                }
                map
            }

            fn mix(map: &DashMap<u64, u64>, random: &mut impl FnMut() -> u64) {
                let (key, roll) = (random() % KEYS, random() % 100);
                match roll {
                    0..70 => drop(black_box(map.get(&key))),
                    70..90 => drop(black_box(map.insert(key, roll))),
                    _ => drop(black_box(map.remove(&key))),
                }
            }

            /// `work` on `threads` threads, `BATCH` times each.
            fn together(threads: u64, work: impl Fn(u64) + Sync) {
                thread::scope(|scope| {
                    for index in 0..threads {
                        let work = &work;
                        scope.spawn(move || work(index));
                    }
                });
            }

            pub fn run(criterion: &mut Criterion) {
                let mut one = |name: &str, f: &mut dyn FnMut()| {
                    criterion
                        .benchmark_group(name)
                        .bench_function($label, |bencher| {
                            bencher.iter_custom(|times| {
                                let mut took = Duration::ZERO;
                                $within(|| {
                                    let start = Instant::now();
                                    (0..times).for_each(|_| f());
                                    took = start.elapsed();
                                });
                                took
                            });
                        });
                };
                let (shared, mut next) = (map(), random(1));
                one("DashMap get", &mut || {
                    drop(black_box(shared.get(&(next() % KEYS))))
                });
                let (shared, mut next) = (map(), random(2));
                one("DashMap 70/20/10 mix", &mut || mix(&shared, &mut next));
                let (counts, mut next) = (Mutex::new(HashMap::new()), random(3));
                one("counter in Mutex<HashMap>", &mut || {
                    *counts.lock().unwrap().entry(next() % 1000).or_insert(0u64) += 1;
                });
                let counter = AtomicUsize::new(0);
                one("atomic add, relaxed", &mut || {
                    black_box(counter.fetch_add(1, Ordering::Relaxed));
                });
                one("atomic add, acqrel", &mut || {
                    black_box(counter.fetch_add(1, Ordering::AcqRel));
                });
                one("atomic load, acquire", &mut || {
                    black_box(counter.load(Ordering::Acquire));
                });
                let mutex = Mutex::new(0);
                one("Mutex lock and unlock", &mut || *mutex.lock().unwrap() += 1);
                let cell = UnsafeCell::new(0u64);
                one("UnsafeCell read, same epoch", &mut || {
                    black_box(super::read(&cell));
                });
                for threads in [2, 64] {
                    let mut group = criterion.benchmark_group(format!("{threads} threads"));
                    group
                        .throughput(Throughput::Elements(threads * BATCH))
                        .sample_size(10);
                    let shared = map();
                    group.bench_function(BenchmarkId::new("DashMap mix", $label), |bencher| {
                        bencher.iter(|| {
                            $within(|| {
                                together(threads, |index| {
                                    let mut next = random(index + 10);
                                    (0..BATCH).for_each(|_| mix(&shared, &mut next));
                                })
                            });
                        });
                    });
                    let counts = Mutex::new(HashMap::new());
                    group.bench_function(BenchmarkId::new("Mutex<HashMap>", $label), |bencher| {
                        bencher.iter(|| {
                            $within(|| {
                                together(threads, |index| {
                                    let mut next = random(index + 10);
                                    for _ in 0..BATCH {
                                        *counts
                                            .lock()
                                            .unwrap()
                                            .entry(next() % 1000)
                                            .or_insert(0u64) += 1;
                                    }
                                })
                            });
                        });
                    });
                    let counter = AtomicUsize::new(0);
                    group.bench_function(BenchmarkId::new("atomic add", $label), |bencher| {
                        bencher.iter(|| {
                            $within(|| {
                                together(threads, |_| {
                                    for _ in 0..BATCH {
                                        black_box(counter.fetch_add(1, Ordering::AcqRel));
                                    }
                                })
                            });
                        });
                    });
                }
            }
        }
    };
}

/// Loom's cell API over std's cell: what `fidge::cell::UnsafeCell` is with the feature off.
pub struct Plain<T>(std::cell::UnsafeCell<T>);

impl<T> Plain<T> {
    fn new(value: T) -> Self {
        Plain(std::cell::UnsafeCell::new(value))
    }
}

trait Read {
    fn value(&self) -> u64;
}

impl Read for Plain<u64> {
    #[inline]
    fn value(&self) -> u64 {
        // SAFETY: the benchmark's cells are read by one thread and written by none.
        unsafe { *self.0.get() }
    }
}

impl Read for fidge::cell::UnsafeCell<u64> {
    #[inline]
    fn value(&self) -> u64 {
        // SAFETY: as above.
        self.with(|value| unsafe { *value })
    }
}

#[inline]
fn read(cell: &impl Read) -> u64 {
    black_box(cell).value()
}

side!(off, "off", plain, std, ::dashmap::DashMap, super::Plain);
side!(
    on,
    "on",
    session,
    fidge,
    ::fidge::dashmap::DashMap,
    ::fidge::cell::UnsafeCell
);

/// Both sides of everything.
pub fn all(criterion: &mut Criterion) {
    off::run(criterion);
    on::run(criterion);
}
