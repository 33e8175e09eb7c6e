//! A batching writer: whoever fills a batch flushes it, and a flusher takes what is left over.

use fidge::sync::atomic::{AtomicBool, Ordering::Relaxed};
use fidge::sync::{Condvar, Mutex};
use fidge::thread;
use std::time::Duration;

const BATCH: usize = 8;

#[derive(Default)]
struct Writer {
    pending: Mutex<Vec<u32>>,
    ripe: Condvar,
    disk: Mutex<Vec<Vec<u32>>>,
    closed: AtomicBool,
}

impl Writer {
    fn write(&self, record: u32) {
        let mut pending = self.pending.lock().unwrap();
        pending.push(record);
        if pending.len() >= BATCH {
            let batch = std::mem::take(&mut *pending);
            drop(pending);
            self.disk.lock().unwrap().push(batch);
        } else {
            self.ripe.notify_one();
        }
    }

    fn flush_until_closed(&self) {
        loop {
            let closed = self.closed.load(Relaxed);
            let pending = self.pending.lock().unwrap();
            let wait = Duration::from_micros(200);
            let (mut pending, _) = self
                .ripe
                .wait_timeout_while(pending, wait, |p| p.is_empty())
                .unwrap();
            let batch = std::mem::take(&mut *pending);
            drop(pending);
            if !batch.is_empty() {
                self.disk.lock().unwrap().push(batch);
            } else if closed {
                return;
            }
        }
    }
}

#[test]
fn every_record_is_written_once() {
    crate::soak(|| {
        let writer = Writer::default();
        thread::scope(|s| {
            s.spawn(|| writer.flush_until_closed());
            let clients: Vec<_> = (0..3)
                .map(|client| {
                    let writer = &writer;
                    s.spawn(move || (0..25).for_each(|n| writer.write(client * 100 + n)))
                })
                .collect();
            for client in clients {
                client.join().unwrap();
            }
            writer.closed.store(true, Relaxed);
        });
        let mut records = writer.disk.into_inner().unwrap().concat();
        records.sort_unstable();
        assert!(
            records
                .into_iter()
                .eq((0..3).flat_map(|c| (0..25).map(move |n| c * 100 + n)))
        );
    });
}
