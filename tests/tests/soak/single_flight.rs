//! Requests for the same key at the same time share one fetch.

use fidge::collections::HashMap;
use fidge::sync::atomic::{AtomicU32, Ordering::Relaxed};
use fidge::sync::{Arc, Condvar, Mutex};
use fidge::thread;

#[derive(Default)]
struct Flight {
    result: Mutex<Option<String>>,
    landed: Condvar,
}

#[derive(Default)]
struct Group {
    flights: Mutex<HashMap<u32, Arc<Flight>>>,
    fetches: AtomicU32,
}

impl Group {
    fn fetch(&self, key: u32) -> String {
        self.fetches.fetch_add(1, Relaxed);
        thread::yield_now();
        format!("value of {key}")
    }

    fn get(&self, key: u32) -> String {
        let mut flights = self.flights.lock().unwrap();
        if let Some(flight) = flights.get(&key).cloned() {
            drop(flights);
            let result = flight.result.lock().unwrap();
            let result = flight
                .landed
                .wait_while(result, |result| result.is_none())
                .unwrap();
            return result.clone().expect("it has landed");
        }
        let flight = Arc::new(Flight::default());
        flights.insert(key, Arc::clone(&flight));
        drop(flights);
        let value = self.fetch(key);
        *flight.result.lock().unwrap() = Some(value.clone());
        flight.landed.notify_all();
        self.flights.lock().unwrap().remove(&key);
        value
    }
}

#[test]
fn everybody_gets_the_value() {
    crate::soak(|| {
        let group = Group::default();
        thread::scope(|s| {
            for worker in 0..4 {
                let group = &group;
                s.spawn(move || {
                    for n in 0..20 {
                        let key = (n + worker / 2) % 5;
                        assert_eq!(group.get(key), format!("value of {key}"));
                    }
                });
            }
        });
        assert!(group.flights.lock().unwrap().is_empty());
        assert!((5..=80).contains(&group.fetches.into_inner()));
    });
}
