//! Heat on a ring, in phases: each thread reads what all wrote in the phase before, then writes its own.

use fidge::dashmap::DashMap;
use fidge::sync::Barrier;
use fidge::thread;

const CELLS: u32 = 6;

#[test]
fn the_phases_agree_with_a_sequential_run() {
    crate::soak(|| {
        let heat: DashMap<u32, i64> = (0..CELLS)
            .map(|cell| (cell, i64::from(cell) * 64))
            .collect();
        let barrier = Barrier::new(3);
        let next = |left: i64, here: i64, right: i64| (left + 2 * here + right) / 4;
        thread::scope(|s| {
            for worker in 0..3 {
                let (heat, barrier) = (&heat, &barrier);
                s.spawn(move || {
                    for _ in 0..8 {
                        let at = |cell: u32| *heat.get(&(cell % CELLS)).expect("a cell");
                        let own = [2 * worker, 2 * worker + 1];
                        let new =
                            own.map(|cell| next(at(cell + CELLS - 1), at(cell), at(cell + 1)));
                        barrier.wait();
                        for (cell, heat_now) in own.into_iter().zip(new) {
                            heat.insert(cell, heat_now);
                        }
                        barrier.wait();
                    }
                });
            }
        });
        let mut expected: Vec<i64> = (0..CELLS).map(|cell| i64::from(cell) * 64).collect();
        for _ in 0..8 {
            let before = expected.clone();
            let at = |cell: u32| before[(cell % CELLS) as usize];
            let step = |cell: u32| next(at(cell + CELLS - 1), at(cell), at(cell + 1));
            expected = (0..CELLS).map(step).collect();
        }
        for (cell, heat_now) in heat {
            assert_eq!(heat_now, expected[cell as usize]);
        }
    });
}
