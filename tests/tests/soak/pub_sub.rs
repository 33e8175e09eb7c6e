//! Publish and subscribe: topics in a concurrent map, a channel for each subscriber.

use fidge::dashmap::DashMap;
use fidge::sync::mpsc::{self, Receiver, Sender};
use fidge::thread;

#[derive(Default)]
struct Broker {
    topics: DashMap<&'static str, Vec<Sender<u32>>>,
}

impl Broker {
    fn subscribe(&self, topic: &'static str) -> Receiver<u32> {
        let (sender, receiver) = mpsc::channel();
        self.topics.entry(topic).or_default().push(sender);
        receiver
    }

    /// How many got it; those who left are taken off the list.
    fn publish(&self, topic: &str, message: u32) -> usize {
        let Some(mut subscribers) = self.topics.get_mut(topic) else {
            return 0;
        };
        subscribers.retain(|subscriber| subscriber.send(message).is_ok());
        subscribers.len()
    }
}

#[test]
fn who_subscribed_before_gets_all() {
    crate::soak(|| {
        let broker = Broker::default();
        thread::scope(|s| {
            let listeners: Vec<_> = ["news", "sports", "news"]
                .into_iter()
                .map(|topic| {
                    let inbox = broker.subscribe(topic);
                    s.spawn(move || inbox.iter().take(20).sum::<u32>())
                })
                .collect();
            let brief = broker.subscribe("news");
            for half in 0..2 {
                let broker = &broker;
                s.spawn(move || {
                    for n in 0..10 {
                        assert!(broker.publish("news", half * 10 + n) >= 2);
                        assert_eq!(broker.publish("sports", n), 1);
                        assert_eq!(broker.publish("weather", n), 0);
                    }
                });
            }
            assert!(brief.recv().is_ok());
            drop(brief);
            let sums: Vec<u32> = listeners.into_iter().map(|l| l.join().unwrap()).collect();
            assert_eq!(sums, [190, 90, 190]);
        });
    });
}
