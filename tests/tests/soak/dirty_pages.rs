//! Pages that are marked dirty when they are written, and a flusher that takes the marks and writes back.

use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use fidge::thread;

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Clean,
    Dirty,
}

struct Pages {
    content: [AtomicU64; 4],
    marks: DashMap<usize, Mark>,
    /// Whether there is anything to do.
    pending: AtomicBool,
    disk: [AtomicU64; 4],
}

impl Pages {
    fn write(&self, page: usize) {
        self.content[page].fetch_add(1, SeqCst);
        // Most of the time both are set, and a look is cheap.
        if *self.marks.get(&page).expect("all pages have one") == Mark::Clean {
            self.marks.insert(page, Mark::Dirty);
        }
        if !self.pending.load(SeqCst) {
            self.pending.store(true, SeqCst);
        }
    }

    fn flush(&self) {
        if !self.pending.swap(false, SeqCst) {
            return;
        }
        for mut mark in self.marks.iter_mut() {
            if *mark == Mark::Dirty {
                *mark = Mark::Clean;
                let page = *mark.key();
                let content = self.content[page].load(SeqCst);
                self.disk[page].fetch_max(content, SeqCst);
            }
        }
    }
}

#[test]
fn what_was_written_is_flushed() {
    crate::soak(|| {
        let pages = Pages {
            content: Default::default(),
            marks: (0..4).map(|page| (page, Mark::Clean)).collect(),
            pending: AtomicBool::new(false),
            disk: Default::default(),
        };
        thread::scope(|s| {
            for writer in 0..3 {
                let pages = &pages;
                s.spawn(move || {
                    for step in 0..20 {
                        pages.write((step + writer) % 4);
                        if step % 5 == 0 {
                            pages.flush();
                        }
                    }
                });
            }
        });
        pages.flush();
        let content = pages.content.map(AtomicU64::into_inner);
        assert_eq!(pages.disk.map(AtomicU64::into_inner), content);
    });
}
