use fidge::dashmap::DashMap;
use fidge::thread;
use std::sync::Barrier;

pub fn racy() {
    let members = DashMap::new();
    let meet = Barrier::new(2);
    thread::scope(|s| {
        s.spawn(|| {
            let first = members.is_empty();
            meet.wait();
            meet.wait();
            members.insert("ann", if first { "leader" } else { "follower" });
        });
        s.spawn(|| {
            meet.wait();
            members.insert("bob", "leader");
            meet.wait();
        });
    });
}

pub fn fixed() {
    let members = DashMap::new();
    thread::scope(|s| {
        s.spawn(|| *members.entry("leader").or_insert("ann"));
        s.spawn(|| *members.entry("leader").or_insert("bob"));
    });
}
