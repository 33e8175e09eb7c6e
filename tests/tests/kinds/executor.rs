//! As much of an executor as `guard_across_await.rs` needs.

use fidge::task::{Context, Poll, Waker};
use std::pin::pin;

/// Polls until it is ready.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Takes a moment.
pub async fn payment() {
    let mut done = false;
    std::future::poll_fn(|_| match std::mem::replace(&mut done, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}
