//! An event bus: handlers behind a reader-writer lock, called by whoever fires the event.

use fidge::collections::HashMap;
use fidge::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use fidge::sync::{Arc, RwLock};
use fidge::thread;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Event {
    Opened,
    Closed,
}

type Handler = Arc<dyn Fn(Event, usize) + Send + Sync>;

#[derive(Default)]
struct Bus {
    handlers: RwLock<HashMap<Event, Vec<Handler>>>,
}

impl Bus {
    fn on(&self, event: Event, handler: impl Fn(Event, usize) + Send + Sync + 'static) {
        let handler: Box<dyn Fn(Event, usize) + Send + Sync> = Box::new(handler);
        let mut handlers = self.handlers.write().unwrap();
        handlers.entry(event).or_default().push(Arc::from(handler));
    }

    fn fire(&self, event: Event, id: usize) {
        // Handlers may add handlers, so the lock is not held while they run.
        let handlers = self.handlers.read().unwrap().get(&event).cloned();
        for handler in handlers.unwrap_or_default() {
            handler(event, id);
        }
    }
}

#[test]
fn handlers_added_before_hear_everything() {
    crate::soak(|| {
        let bus = Bus::default();
        let open = Arc::new(AtomicUsize::new(0));
        let closed = Arc::new(AtomicUsize::new(0));
        let (opens, closes) = (Arc::clone(&open), Arc::clone(&open));
        bus.on(Event::Opened, move |_, _| _ = opens.fetch_add(1, Relaxed));
        bus.on(Event::Closed, move |_, _| _ = closes.fetch_sub(1, Relaxed));
        thread::scope(|s| {
            for worker in 0..3 {
                let bus = &bus;
                s.spawn(move || {
                    for n in 0..15 {
                        bus.fire(Event::Opened, worker * 100 + n);
                        bus.fire(Event::Closed, worker * 100 + n);
                    }
                });
            }
            let count = Arc::clone(&closed);
            bus.on(Event::Closed, move |event, _| {
                assert_eq!(event, Event::Closed);
                count.fetch_add(1, Relaxed);
            });
        });
        assert_eq!(open.load(Relaxed), 0);
        assert!(closed.load(Relaxed) <= 45);
    });
}
