//! `mpsc`: unbounded, bounded and rendezvous channels, and how they end.

use crate::pair::{Slot, edge, meeting, no_edge};
use fidge::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::Mutex;
use std::time::Duration;

/// The receiver cannot be shared; here it is.
type Shared<S> = (S, Mutex<Receiver<u32>>);

fn unbounded() -> Shared<Sender<u32>> {
    let (sender, receiver) = channel();
    (sender, Mutex::new(receiver))
}

fn send(ends: &Shared<Sender<u32>>) {
    ends.0.send(1).unwrap();
}

fn send_bounded(ends: &Shared<SyncSender<u32>>) {
    ends.0.send(1).unwrap();
}

fn receive<S>(ends: &Shared<S>) {
    assert_eq!(ends.1.lock().unwrap().recv(), Ok(1));
}

fn with_a_message() -> Shared<Sender<u32>> {
    let ends = unbounded();
    send(&ends);
    ends
}

/// Room for `bound`, of which `taken` is taken.
fn bounded(bound: usize, taken: usize) -> impl Fn() -> Shared<SyncSender<u32>> {
    move || {
        let (sender, receiver) = sync_channel(bound);
        (0..taken).for_each(|_| sender.send(1).unwrap());
        (sender, Mutex::new(receiver))
    }
}

#[test]
fn a_send_is_before_the_receive_of_its_message() {
    type Receive = fn(&Receiver<u32>);
    let receives: [Receive; 6] = [
        |receiver| _ = receiver.recv().unwrap(),
        |receiver| _ = receiver.try_recv().unwrap(),
        |receiver| _ = receiver.recv_timeout(Duration::from_secs(3600)).unwrap(),
        |receiver| _ = receiver.iter().next().unwrap(),
        |receiver| _ = receiver.try_iter().next().unwrap(),
        |receiver| _ = receiver.into_iter().next().unwrap(),
    ];
    for receive in receives {
        edge(unbounded, send, |ends| receive(&ends.1.lock().unwrap()));
        edge(bounded(1, 0), send_bounded, |ends| {
            receive(&ends.1.lock().unwrap());
        });
    }
    edge(bounded(1, 0), |ends| ends.0.try_send(1).unwrap(), receive);
}

#[test]
fn a_receive_is_before_no_send_of_an_unbounded_channel() {
    no_edge(with_a_message, receive, send);
}

#[test]
fn a_receive_is_before_the_send_that_it_makes_room_for() {
    edge(bounded(1, 1), receive, send_bounded);
    edge(bounded(1, 1), receive, |ends| ends.0.try_send(1).unwrap());
    edge(bounded(2, 2), receive, send_bounded);
    edge(bounded(2, 1), receive, |ends| {
        send_bounded(ends);
        send_bounded(ends);
    });
}

#[test]
fn a_receive_is_not_before_a_send_that_had_room() {
    no_edge(bounded(2, 1), receive, send_bounded);
}

#[test]
fn a_rendezvous_orders_both_ways() {
    meeting(bounded(0, 0), send_bounded, receive);
    meeting(bounded(0, 0), receive, send_bounded);
}

#[test]
fn senders_are_not_ordered_by_their_channel() {
    no_edge(unbounded, send, send);
    no_edge(bounded(2, 0), send_bounded, send_bounded);
}

#[test]
fn a_message_orders_with_its_own_send_alone() {
    // What is received is the message that was there before.
    no_edge(with_a_message, send, receive);
    no_edge(bounded(2, 1), send_bounded, receive);
}

#[test]
fn what_finds_nothing_orders_nothing() {
    no_edge(with_a_message, receive, |ends| {
        let empty = ends.1.lock().unwrap().try_recv();
        assert_eq!(empty, Err(TryRecvError::Empty));
    });
    no_edge(bounded(1, 0), send_bounded, |ends| {
        assert!(ends.0.try_send(1).is_err());
    });
}

/// Both ends, each to be dropped.
type Ends<S> = (Slot<S>, Slot<Receiver<u32>>);

fn ends() -> Ends<Sender<u32>> {
    let (sender, receiver) = channel();
    (Slot::new(sender), Slot::new(receiver))
}

fn bounded_ends(bound: usize) -> impl Fn() -> Ends<SyncSender<u32>> {
    move || {
        let (sender, receiver) = sync_channel(bound);
        (Slot::new(sender), Slot::new(receiver))
    }
}

fn drop_sender<S>(ends: &Ends<S>) {
    drop(ends.0.take());
}

fn drop_receiver<S>(ends: &Ends<S>) {
    drop(ends.1.take());
}

#[test]
fn the_senders_end_is_before_who_finds_the_channel_at_its_end() {
    type Receive = fn(&Receiver<u32>);
    let receives: [Receive; 4] = [
        |receiver| assert!(receiver.recv().is_err()),
        |receiver| assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected)),
        |receiver| assert!(receiver.recv_timeout(Duration::ZERO).is_err()),
        |receiver| assert!(receiver.iter().next().is_none()),
    ];
    for receive in receives {
        edge(ends, drop_sender, |ends| receive(&ends.1.take()));
        edge(bounded_ends(0), drop_sender, |ends| receive(&ends.1.take()));
        edge(bounded_ends(1), drop_sender, |ends| receive(&ends.1.take()));
    }
}

#[test]
fn the_receivers_end_is_before_a_send_that_fails() {
    edge(ends, drop_receiver, |ends| {
        assert!(ends.0.take().send(1).is_err());
    });
    for bound in [0, 1] {
        edge(bounded_ends(bound), drop_receiver, |ends| {
            assert!(ends.0.take().send(1).is_err());
        });
        edge(bounded_ends(bound), drop_receiver, |ends| {
            assert!(ends.0.take().try_send(1).is_err());
        });
    }
}

#[test]
fn a_message_that_nobody_received_is_sent_before_it_is_dropped() {
    edge(
        ends,
        |ends| {
            let sender = ends.0.take();
            sender.send(1).unwrap();
            // Its own end would order too.
            std::mem::forget(sender);
        },
        drop_receiver,
    );
}
