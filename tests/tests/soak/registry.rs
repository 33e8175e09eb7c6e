//! A registry of named services behind a reader-writer lock: names are taken once, looked up often.

use fidge::collections::{HashMap, hash_map::Entry};
use fidge::sync::{Arc, RwLock};
use fidge::thread;

#[derive(Debug)]
struct Service {
    owner: usize,
}

#[derive(Default)]
struct Registry {
    services: RwLock<HashMap<String, Arc<Service>>>,
}

impl Registry {
    fn register(&self, name: String, owner: usize) -> Result<Arc<Service>, String> {
        match self.services.write().unwrap().entry(name) {
            Entry::Occupied(taken) => Err(format!("{} is taken", taken.key())),
            Entry::Vacant(free) => Ok(Arc::clone(free.insert(Arc::new(Service { owner })))),
        }
    }

    fn find(&self, name: &str) -> Option<Arc<Service>> {
        self.services.read().unwrap().get(name).cloned()
    }

    fn remove(&self, name: &str, owner: usize) -> bool {
        let mut services = self.services.write().unwrap();
        let ours = services
            .get(name)
            .is_some_and(|service| service.owner == owner);
        ours && services.remove(name).is_some()
    }
}

#[test]
fn a_name_has_one_owner() {
    crate::soak(|| {
        let registry = Registry::default();
        thread::scope(|s| {
            for owner in 0..3 {
                let registry = &registry;
                s.spawn(move || {
                    for step in 0..30 {
                        let name = format!("service {}", step % 4);
                        if registry.find(&name).is_none()
                            && registry.register(name.clone(), owner).is_ok()
                        {
                            assert_eq!(registry.find(&name).expect("ours").owner, owner);
                            assert!(registry.remove(&name, owner));
                        }
                    }
                });
            }
        });
        assert!(registry.services.read().unwrap().is_empty());
    });
}
