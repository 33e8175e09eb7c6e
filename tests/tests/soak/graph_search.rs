//! Breadth-first search in levels; a flag at each node says who found it first.

use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use fidge::thread;

const NODES: usize = 40;

fn neighbours(node: usize) -> [usize; 3] {
    [node * 2, node * 3 + 1, node + 7].map(|next| next % NODES)
}

fn sequential() -> Vec<u32> {
    let mut depth = vec![u32::MAX; NODES];
    let mut queue = std::collections::VecDeque::from([0]);
    depth[0] = 0;
    while let Some(node) = queue.pop_front() {
        for next in neighbours(node) {
            if depth[next] == u32::MAX {
                depth[next] = depth[node] + 1;
                queue.push_back(next);
            }
        }
    }
    depth
}

#[test]
fn the_depths_are_the_sequential_ones() {
    crate::soak(|| {
        let visited: Vec<_> = (0..NODES).map(|_| AtomicBool::new(false)).collect();
        let depths: Vec<_> = (0..NODES).map(|_| AtomicU32::new(u32::MAX)).collect();
        visited[0].store(true, Relaxed);
        depths[0].store(0, Relaxed);
        let (mut level, mut depth) = (vec![0], 0);
        while !level.is_empty() {
            depth += 1;
            let next_level = Mutex::new(Vec::new());
            thread::scope(|s| {
                for part in level.chunks(level.len().div_ceil(3)) {
                    let (visited, depths, next_level) = (&visited, &depths, &next_level);
                    s.spawn(move || {
                        for &node in part {
                            for next in neighbours(node) {
                                if !visited[next].load(Relaxed)
                                    && !visited[next].swap(true, Relaxed)
                                {
                                    depths[next].store(depth, Relaxed);
                                    next_level.lock().unwrap().push(next);
                                }
                            }
                        }
                    });
                }
            });
            level = next_level.into_inner().unwrap();
        }
        let depths: Vec<u32> = depths.into_iter().map(AtomicU32::into_inner).collect();
        assert_eq!(depths, sequential());
    });
}
