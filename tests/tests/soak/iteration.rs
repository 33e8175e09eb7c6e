//! Iteration over a map that grows: what was there at the beginning is met once, what comes may be.

use fidge::dashmap::DashMap;
use fidge::thread;

#[test]
fn old_keys_are_met_once() {
    crate::soak(|| {
        let stock: DashMap<u32, u64> = (0..30).map(|item| (item, 1)).collect();
        thread::scope(|s| {
            for shop in 1..3 {
                let stock = &stock;
                s.spawn(move || {
                    for n in 0..20 {
                        // New items only, and more of the old.
                        stock.insert(shop * 1_000 + n, 1);
                        if let Some(mut count) = stock.get_mut(&n) {
                            *count += 1;
                        }
                    }
                });
            }
            for _ in 0..2 {
                s.spawn(|| {
                    for _ in 0..4 {
                        let mut met: Vec<u32> = stock
                            .iter()
                            .map(|item| *item.key())
                            .filter(|key| *key < 30)
                            .collect();
                        met.sort_unstable();
                        assert!(met.into_iter().eq(0..30));
                    }
                });
            }
        });
        assert_eq!(stock.len(), 70);
        assert_eq!(stock.iter().map(|count| *count).sum::<u64>(), 30 + 40 + 40);
    });
}
