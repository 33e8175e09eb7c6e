//! A thread pool over one channel: boxed jobs, and a receiver that the workers share behind a lock.

use fidge::sync::mpsc::{self, Sender};
use fidge::sync::{Arc, Mutex};
use fidge::thread::{self, JoinHandle};

type Job = Box<dyn FnOnce() + Send>;

struct Pool {
    jobs: Option<Sender<Job>>,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    fn new(size: usize) -> Self {
        let (jobs, queue) = mpsc::channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        let work = |queue: Arc<Mutex<mpsc::Receiver<Job>>>| {
            loop {
                let job = queue.lock().unwrap().recv();
                match job {
                    Ok(job) => job(),
                    Err(_) => break,
                }
            }
        };
        let workers = (0..size)
            .map(|_| {
                let queue = Arc::clone(&queue);
                thread::spawn(move || work(queue))
            })
            .collect();
        Pool {
            jobs: Some(jobs),
            workers,
        }
    }

    fn run(&self, job: impl FnOnce() + Send + 'static) {
        let jobs = self.jobs.as_ref().expect("until it is dropped");
        jobs.send(Box::new(job)).expect("the workers live");
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        drop(self.jobs.take());
        for worker in self.workers.drain(..) {
            worker.join().expect("no job panics");
        }
    }
}

#[test]
fn the_pool_ends_when_its_work_is_done() {
    crate::soak(|| {
        let results = Arc::new(Mutex::new(Vec::new()));
        let pool = Pool::new(3);
        for n in 0..30 {
            let results = Arc::clone(&results);
            pool.run(move || results.lock().unwrap().push(n * n));
        }
        drop(pool);
        let mut results = Arc::into_inner(results).unwrap().into_inner().unwrap();
        results.sort_unstable();
        assert!(results.into_iter().eq((0..30).map(|n| n * n)));
    });
}
