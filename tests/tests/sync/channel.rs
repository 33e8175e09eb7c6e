//! Channels.

use super::Counted;
use fidge::sync::mpsc;
use fidge::sync::mpsc::{RecvTimeoutError, TryRecvError, TrySendError};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

#[test]
fn keeps_each_senders_order() {
    let (sender, receiver) = mpsc::channel();
    thread::scope(|s| {
        for id in 0..4 {
            let sender = sender.clone();
            s.spawn(move || (0..500).for_each(|n| sender.send((id, n)).unwrap()));
        }
        drop(sender);
        let mut next = [0; 4];
        for (id, n) in receiver {
            assert_eq!(n, next[id]);
            next[id] += 1;
        }
        assert_eq!(next, [500; 4]);
    });
}

#[test]
fn bounded_keeps_each_senders_order() {
    for bound in [0, 1, 3] {
        let (sender, receiver) = mpsc::sync_channel(bound);
        thread::scope(|s| {
            for id in 0..4 {
                let sender = sender.clone();
                s.spawn(move || (0..500).for_each(|n| sender.send((id, n)).unwrap()));
            }
            drop(sender);
            let mut next = [0; 4];
            for (id, n) in &receiver {
                assert_eq!(n, next[id]);
                next[id] += 1;
            }
            assert_eq!(next, [500; 4]);
            assert_eq!(receiver.recv(), Err(mpsc::RecvError));
        });
    }
}

#[test]
fn tells_empty_from_disconnected() {
    fn check(receiver: mpsc::Receiver<u8>, send: impl FnOnce()) {
        let short = Duration::from_millis(1);
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(receiver.recv_timeout(short), Err(RecvTimeoutError::Timeout));
        assert_eq!(receiver.try_iter().next(), None);
        send();
        assert_eq!(receiver.recv_timeout(Duration::MAX), Ok(1));
        assert_eq!(receiver.iter().collect::<Vec<_>>(), [2]);
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
        assert_eq!(
            receiver.recv_timeout(short),
            Err(RecvTimeoutError::Disconnected)
        );
        assert_eq!(receiver.recv(), Err(mpsc::RecvError));
        assert_eq!(receiver.into_iter().next(), None);
    }
    let (sender, receiver) = mpsc::channel();
    check(receiver, move || {
        (1..3).for_each(|n| sender.send(n).unwrap())
    });
    let (sender, receiver) = mpsc::sync_channel(2);
    check(receiver, move || {
        (1..3).for_each(|n| sender.send(n).unwrap())
    });
}

#[test]
fn gives_back_what_nobody_can_receive() {
    let (sender, receiver) = mpsc::channel();
    drop(receiver);
    assert_eq!(sender.send("a"), Err(mpsc::SendError("a")));
    for bound in [0, 1] {
        let (sender, receiver) = mpsc::sync_channel(bound);
        drop(receiver);
        assert_eq!(sender.send("b"), Err(mpsc::SendError("b")));
        assert_eq!(sender.try_send("c"), Err(TrySendError::Disconnected("c")));
    }
}

#[test]
fn a_full_one_refuses_and_blocks() {
    let (sender, receiver) = mpsc::sync_channel(2);
    sender.try_send(1).unwrap();
    sender.send(2).unwrap();
    assert_eq!(sender.try_send(3), Err(TrySendError::Full(3)));
    let sent = AtomicBool::new(false);
    thread::scope(|s| {
        s.spawn(|| {
            sender.send(3).unwrap();
            sent.store(true, SeqCst);
        });
        assert!(!sent.load(SeqCst));
        assert_eq!(receiver.recv(), Ok(1));
        while !sent.load(SeqCst) {
            thread::yield_now();
        }
        assert_eq!(sender.try_send(4), Err(TrySendError::Full(4)));
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [2, 3]);
    });
}

#[test]
fn a_sender_blocked_on_a_full_one_learns_that_the_receiver_went() {
    for bound in [0, 1] {
        let (sender, receiver) = mpsc::sync_channel(bound);
        for n in 0..bound {
            sender.send(n).unwrap();
        }
        thread::scope(|s| {
            let blocked = [sender.clone(), sender].map(|sender| s.spawn(move || sender.send(9)));
            drop(receiver);
            for blocked in blocked {
                assert_eq!(blocked.join().unwrap(), Err(mpsc::SendError(9)));
            }
        });
    }
}

#[test]
fn a_rendezvous_needs_both() {
    let (sender, receiver) = mpsc::sync_channel(0);
    assert_eq!(sender.try_send(0), Err(TrySendError::Full(0)));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    let taken = AtomicBool::new(false);
    thread::scope(|s| {
        s.spawn(|| {
            sender.send(1).unwrap();
            assert!(
                taken.load(SeqCst),
                "the send ended before the receive began"
            );
        });
        taken.store(true, SeqCst);
        assert_eq!(receiver.recv(), Ok(1));
    });
    // A `try_recv` meets a sender that waits.
    thread::scope(|s| {
        s.spawn(|| sender.send(3).unwrap());
        loop {
            match receiver.try_recv() {
                Ok(n) => break assert_eq!(n, 3),
                Err(error) => assert_eq!(error, TryRecvError::Empty),
            }
            thread::yield_now();
        }
    });
    // A `try_send` meets a receiver that waits.
    thread::scope(|s| {
        let waiting = s.spawn(move || receiver.recv());
        while let Err(error) = sender.try_send(2) {
            assert_eq!(error, TrySendError::Full(2));
            thread::yield_now();
        }
        assert_eq!(waiting.join().unwrap(), Ok(2));
    });
}

#[test]
fn drops_what_was_not_received_once() {
    let drops = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    (0..3).for_each(|_| assert!(sender.send(Counted(&drops)).is_ok()));
    drop(receiver.recv());
    drop(receiver);
    assert_eq!(drops.load(SeqCst), 3);
    drop(sender.send(Counted(&drops)));
    assert_eq!(drops.load(SeqCst), 4);

    let drops = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::sync_channel(3);
    (0..3).for_each(|_| assert!(sender.send(Counted(&drops)).is_ok()));
    drop(receiver.recv());
    drop(receiver);
    assert_eq!(drops.load(SeqCst), 3);
    drop(sender.try_send(Counted(&drops)));
    assert_eq!(drops.load(SeqCst), 4);
}

#[test]
fn handles_print_as_std_prints_them() {
    let (sender, receiver) = mpsc::channel::<u8>();
    assert_eq!(
        format!("{sender:?} {receiver:?}"),
        "Sender { .. } Receiver { .. }"
    );
    assert_eq!(
        format!("{:?}", receiver.iter()),
        "Iter { rx: Receiver { .. } }"
    );
    assert_eq!(
        format!("{:?}", mpsc::sync_channel::<u8>(1).0),
        "SyncSender { .. }"
    );
}
