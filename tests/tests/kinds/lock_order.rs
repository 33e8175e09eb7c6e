use fidge::sync::Mutex;
use fidge::thread;
use std::sync::Barrier;

pub fn racy() {
    let (ann, bob) = (Mutex::new(10), Mutex::new(0));
    let meet = Barrier::new(2);
    thread::scope(|s| {
        s.spawn(|| {
            let mut from = ann.lock().unwrap();
            *bob.lock().unwrap() += 3;
            *from -= 3;
            drop(from);
            meet.wait();
        });
        s.spawn(|| {
            meet.wait();
            let mut from = bob.lock().unwrap();
            *ann.lock().unwrap() += 1;
            *from -= 1;
        });
    });
}

pub fn fixed() {
    let (ann, bob) = (Mutex::new(10), Mutex::new(5));
    thread::scope(|s| {
        s.spawn(|| {
            let (mut ann, mut bob) = (ann.lock().unwrap(), bob.lock().unwrap());
            *ann -= 3;
            *bob += 3;
        });
        s.spawn(|| {
            let (mut ann, mut bob) = (ann.lock().unwrap(), bob.lock().unwrap());
            *bob -= 1;
            *ann += 1;
        });
    });
}
