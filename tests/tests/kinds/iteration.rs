use super::shards::by_shard;
use fidge::thread;
use std::sync::Barrier;

pub fn racy() {
    // Who sits at which desk. Desk n lies in shard n of four.
    let desks = by_shard([(1, "ann"), (3, "bob")]);
    let meet = Barrier::new(2);
    thread::scope(|s| {
        s.spawn(|| {
            let mut names = Vec::new();
            for desk in desks.iter() {
                names.push(*desk.value());
                meet.wait();
                meet.wait();
            }
            assert_eq!(names, ["ann"]); // and bob was there all the time
        });
        s.spawn(|| {
            meet.wait();
            let (_, name) = desks.remove(&3).unwrap();
            desks.insert(0, name);
            meet.wait();
        });
    });
}

pub fn fixed() {
    let desks = by_shard([(1, "ann"), (3, "bob")]);
    let moves = fidge::sync::Mutex::new(());
    thread::scope(|s| {
        s.spawn(|| {
            let _none_meanwhile = moves.lock();
            assert_eq!(desks.iter().count(), 2);
        });
        s.spawn(|| {
            let _alone = moves.lock();
            let (_, name) = desks.remove(&3).unwrap();
            desks.insert(0, name);
        });
    });
}
