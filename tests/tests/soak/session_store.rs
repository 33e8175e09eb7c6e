//! Sessions of a web server: log in, use, log out, and an end for idle ones.

use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicU64, Ordering::SeqCst};
use fidge::thread;

#[derive(Clone, Debug)]
struct Session {
    user: String,
    last_used: u64,
    views: u32,
}

#[derive(Default)]
struct Store {
    next: AtomicU64,
    clock: AtomicU64,
    sessions: DashMap<u64, Session>,
}

impl Store {
    fn log_in(&self, user: &str) -> u64 {
        let id = self.next.fetch_add(1, SeqCst);
        let session = Session {
            user: user.to_owned(),
            last_used: self.clock.load(SeqCst),
            views: 0,
        };
        assert!(self.sessions.insert(id, session).is_none());
        id
    }

    fn view(&self, id: u64) -> Option<u32> {
        let now = self.clock.fetch_add(1, SeqCst);
        let mut session = self.sessions.get_mut(&id)?;
        session.last_used = session.last_used.max(now);
        session.views += 1;
        Some(session.views)
    }

    fn log_out(&self, id: u64) -> bool {
        self.sessions.remove(&id).is_some()
    }

    fn expire(&self) {
        let now = self.clock.load(SeqCst);
        self.sessions
            .retain(|_, session| session.last_used + 50 > now);
    }
}

#[test]
fn a_session_is_its_users_until_it_ends() {
    crate::soak(|| {
        let store = Store::default();
        thread::scope(|s| {
            for user in ["ann", "bob", "cleo"] {
                let store = &store;
                s.spawn(move || {
                    for _ in 0..8 {
                        let id = store.log_in(user);
                        for _ in 0..3 {
                            // It may have expired.
                            store.view(id);
                            if let Some(session) = store.sessions.get(&id) {
                                assert_eq!(session.user, user);
                            }
                        }
                        store.expire();
                        store.log_out(id);
                        assert!(store.view(id).is_none());
                    }
                });
            }
        });
        assert!(store.sessions.is_empty());
        assert_eq!(store.next.into_inner(), 24);
    });
}
