//! When keys and values are dropped, and what a panic leaves behind: as in dashmap.

use std::cell::RefCell;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

type Fixed = BuildHasherDefault<DefaultHasher>;

/// What happened, in order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn say(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }
    /// A key or value that logs its drop. Equality and hash are by `id`.
    fn tell(&self, name: &'static str, id: u32) -> Teller {
        Teller {
            log: self.clone(),
            name,
            id,
        }
    }
}

struct Teller {
    log: Log,
    name: &'static str,
    id: u32,
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.log.say(format!("drop {} {}", self.name, self.id));
    }
}
impl Clone for Teller {
    fn clone(&self) -> Self {
        self.log.say(format!("clone {} {}", self.name, self.id));
        Teller {
            log: self.log.clone(),
            ..*self
        }
    }
}
impl PartialEq for Teller {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
impl Eq for Teller {}
impl Hash for Teller {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

/// Runs the story over both crates, whose modules it knows as `dm`, and compares the logs.
macro_rules! same_story {
    ($(fn $name:ident($map:ident, $log:ident) $story:block)+) => {$(
        #[test]
        fn $name() {
            macro_rules! tell {
                ($module:path) => {{
                    #[allow(unused_imports)]
                    use $module as dm;
                    let $log = Log::default();
                    let $map = dm::DashMap::<Teller, Teller, Fixed>::with_hasher_and_shard_amount(
                        Fixed::default(),
                        2,
                    );
                    $story
                    $log.say("end of story");
                    drop($map);
                    $log.0.take()
                }};
            }
            let ours = tell!(::fidge::dashmap);
            let theirs = tell!(::dashmap);
            assert_eq!(ours, theirs);
            assert!(ours.iter().any(|line| line.starts_with("drop")));
        }
    )+};
}

same_story! {
    fn an_overwrite(map, log) {
        map.insert(log.tell("key a", 1), log.tell("value a", 1));
        let old = map.insert(log.tell("key b", 1), log.tell("value b", 1));
        log.say("overwritten");
        drop(old);
    }

    fn a_remove(map, log) {
        map.insert(log.tell("key", 1), log.tell("value", 1));
        let removed = map.remove(&log.tell("asked", 1));
        log.say("removed");
        drop(removed);
        drop(map.remove(&log.tell("asked", 1)));
    }

    fn entries_that_are_let_go(map, log) {
        drop(map.entry(log.tell("vacant", 1)));
        log.say("let go");
        map.insert(log.tell("key", 1), log.tell("value", 1));
        drop(map.entry(log.tell("occupied", 1)));
        log.say("let go");
        drop(map.entry(log.tell("into", 1)).into_key());
    }

    fn entries_that_insert(map, log) {
        drop(map.entry(log.tell("key a", 1)).or_insert(log.tell("value a", 1)));
        drop(map.entry(log.tell("key b", 1)).or_insert(log.tell("value b", 1)));
        drop(map.entry(log.tell("key c", 1)).insert(log.tell("value c", 1)));
        drop(map.entry(log.tell("key d", 2)).insert_entry(log.tell("value d", 2)));
    }

    fn entries_that_remove(map, log) {
        for id in 0..3 {
            map.insert(log.tell("key", id), log.tell("value", id));
        }
        for id in 0..3 {
            if let dm::Entry::Occupied(entry) = map.entry(log.tell("asked", id)) {
                match id {
                    0 => drop(entry.remove()),
                    1 => drop(entry.remove_entry()),
                    _ => drop(entry.replace_entry(log.tell("new value", id))),
                }
                log.say("removed");
            }
        }
    }

    fn retain_and_clear(map, log) {
        for id in 0..20 {
            map.insert(log.tell("key", id), log.tell("value", id));
        }
        map.retain(|key, _| {
            log.say(format!("keep {}?", key.id));
            key.id % 3 == 0
        });
        map.clear();
    }

    fn alter(map, log) {
        map.insert(log.tell("key", 1), log.tell("value", 1));
        map.alter(&log.tell("asked", 1), |_, old| {
            log.say(format!("alter {}", old.id));
            log.tell("new value", 2)
        });
        map.alter_all(|_, _| log.tell("newer value", 3));
    }

    fn clones(map, log) {
        for id in 0..5 {
            map.insert(log.tell("key", id), log.tell("value", id));
        }
        let clone = map.clone();
        log.say("cloned");
        drop(clone);
    }

    fn an_owning_iterator_dropped_midway(map, log) {
        for id in 0..20 {
            map.insert(log.tell("key", id), log.tell("value", id));
        }
        let mut iter = map.clone().into_iter();
        drop(iter.next());
        log.say("first is gone");
        drop(iter);
    }

    fn a_panic_in_retain(map, log) {
        for id in 0..10 {
            map.insert(log.tell("key", id), log.tell("value", id));
        }
        let mut left = 5;
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            map.retain(|_, _| {
                left -= 1;
                assert_ne!(left, 0, "the panic of this story");
                false
            });
        }));
        log.say(format!("{} left, {}", map.len(), panicked.is_err()));
        log.say(format!("{}", map.iter_mut().count()));
    }

    fn a_panic_in_every_closure_under_the_lock(map, log) {
        map.insert(log.tell("key", 1), log.tell("value", 1));
        let ask = || log.tell("asked", 1);
        let stories: [(&str, &dyn Fn()); 8] = [
            ("remove_if", &|| drop(map.remove_if(&ask(), |_, _| panic!("story")))),
            ("remove_if_mut", &|| drop(map.remove_if_mut(&ask(), |_, _| panic!("story")))),
            ("view", &|| map.view(&ask(), |_, _| panic!("story")).unwrap()),
            ("and_modify", &|| drop(map.entry(ask()).and_modify(|_| panic!("story")))),
            ("or_insert_with", &|| {
                drop(map.entry(log.tell("new", 2)).or_insert_with(|| panic!("story")));
            }),
            ("Ref::map", &|| {
                map.get(&ask()).unwrap().map(|_| -> &u8 { panic!("story") });
            }),
            ("RefMut::map", &|| {
                map.get_mut(&ask()).unwrap().map(|_| -> &mut u8 { panic!("story") });
            }),
            ("MappedRef::map", &|| {
                map.get(&ask()).unwrap().map(|v| &v.id).map(|_| -> &u8 { panic!("story") });
            }),
        ];
        for (name, story) in stories {
            let panicked = catch_unwind(AssertUnwindSafe(story)).is_err();
            // Nothing is locked any more, and nothing has changed.
            log.say(format!("{name} {panicked} {} {}", map.len(), map.iter_mut().count()));
        }
    }
}

/// A key whose `Hash` panics for one id.
#[derive(PartialEq, Eq, Debug)]
struct Touchy(u32);

impl Hash for Touchy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        assert_ne!(self.0, 13, "the panic of this test");
        self.0.hash(state);
    }
}

#[test]
fn a_panic_in_a_hasher_leaves_the_map_as_it_was() {
    let map = fidge::dashmap::DashMap::<_, _>::from_iter([(Touchy(1), 1), (Touchy(2), 2)]);
    map.remove(&Touchy(2));
    let bad = Touchy(13);
    let attempts: [&dyn Fn(); 6] = [
        &|| drop(map.get(&bad)),
        &|| drop(map.get_mut(&bad)),
        &|| assert_eq!(map.insert(Touchy(13), 0), None),
        &|| assert_eq!(map.remove(&bad), None),
        &|| drop(map.entry(Touchy(13))),
        &|| map.alter(&bad, |_, _| unreachable!()),
    ];

    for attempt in attempts {
        assert!(catch_unwind(AssertUnwindSafe(attempt)).is_err());
        assert_eq!(
            map.iter_mut().map(|item| item.key().0).collect::<Vec<_>>(),
            [1]
        );
    }
}
