//! Slots handed over by their numbers through a channel.

use crate::hidden::Slot;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::mpsc;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "trap",
    name: "channel",
    story: "A producer fills slots and sends their numbers through a channel; the consumer reads \
            each slot whose number it receives. That is correct. In the racy twin the number is sent \
            first and the slot filled after.",
    citation: "rust-lang/rust#78533: ThreadSanitizer reports mpsc channels of a std that was not \
               rebuilt for it",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("channel.rs"),
};

const SLOTS: usize = 64;

fn program(env: &Env, produce: fn(&Slot<u64>, send: &dyn Fn())) -> Outcome {
    let slots: Vec<_> = (0..SLOTS).map(|_| Slot::new(0)).collect();
    let (sender, receiver) = mpsc::channel();
    let sum = thread::scope(|s| {
        let slots = &slots;
        s.spawn(move || {
            env.stagger(0);
            for (number, slot) in slots.iter().enumerate() {
                produce(slot, &|| sender.send(number).unwrap());
            }
        });
        let consumer = s.spawn(move || {
            let mut sum = 0;
            for number in receiver {
                sum += mark!(B, slots[number].get());
            }
            sum
        });
        consumer.join().unwrap()
    });
    Outcome::wrong_if(sum != SLOTS as u64)
}

fn racy(env: &Env) -> Outcome {
    program(env, |slot, send| {
        send();
        mark!(A, slot.set(1));
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |slot, send| {
        slot.set(1);
        send();
    })
}
