use fidge::dashmap::DashMap;
use fidge::thread;
use std::sync::Barrier;

pub fn racy() {
    let accounts: DashMap<_, _> = DashMap::from_iter([("ann", 10), ("bob", 0)]);
    let meet = Barrier::new(2);
    thread::scope(|s| {
        s.spawn(|| {
            fidge::atomic_scope!("total");
            let ann = accounts.get("ann").map_or(0, |n| *n);
            meet.wait();
            meet.wait();
            let bob = accounts.get("bob").map_or(0, |n| *n);
            assert_eq!(ann + bob, 13);
        });
        s.spawn(|| {
            meet.wait();
            accounts.alter("ann", |_, n| n - 3);
            accounts.alter("bob", |_, n| n + 3);
            meet.wait();
        });
    });
}

pub fn fixed() {
    let accounts: DashMap<_, _> = DashMap::from_iter([("ann", 10), ("bob", 0)]);
    let transfers = fidge::sync::Mutex::new(());
    thread::scope(|s| {
        s.spawn(|| {
            let _alone = transfers.lock();
            fidge::atomic_scope!("total");
            let ann = accounts.get("ann").map_or(0, |n| *n);
            let bob = accounts.get("bob").map_or(0, |n| *n);
            assert_eq!(ann + bob, 10);
        });
        s.spawn(|| {
            let _alone = transfers.lock();
            accounts.alter("ann", |_, n| n - 3);
            accounts.alter("bob", |_, n| n + 3);
        });
    });
}
