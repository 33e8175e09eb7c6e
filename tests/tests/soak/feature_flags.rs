//! Feature flags: read all the time, written seldom, by an operator who looks at them first.

use fidge::collections::HashMap;
use fidge::sync::RwLock;
use fidge::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use fidge::thread;

#[derive(Default)]
struct Flags {
    flags: RwLock<HashMap<&'static str, AtomicBool>>,
    changes: AtomicU32,
}

impl Flags {
    fn is_on(&self, name: &str) -> bool {
        let flags = self.flags.read().unwrap();
        flags.get(name).is_some_and(|flag| flag.load(Relaxed))
    }

    /// Whether it was off, or on, before.
    fn set(&self, name: &'static str, on: bool) -> bool {
        let flags = self.flags.read().unwrap();
        if let Some(flag) = flags.get(name) {
            return flag.swap(on, Relaxed) != on;
        }
        drop(flags);
        let mut flags = self.flags.write().unwrap();
        let flag = flags.entry(name).or_default();
        flag.swap(on, Relaxed) != on
    }
}

#[test]
fn changes_come_in_turns() {
    crate::soak(|| {
        let flags = Flags::default();
        thread::scope(|s| {
            for operator in 0..2 {
                let flags = &flags;
                s.spawn(move || {
                    for n in 0..20 {
                        let on = (n + operator) % 2 == 0;
                        if flags.is_on("dark mode") != on && flags.set("dark mode", on) {
                            flags.changes.fetch_add(1, Relaxed);
                        }
                    }
                });
                s.spawn(|| {
                    let on = (0..60).filter(|_| flags.is_on("dark mode"));
                    assert!(on.count() <= 60 && !flags.is_on("never set"));
                });
            }
        });
        // Each change turns it over, and it began off.
        let odd = flags.changes.load(Relaxed) % 2 == 1;
        assert_eq!(flags.is_on("dark mode"), odd);
    });
}
