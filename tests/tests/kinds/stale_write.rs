use fidge::dashmap::DashMap;
use fidge::thread;
use std::sync::Barrier;

pub fn racy() {
    let stock: DashMap<_, _> = DashMap::from_iter([("apples", 5)]);
    let meet = Barrier::new(2);
    thread::scope(|s| {
        s.spawn(|| {
            let left = stock.get("apples").map_or(0, |left| *left);
            meet.wait();
            meet.wait();
            stock.insert("apples", left - 1);
        });
        s.spawn(|| {
            meet.wait();
            stock.insert("apples", 12);
            meet.wait();
        });
    });
}

pub fn fixed() {
    let stock: DashMap<_, _> = DashMap::from_iter([("apples", 5)]);
    thread::scope(|s| {
        s.spawn(|| stock.alter("apples", |_, left| left - 1));
        s.spawn(|| stock.alter("apples", |_, left| left + 7));
    });
}
