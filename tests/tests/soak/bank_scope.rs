//! A bank on a concurrent map: transfers and audits are atomic scopes, and a lock makes them so.

use fidge::dashmap::DashMap;
use fidge::sync::RwLock;
use fidge::thread;

struct Bank {
    /// Shared by who touches one account, exclusive for who needs several to agree.
    books: RwLock<()>,
    accounts: DashMap<u32, i64>,
}

impl Bank {
    fn deposit(&self, account: u32, amount: i64) {
        let _shared = self.books.read().unwrap();
        *self.accounts.entry(account).or_insert(0) += amount;
    }

    fn transfer(&self, from: u32, to: u32, amount: i64) -> bool {
        let _alone = self.books.write().unwrap();
        fidge::atomic_scope!("transfer");
        let balance = *self.accounts.get(&from).expect("an account");
        if balance < amount {
            return false;
        }
        self.accounts.insert(from, balance - amount);
        *self.accounts.get_mut(&to).expect("an account") += amount;
        true
    }

    #[fidge::atomic]
    fn audit(&self) -> i64 {
        let _alone = self.books.write().unwrap();
        self.accounts.iter().map(|balance| *balance).sum()
    }
}

#[test]
fn every_audit_balances() {
    crate::soak(|| {
        let bank = Bank {
            books: RwLock::new(()),
            accounts: (0..4).map(|account| (account, 100)).collect(),
        };
        thread::scope(|s| {
            for teller in 0..2 {
                let bank = &bank;
                s.spawn(move || {
                    for n in 0..25 {
                        bank.transfer((teller + n) % 4, (teller * 3 + n * 2 + 1) % 4, i64::from(n));
                    }
                });
            }
            s.spawn(|| (0..6).for_each(|_| assert_eq!(bank.audit() % 100, 0)));
            s.spawn(|| (0..10).for_each(|n| bank.deposit(n % 4, 100)));
        });
        assert_eq!(bank.audit(), 1_400);
    });
}
