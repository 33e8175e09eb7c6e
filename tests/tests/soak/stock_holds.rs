//! Stock that is held for a customer, then sold or set free again; two maps behind one lock.

use fidge::collections::HashMap;
use fidge::sync::Mutex;
use fidge::thread;

#[derive(Default)]
struct Shop {
    free: HashMap<&'static str, u32>,
    held: HashMap<(u32, &'static str), u32>,
    sold: u32,
}

impl Shop {
    fn hold(&mut self, customer: u32, what: &'static str) -> bool {
        match self.free.get(what).copied() {
            Some(left) if left > 0 => {
                self.free.insert(what, left - 1);
                *self.held.entry((customer, what)).or_default() += 1;
                true
            }
            _ => false,
        }
    }

    fn release(&mut self, customer: u32, what: &'static str) {
        let held = self.held.remove(&(customer, what)).unwrap_or(0);
        let left = self.free.get(what).copied().unwrap_or(0);
        self.free.insert(what, left + held);
    }

    fn sell(&mut self, customer: u32, what: &'static str) {
        self.sold += self.held.remove(&(customer, what)).unwrap_or(0);
    }
}

#[test]
fn nothing_is_sold_twice() {
    crate::soak(|| {
        let shop = Mutex::new(Shop::default());
        shop.lock()
            .unwrap()
            .free
            .extend([("apples", 9), ("pears", 9)]);
        thread::scope(|s| {
            for customer in 0..3 {
                let shop = &shop;
                s.spawn(move || {
                    for round in 0..10 {
                        let what = if round % 2 == 0 { "apples" } else { "pears" };
                        // A look at the shelf; the hold looks again.
                        let there = shop.lock().unwrap().free.get(what).is_some_and(|n| *n > 0);
                        if !there || !shop.lock().unwrap().hold(customer, what) {
                            continue;
                        }
                        thread::yield_now();
                        let mut shop = shop.lock().unwrap();
                        match round % 3 {
                            0 => shop.release(customer, what),
                            _ => shop.sell(customer, what),
                        }
                    }
                });
            }
        });
        let shop = shop.into_inner().unwrap();
        assert!(shop.held.is_empty());
        assert_eq!(shop.free.values().sum::<u32>() + shop.sold, 18);
    });
}
