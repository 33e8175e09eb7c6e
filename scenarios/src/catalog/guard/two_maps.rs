//! Two strands hold an entry of one map and ask for one of the other.

use super::attempt;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::shards::{self, Sharded};
use crate::strands;
use fidge::Kind;

pub static SCENARIO: Scenario = Scenario {
    class: "guard",
    name: "two-maps",
    story: "Users know their rooms and rooms their users, in a map each. Who joins changes the \
            user and then the room, who is thrown out the room and then the user, and each holds \
            the first while it asks for the second. The cure lets go of the first.",
    citation: "https://github.com/xacrimon/dashmap/issues/243: ways to debug deadlocks; Coffman, \
               Elphick & Shoshani, \"System deadlocks\", Computing Surveys 1971",
    racy,
    fixed,
    kind: Kind::GuardDeadlock,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("two_maps.rs"),
};

/// Users and rooms: the number of those on the other side.
fn maps() -> [Sharded<u32>; 2] {
    let maps = [shards::map(), shards::map()];
    for map in &maps {
        map.insert(0, 0);
    }
    maps
}

fn racy(env: &Env) -> Outcome {
    let env = env.clone();
    attempt(move || {
        let maps = maps();
        strands::two(|i| {
            let [one, other] = [&maps[i as usize], &maps[1 - i as usize]];
            let mut first = env.step(i, || mark!(A, one.get_mut(&0).unwrap()));
            env.step(2 + i, || ());
            let mut second = mark!(B, other.get_mut(&0).unwrap());
            *first += 1;
            *second += 1;
        });
        Outcome::Right
    })
}

fn fixed(env: &Env) -> Outcome {
    let maps = maps();
    strands::two(|i| {
        let [one, other] = [&maps[i as usize], &maps[1 - i as usize]];
        *env.step(i, || one.get_mut(&0).unwrap()) += 1;
        *env.step(2 + i, || other.get_mut(&0).unwrap()) += 1;
    });
    Outcome::wrong_if(maps.iter().any(|map| *map.get(&0).unwrap() != 2))
}
