//! Powers of a matrix in place of two: threads own rows, and barriers stand between the steps.

use fidge::cell::UnsafeCell;
use fidge::sync::Barrier;
use fidge::thread;

const N: usize = 4;
type Row = [u64; N];

struct Matrix([UnsafeCell<Row>; N]);

// SAFETY: a row is written by its thread, between barriers at which nobody reads it.
unsafe impl Sync for Matrix {}

impl Matrix {
    fn of(f: impl Fn(usize, usize) -> u64) -> Self {
        let row = |i| std::array::from_fn(|j| f(i, j));
        Matrix(std::array::from_fn(|i| UnsafeCell::new(row(i))))
    }

    fn row(&self, i: usize) -> Row {
        // SAFETY: nobody writes it now.
        self.0[i].with(|row| unsafe { *row })
    }

    fn set(&self, i: usize, new: Row) {
        // SAFETY: nobody else touches it now.
        self.0[i].with_mut(|row| unsafe { *row = new });
    }
}

fn times(a: &Matrix, b: &Matrix, i: usize) -> Row {
    let left = a.row(i);
    std::array::from_fn(|j| (0..N).map(|k| left[k] * b.row(k)[j] % 1_000).sum::<u64>() % 1_000)
}

#[test]
fn the_power_is_the_sequential_one() {
    crate::soak(|| {
        let entry = |i: usize, j: usize| (i * 3 + j * 5 + 1) as u64;
        let (base, power, next) = (Matrix::of(entry), Matrix::of(entry), Matrix::of(|_, _| 0));
        let barrier = Barrier::new(N);
        thread::scope(|s| {
            for i in 0..N {
                let (base, power, next, barrier) = (&base, &power, &next, &barrier);
                s.spawn(move || {
                    for _ in 0..8 {
                        next.set(i, times(power, base, i));
                        barrier.wait();
                        power.set(i, next.row(i));
                        barrier.wait();
                    }
                });
            }
        });
        let mut expected = Matrix::of(entry);
        for _ in 0..8 {
            let rows: [Row; N] = std::array::from_fn(|i| times(&expected, &base, i));
            expected = Matrix::of(|i, j| rows[i][j]);
        }
        assert!((0..N).all(|i| power.row(i) == expected.row(i)));
    });
}
