//! A table that grows while it is read; old ones are freed when every reader has been quiescent since.

use fidge::cell::UnsafeCell;
use fidge::sync::atomic::Ordering::SeqCst;
use fidge::sync::atomic::{AtomicPtr, AtomicU64};
use fidge::thread;

struct Table {
    squares: UnsafeCell<Vec<u64>>,
}

fn table(length: u64) -> *mut Table {
    let squares = UnsafeCell::new((0..length).map(|n| n * n).collect());
    Box::into_raw(Box::new(Table { squares }))
}

struct Shared {
    table: AtomicPtr<Table>,
    /// Ticks with each new table.
    now: AtomicU64,
    /// The last tick at which a reader held nothing; `u64::MAX` once it has left.
    quiescent: [AtomicU64; 2],
}

impl Shared {
    fn read(&self, reader: usize) {
        for _ in 0..40 {
            self.quiescent[reader].store(self.now.load(SeqCst), SeqCst);
            // SAFETY: it is freed after our next quiescent moment at the earliest.
            let table = unsafe { &*self.table.load(SeqCst) };
            // SAFETY: a table that is published is not written.
            table.squares.with(|squares| unsafe {
                let last = (*squares).len() as u64 - 1;
                assert_eq!((*squares).last(), Some(&(last * last)));
            });
        }
        self.quiescent[reader].store(u64::MAX, SeqCst);
    }

    fn grow(&self) {
        let mut old: Vec<(u64, *mut Table)> = Vec::new();
        for length in 2..20 {
            let replaced = self.table.swap(table(length), SeqCst);
            old.push((self.now.fetch_add(1, SeqCst) + 1, replaced));
            self.free(&mut old);
            thread::yield_now();
        }
        while !old.is_empty() {
            self.free(&mut old);
            thread::yield_now();
        }
    }

    fn free(&self, old: &mut Vec<(u64, *mut Table)>) {
        let seen = self
            .quiescent
            .iter()
            .map(|reader| reader.load(SeqCst))
            .min();
        let seen = seen.expect("two readers");
        for (_, table) in old.extract_if(.., |(since, _)| *since <= seen) {
            // SAFETY: every reader has let go of it since it was replaced.
            drop(unsafe { Box::from_raw(table) });
        }
    }
}

#[test]
fn no_table_is_freed_under_a_reader() {
    crate::soak(|| {
        let mut shared = Shared {
            table: AtomicPtr::new(table(1)),
            now: AtomicU64::new(0),
            quiescent: Default::default(),
        };
        thread::scope(|s| {
            for reader in 0..2 {
                let shared = &shared;
                s.spawn(move || shared.read(reader));
            }
            s.spawn(|| shared.grow());
        });
        // SAFETY: nobody else is here.
        drop(unsafe { Box::from_raw(*shared.table.get_mut()) });
    });
}
