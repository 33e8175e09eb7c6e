//! Subscribers behind a reader-writer lock: they come and go while messages are sent to whoever is there.

use fidge::sync::RwLock;
use fidge::sync::atomic::{AtomicU32, Ordering::Relaxed};
use fidge::sync::mpsc::{self, Receiver, Sender};
use fidge::thread;

#[derive(Default)]
struct Topic {
    next: AtomicU32,
    subscribers: RwLock<Vec<(u32, Sender<u32>)>>,
}

impl Topic {
    fn subscribe(&self) -> (u32, Receiver<u32>) {
        let (sender, receiver) = mpsc::channel();
        let id = self.next.fetch_add(1, Relaxed);
        self.subscribers.write().unwrap().push((id, sender));
        (id, receiver)
    }

    fn unsubscribe(&self, id: u32) {
        let mut subscribers = self.subscribers.write().unwrap();
        subscribers.retain(|(other, _)| *other != id);
    }

    fn publish(&self, message: u32) {
        let gone: Vec<u32> = self
            .subscribers
            .read()
            .unwrap()
            .iter()
            .filter(|(_, sender)| sender.send(message).is_err())
            .map(|(id, _)| *id)
            .collect();
        // Not under the lock that was taken to read.
        gone.into_iter().for_each(|id| self.unsubscribe(id));
    }
}

#[test]
fn who_stays_hears_everything_in_order() {
    crate::soak(|| {
        let topic = Topic::default();
        let (_, steady) = topic.subscribe();
        thread::scope(|s| {
            s.spawn(|| (0..30).for_each(|message| topic.publish(message)));
            for _ in 0..2 {
                s.spawn(|| {
                    for visit in 0..6 {
                        let (id, messages) = topic.subscribe();
                        thread::yield_now();
                        if visit % 2 == 0 {
                            topic.unsubscribe(id);
                            let heard: Vec<u32> = messages.iter().collect();
                            assert!(heard.is_sorted());
                        }
                        // Else it goes without a word.
                    }
                });
            }
        });
        assert!(steady.try_iter().eq(0..30));
    });
}
