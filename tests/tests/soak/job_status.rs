//! Jobs and their states in a map: a coordinator hands jobs out by channels, workers report back.

use fidge::dashmap::DashMap;
use fidge::sync::mpsc;
use fidge::sync::{Arc, Mutex};
use fidge::thread;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Queued,
    Running,
    Done(u64),
    Failed,
}

#[test]
fn every_job_ends() {
    crate::soak(|| {
        let statuses: Arc<DashMap<u64, Status>> = Arc::default();
        let (queue, jobs) = mpsc::channel::<u64>();
        let jobs = Mutex::new(jobs);
        let (report, reports) = mpsc::channel::<(u64, Result<u64, u64>)>();
        thread::scope(|s| {
            for _ in 0..3 {
                let (statuses, jobs, report) = (Arc::clone(&statuses), &jobs, report.clone());
                s.spawn(move || {
                    loop {
                        let next = jobs.lock().unwrap().recv();
                        let Ok(job) = next else { break };
                        assert_eq!(*statuses.get(&job).expect("queued"), Status::Queued);
                        statuses.insert(job, Status::Running);
                        let result = if job % 5 == 4 {
                            Err(job)
                        } else {
                            Ok(job * job)
                        };
                        report.send((job, result)).unwrap();
                    }
                });
            }
            drop(report);
            for job in 0..20 {
                statuses.insert(job, Status::Queued);
                queue.send(job).unwrap();
            }
            let mut retries = 0;
            let mut open = 20;
            while open > 0 {
                let (job, result) = reports.recv().unwrap();
                assert_eq!(*statuses.get(&job).expect("known"), Status::Running);
                match result {
                    Ok(value) => statuses.insert(job, Status::Done(value)),
                    Err(_) if retries < 6 => {
                        retries += 1;
                        statuses.insert(job, Status::Queued);
                        queue.send(job).unwrap();
                        continue;
                    }
                    Err(_) => statuses.insert(job, Status::Failed),
                };
                open -= 1;
            }
            drop(queue);
        });
        let done = statuses
            .iter()
            .filter(|status| matches!(**status, Status::Done(_)));
        assert_eq!(done.count(), 16);
        assert!(
            statuses
                .iter()
                .all(|s| (*s == Status::Failed) == (s.key() % 5 == 4))
        );
    });
}
