//! A table whose rows are computed at first use, each once, whoever comes first.

use fidge::sync::OnceLock;
use fidge::sync::atomic::{AtomicU32, Ordering::Relaxed};
use fidge::thread;

#[derive(Default)]
struct Table {
    rows: [OnceLock<Vec<u64>>; 8],
    computed: AtomicU32,
}

impl Table {
    fn row(&self, n: usize) -> &[u64] {
        self.rows[n].get_or_init(|| {
            self.computed.fetch_add(1, Relaxed);
            if n == 0 {
                return vec![1];
            }
            let above = self.row(n - 1);
            let inner = above.windows(2).map(|pair| pair[0] + pair[1]);
            [1].into_iter().chain(inner).chain([1]).collect()
        })
    }
}

#[test]
fn every_row_is_computed_once() {
    crate::soak(|| {
        let table = Table::default();
        thread::scope(|s| {
            for start in 0..4 {
                let table = &table;
                s.spawn(move || {
                    for n in (0..8).map(|n| (n + 2 * start) % 8) {
                        let row = table.row(n);
                        assert_eq!(row.iter().sum::<u64>(), 1 << n);
                    }
                });
            }
        });
        assert_eq!(table.computed.into_inner(), 8);
    });
}
