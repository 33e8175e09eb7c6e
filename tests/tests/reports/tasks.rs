//! Two tasks that one thread polls in turn: on another executor they overlap.

use crate::golden::golden;
use fidge::cell::UnsafeCell;
use fidge::task::{Context, Waker, track};
use std::pin::pin;

async fn deposit(balance: &UnsafeCell<u64>, amount: u64) {
    // SAFETY: one thread polls both tasks.
    let before = balance.with(|balance| unsafe { *balance });
    std::future::ready(()).await;
    // SAFETY: as above.
    balance.with_mut(|balance| unsafe { *balance = before + amount });
}

#[test]
fn two_tasks_on_one_thread() {
    let report = fidge::check(|| {
        let balance = UnsafeCell::new(0);
        let one = pin!(track(deposit(&balance, 1)));
        let other = pin!(track(deposit(&balance, 2)));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(one.poll(&mut cx).is_ready());
        assert!(other.poll(&mut cx).is_ready());
    });
    golden("tasks.txt", &report);
}
