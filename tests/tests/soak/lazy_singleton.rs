//! Values of the whole program, made at first use: `LazyLock`, `OnceLock` and once_cell's.

use fidge::collections::HashMap;
use fidge::once_cell::race::OnceBox;
use fidge::once_cell::sync::{Lazy, OnceCell};
use fidge::sync::{LazyLock, Mutex, OnceLock};
use fidge::thread;

struct Program {
    table: LazyLock<HashMap<u32, u32>>,
    name: OnceLock<String>,
    primes: Lazy<Vec<u32>>,
    log: OnceCell<Mutex<Vec<String>>>,
    root: OnceBox<u64>,
}

fn primes() -> Vec<u32> {
    let prime = |n: &u32| (2..*n).all(|d| !n.is_multiple_of(d));
    (2..30).filter(prime).collect()
}

impl Program {
    fn new() -> Self {
        Program {
            table: LazyLock::new(|| (0..10).map(|n| (n, n * n)).collect()),
            name: OnceLock::new(),
            primes: Lazy::new(primes),
            log: OnceCell::new(),
            root: OnceBox::new(),
        }
    }

    fn work(&self, worker: u32) {
        assert_eq!(self.table[&worker], worker * worker);
        let name = self.name.get_or_init(|| format!("named by {worker}"));
        assert_eq!(self.primes.len(), 10);
        let log = self.log.get_or_init(Mutex::default);
        log.lock().unwrap().push(name.clone());
        assert_eq!(*self.root.get_or_init(|| Box::new(144)), 144);
    }
}

#[test]
fn everybody_gets_the_same() {
    crate::soak(|| {
        let program = Program::new();
        thread::scope(|s| {
            for worker in 0..5 {
                let program = &program;
                s.spawn(move || program.work(worker));
            }
        });
        let log = program.log.get().expect("made").lock().unwrap();
        assert!(log.len() == 5 && log.iter().all(|name| *name == log[0]));
    });
}
