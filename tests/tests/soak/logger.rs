//! A logger: many threads send lines, one writes them; levels can be changed while it runs.

use fidge::sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed};
use fidge::sync::mpsc::{self, Sender};
use fidge::thread::{self, JoinHandle};

struct Line {
    thread: usize,
    number: usize,
    level: u8,
}

struct Logger {
    level: AtomicU8,
    dropped: AtomicUsize,
    lines: Option<Sender<Line>>,
    writer: Option<JoinHandle<Vec<Line>>>,
}

impl Logger {
    fn start() -> Self {
        let (lines, inbox) = mpsc::channel::<Line>();
        let write = move || {
            let mut file = Vec::new();
            while let Ok(line) = inbox.recv() {
                file.push(line);
                // What else is there goes into the same write.
                file.extend(inbox.try_iter());
            }
            file
        };
        Logger {
            level: AtomicU8::new(0),
            dropped: AtomicUsize::new(0),
            lines: Some(lines),
            writer: Some(thread::spawn(write)),
        }
    }

    fn log(&self, line: Line) {
        if line.level < self.level.load(Relaxed) {
            self.dropped.fetch_add(1, Relaxed);
            return;
        }
        let lines = self.lines.as_ref().expect("until it is closed");
        lines.send(line).expect("the writer lives as long");
    }

    fn close(&mut self) -> Vec<Line> {
        drop(self.lines.take());
        let writer = self.writer.take().expect("closed once");
        writer.join().expect("it does not panic")
    }
}

#[test]
fn lines_of_a_thread_come_in_order() {
    crate::soak(|| {
        let mut logger = Logger::start();
        thread::scope(|s| {
            for thread in 0..3 {
                let logger = &logger;
                s.spawn(move || {
                    for number in 0..25 {
                        let level = (number % 4) as u8;
                        logger.log(Line {
                            thread,
                            number,
                            level,
                        });
                        if number == 12 {
                            fidge::allow_race!(StaleWrite, "a setting, not made of the old one");
                            logger.level.store(thread as u8, Relaxed);
                        }
                    }
                });
            }
        });
        let file = logger.close();
        assert_eq!(file.len() + logger.dropped.into_inner(), 75);
        for thread in 0..3 {
            let own = file.iter().filter(|line| line.thread == thread);
            assert!(own.map(|line| line.number).is_sorted());
        }
    });
}
