use fidge::collections::HashMap;
use fidge::thread;
use std::cell::UnsafeCell;
use std::sync::Barrier;

struct Stock(UnsafeCell<HashMap<&'static str, u32>>);

// SAFETY: this is the bug; `meet` keeps the operations apart, and Fidge does not see it.
unsafe impl Sync for Stock {}

impl Stock {
    fn put(&self, what: &'static str) {
        // SAFETY: see above.
        unsafe { &mut *self.0.get() }.insert(what, 1);
    }

    fn has(&self, what: &'static str) -> bool {
        // SAFETY: see above.
        unsafe { &*self.0.get() }.contains_key(what)
    }
}

pub fn racy() {
    let stock = Stock(HashMap::new().into());
    let meet = Barrier::new(2);
    thread::scope(|s| {
        s.spawn(|| {
            stock.put("apples");
            meet.wait();
        });
        s.spawn(|| {
            meet.wait();
            stock.has("pears");
        });
    });
}

pub fn fixed() {
    let stock = fidge::sync::Mutex::new(HashMap::new());
    thread::scope(|s| {
        s.spawn(|| stock.lock().unwrap().insert("apples", 1));
        s.spawn(|| stock.lock().unwrap().contains_key("pears"));
    });
}
