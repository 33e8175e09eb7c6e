//! Transfers between accounts with a lock each; two locks are taken in the order of the accounts.

use fidge::sync::Mutex;
use fidge::thread;

struct Bank {
    accounts: Vec<Mutex<i64>>,
}

impl Bank {
    fn transfer(&self, from: usize, to: usize, amount: i64) -> bool {
        if from == to {
            return true;
        }
        let first = self.accounts[from.min(to)].lock().unwrap();
        let second = self.accounts[from.max(to)].lock().unwrap();
        let (mut source, mut target) = if from < to {
            (first, second)
        } else {
            (second, first)
        };
        let enough = *source >= amount;
        if enough {
            *source -= amount;
            *target += amount;
        }
        enough
    }

    fn total(&self) -> i64 {
        let all: Vec<_> = self
            .accounts
            .iter()
            .map(|account| account.lock().unwrap())
            .collect();
        all.iter().map(|balance| **balance).sum()
    }
}

#[test]
fn the_total_stays() {
    crate::soak(|| {
        let bank = Bank {
            accounts: (0..5).map(|_| Mutex::new(10)).collect(),
        };
        thread::scope(|s| {
            for teller in 0..3 {
                let bank = &bank;
                s.spawn(move || {
                    for n in 0..30 {
                        let (from, to) = ((teller + n) % 5, (teller * 2 + 3 * n) % 5);
                        bank.transfer(from, to, n as i64 % 7);
                        if n % 10 == 0 {
                            assert_eq!(bank.total(), 50);
                        }
                    }
                });
            }
        });
        assert!(
            bank.accounts
                .iter()
                .all(|account| *account.lock().unwrap() >= 0)
        );
    });
}
