//! Two strands that do the same.

use fidge::thread;

/// Runs `act` on two strands at once, which it tells apart by 0 and 1. What they answer.
///
/// Where both go through the same marked lines, it does not matter for the ground truth which of the
/// two the schedule makes the victim.
pub fn two<T: Send>(act: impl Fn(u32) -> T + Sync) -> [T; 2] {
    let act = &act;
    thread::scope(|s| {
        let strands = [0, 1].map(|i| s.spawn(move || act(i)));
        strands.map(|strand| strand.join().unwrap())
    })
}
