//! Alarms by sensor: whoever notices sets one, which is idempotent, and an operator takes it back.

use fidge::dashmap::DashMap;
use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicU8, Ordering::SeqCst};
use fidge::thread;

const QUIET: u8 = 0;
const RAISED: u8 = 1;

#[derive(Default)]
struct Board {
    level: AtomicU8,
    alarms: DashMap<u32, &'static str>,
    log: Mutex<Vec<u32>>,
}

impl Board {
    fn notice(&self, sensor: u32) {
        if !self.alarms.contains_key(&sensor) {
            self.alarms.insert(sensor, "too hot");
        }
        if self.level.load(SeqCst) == QUIET {
            self.level.store(RAISED, SeqCst);
        }
    }

    fn acknowledge(&self, sensor: u32) {
        if self.alarms.remove(&sensor).is_some() {
            self.log.lock().unwrap().push(sensor);
        }
        if self.alarms.is_empty() {
            let quiet = self.level.compare_exchange(RAISED, QUIET, SeqCst, SeqCst);
            assert!(quiet.is_ok() || quiet == Err(QUIET));
        }
    }
}

#[test]
fn what_is_acknowledged_was_raised() {
    crate::soak(|| {
        let board = Board::default();
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| (0..30).for_each(|step| board.notice(step % 3)));
            }
            s.spawn(|| (0..30).for_each(|step| board.acknowledge(step % 3)));
        });
        (0..3).for_each(|sensor| board.acknowledge(sensor));
        assert!(board.alarms.is_empty());
        assert!(
            board
                .log
                .into_inner()
                .unwrap()
                .iter()
                .all(|sensor| *sensor < 3)
        );
    });
}
