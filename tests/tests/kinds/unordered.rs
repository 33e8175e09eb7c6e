use fidge::dashmap::DashMap;
use fidge::thread;
use std::sync::Barrier;

pub fn racy() {
    let prices = DashMap::new();
    let meet = Barrier::new(2);
    thread::scope(|s| {
        s.spawn(|| {
            prices.insert("apples", 20);
            meet.wait();
        });
        s.spawn(|| {
            meet.wait();
            prices.insert("apples", 25);
        });
    });
}

pub fn fixed() {
    let prices = DashMap::new();
    thread::scope(|s| {
        let first = s.spawn(|| prices.insert("apples", 20));
        first.join().unwrap();
        s.spawn(|| prices.insert("apples", 25));
    });
}
