//! dashmap's own tests and doc examples, run on `fidge::dashmap`, each in a session that must find
//! nothing.
//!
//! The build script takes them out of dashmap's sources as cargo has them; nothing of them is kept
//! here.
//!
//! ```sh
//! cargo test -p fidge-dashmap-suite --features detect
//! ```

#[cfg(test)]
#[track_caller]
fn clean(test: impl FnOnce()) {
    let report = fidge::check(test);
    assert!(report.is_clean(), "{report}");
}

#[cfg(test)]
#[allow(clippy::all, unused, reason = "dashmap's code, as it is")]
mod suite {
    include!(concat!(env!("OUT_DIR"), "/suite.rs"));
}

#[cfg(all(test, feature = "detect"))]
#[test]
#[should_panic(expected = "data race: ")]
fn a_race_would_be_seen() {
    struct Shared(fidge::cell::UnsafeCell<()>);
    // SAFETY: accesses do not touch the value, which is of no size.
    unsafe impl Sync for Shared {}
    impl Shared {
        fn write(&self) {
            self.0.with_mut(|_| ());
        }
    }
    let shared = Shared(fidge::cell::UnsafeCell::new(()));
    clean(|| {
        fidge::thread::scope(|scope| {
            scope.spawn(|| shared.write());
            shared.write();
        });
    });
}
