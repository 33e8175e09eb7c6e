//! A parallel fold: threads sum up parts of a slice, split in halves, and their joins add up.

use fidge::sync::Arc;
use fidge::thread;

/// The sum and the greatest, of what lies in `from..to`.
fn fold(numbers: &Arc<Vec<u64>>, from: usize, to: usize) -> (u64, u64) {
    if to - from <= 8 {
        let part = &numbers[from..to];
        return (part.iter().sum(), part.iter().copied().max().unwrap_or(0));
    }
    let middle = from + (to - from) / 2;
    let shared = Arc::clone(numbers);
    let left = thread::spawn(move || fold(&shared, from, middle));
    let right = fold(numbers, middle, to);
    let left = left.join().unwrap();
    (left.0 + right.0, left.1.max(right.1))
}

#[test]
fn the_parts_make_the_whole() {
    crate::soak(|| {
        let numbers: Arc<Vec<u64>> = Arc::new((0..60).map(|n| n * 37 % 61).collect());
        let (sum, greatest) = fold(&numbers, 0, 60);
        assert_eq!(
            (sum, Some(greatest)),
            (numbers.iter().sum(), numbers.iter().copied().max())
        );
        assert_eq!(Arc::strong_count(&numbers), 1);
    });
}
