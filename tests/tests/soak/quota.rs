//! Quotas of tenants: taken and given back under the key's lock.

use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicU32, Ordering::Relaxed};
use fidge::thread;

struct Quotas {
    left: DashMap<&'static str, u32>,
}

impl Quotas {
    fn take(&self, tenant: &str, amount: u32) -> bool {
        let Some(mut left) = self.left.get_mut(tenant) else {
            return false;
        };
        match left.checked_sub(amount) {
            Some(rest) => {
                *left = rest;
                true
            }
            None => false,
        }
    }

    fn give_back(&self, tenant: &str, amount: u32) {
        if let Some(mut left) = self.left.get_mut(tenant) {
            *left += amount;
        }
    }

    fn left(&self, tenant: &str) -> u32 {
        self.left.view(tenant, |_, left| *left).unwrap_or(0)
    }
}

#[test]
fn nobody_gets_more_than_there_is() {
    crate::soak(|| {
        let quotas = Quotas {
            left: DashMap::from_iter([("red", 20), ("blue", 35)]),
        };
        let taken = AtomicU32::new(0);
        thread::scope(|s| {
            for worker in 0..3 {
                let (quotas, taken) = (&quotas, &taken);
                s.spawn(move || {
                    for n in 0..30 {
                        let tenant = ["red", "blue", "green"][(worker + n) % 3];
                        assert!(quotas.left(tenant) <= 35);
                        if quotas.take(tenant, 3) {
                            if n % 2 == 0 {
                                quotas.give_back(tenant, 3);
                            } else {
                                taken.fetch_add(3, Relaxed);
                            }
                        }
                    }
                });
            }
        });
        let left = quotas.left("red") + quotas.left("blue");
        assert_eq!(left + taken.into_inner(), 55);
    });
}
