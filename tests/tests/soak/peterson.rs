//! Peterson's lock for two threads, sequentially consistent; taken in two places of the program.

use fidge::cell::UnsafeCell;
use fidge::sync::atomic::Ordering::SeqCst;
use fidge::sync::atomic::{AtomicBool, AtomicUsize};
use fidge::thread;

#[derive(Default)]
struct Peterson {
    wants: [AtomicBool; 2],
    turn: AtomicUsize,
}

impl Peterson {
    fn lock(&self, me: usize) {
        let other = 1 - me;
        self.wants[me].store(true, SeqCst);
        self.turn.store(other, SeqCst);
        while self.wants[other].load(SeqCst) && self.turn.load(SeqCst) == other {
            thread::yield_now();
        }
    }

    fn unlock(&self, me: usize) {
        self.wants[me].store(false, SeqCst);
    }
}

struct Account {
    lock: Peterson,
    balance: UnsafeCell<i64>,
}

// SAFETY: the balance is touched under the lock only.
unsafe impl Sync for Account {}

impl Account {
    fn deposit(&self, me: usize, amount: i64) {
        self.lock.lock(me);
        // SAFETY: under the lock.
        self.balance
            .with_mut(|balance| unsafe { *balance += amount });
        self.lock.unlock(me);
    }

    fn withdraw(&self, me: usize, amount: i64) -> bool {
        self.lock.lock(me);
        // SAFETY: under the lock.
        let enough = self.balance.with_mut(|balance| unsafe {
            let enough = *balance >= amount;
            *balance -= if enough { amount } else { 0 };
            enough
        });
        self.lock.unlock(me);
        enough
    }
}

#[test]
fn one_at_a_time() {
    crate::soak(|| {
        let account = Account {
            lock: Peterson::default(),
            balance: UnsafeCell::new(0),
        };
        thread::scope(|s| {
            for me in 0..2 {
                let account = &account;
                s.spawn(move || {
                    (0..20).for_each(|_| account.deposit(me, 3));
                    for _ in 0..20 {
                        assert!(account.withdraw(me, 2));
                    }
                });
            }
        });
        assert_eq!(account.balance.into_inner(), 40);
    });
}
