//! A pool of connections: whoever finds none waits; a guard gives back.

use fidge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use fidge::sync::{Condvar, Mutex};
use fidge::thread;

struct Connection {
    queries: usize,
}

struct Pool {
    idle: Mutex<Vec<Connection>>,
    returned: Condvar,
    open: AtomicUsize,
    most: usize,
}

struct Lease<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl Pool {
    fn lease(&self) -> Lease<'_> {
        let mut idle = self.idle.lock().unwrap();
        let connection = loop {
            if let Some(connection) = idle.pop() {
                break connection;
            }
            if self.open.load(SeqCst) < self.most {
                self.open.fetch_add(1, SeqCst);
                break Connection { queries: 0 };
            }
            idle = self.returned.wait(idle).unwrap();
        };
        Lease {
            pool: self,
            connection: Some(connection),
        }
    }
}

impl Lease<'_> {
    fn query(&mut self) {
        self.connection.as_mut().expect("until dropped").queries += 1;
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let connection = self.connection.take().expect("once");
        self.pool.idle.lock().unwrap().push(connection);
        self.pool.returned.notify_one();
    }
}

#[test]
fn there_are_never_more_connections_than_allowed() {
    crate::soak(|| {
        let pool = Pool {
            idle: Mutex::default(),
            returned: Condvar::new(),
            open: AtomicUsize::new(0),
            most: 2,
        };
        thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| (0..20).for_each(|_| pool.lease().query()));
            }
        });
        let idle = pool.idle.into_inner().unwrap();
        assert!(idle.len() <= 2 && idle.len() == pool.open.into_inner());
        assert_eq!(idle.iter().map(|c| c.queries).sum::<usize>(), 80);
    });
}
