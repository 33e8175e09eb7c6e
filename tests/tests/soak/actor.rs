//! An actor: a thread that owns a map, and a mailbox of requests with their ways back.

use fidge::collections::HashMap;
use fidge::sync::mpsc::{self, Receiver, Sender};
use fidge::thread;

enum Request {
    Deposit {
        to: u32,
        amount: u64,
    },
    Balance {
        of: u32,
        reply: Sender<u64>,
    },
    Move {
        from: u32,
        to: u32,
        amount: u64,
        reply: Sender<bool>,
    },
}

fn bank(mailbox: Receiver<Request>) -> u64 {
    let mut accounts: HashMap<u32, u64> = HashMap::new();
    for request in mailbox {
        match request {
            Request::Deposit { to, amount } => *accounts.entry(to).or_default() += amount,
            Request::Balance { of, reply } => {
                // Who asked may have gone.
                _ = reply.send(accounts.get(&of).copied().unwrap_or(0));
            }
            Request::Move {
                from,
                to,
                amount,
                reply,
            } => {
                let balance = accounts.get(&from).copied().unwrap_or(0);
                let enough = balance >= amount;
                if enough {
                    accounts.insert(from, balance - amount);
                    *accounts.entry(to).or_default() += amount;
                }
                _ = reply.send(enough);
            }
        }
    }
    accounts.values().sum()
}

#[test]
fn money_is_neither_made_nor_lost() {
    crate::soak(|| {
        let (bank_address, mailbox) = mpsc::channel();
        let bank = thread::spawn(move || bank(mailbox));
        thread::scope(|s| {
            for client in 0..3 {
                let bank = bank_address.clone();
                s.spawn(move || {
                    let next = (client + 1) % 3;
                    bank.send(Request::Deposit {
                        to: client,
                        amount: 50,
                    })
                    .unwrap();
                    for _ in 0..10 {
                        let (reply, answer) = mpsc::channel();
                        let order = Request::Move {
                            from: client,
                            to: next,
                            amount: 20,
                            reply,
                        };
                        bank.send(order).unwrap();
                        let _moved = answer.recv().unwrap();
                        let (reply, answer) = mpsc::channel();
                        bank.send(Request::Balance { of: client, reply }).unwrap();
                        assert!(answer.recv().unwrap() <= 150);
                    }
                });
            }
        });
        drop(bank_address);
        assert_eq!(bank.join().unwrap(), 150);
    });
}
