//! A pipeline of three stages over bounded channels.

use fidge::sync::mpsc::{Receiver, SyncSender, sync_channel};
use fidge::thread;

/// Reads until the stage before hangs up.
fn stage<A, B>(input: Receiver<A>, output: SyncSender<B>, work: impl Fn(A) -> B) {
    for item in input {
        if output.send(work(item)).is_err() {
            break;
        }
    }
}

#[test]
fn items_come_out_in_order() {
    crate::soak(|| {
        let (lines, parser) = sync_channel::<String>(2);
        let (numbers, squarer) = sync_channel::<u64>(0);
        let (squares, sink) = sync_channel::<u64>(4);
        thread::scope(|s| {
            s.spawn(move || {
                for n in 0..40 {
                    lines.send(n.to_string()).unwrap();
                }
            });
            s.spawn(|| stage(parser, numbers, |line| line.parse().unwrap()));
            s.spawn(|| stage(squarer, squares, |n| n * n));
            assert!(sink.iter().eq((0..40).map(|n| n * n)));
        });
    });
}
