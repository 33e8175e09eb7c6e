//! Who is in which room: people move, a room's list and a person's place change together, under the
//! person's entry.

use fidge::dashmap::{DashMap, Entry};
use fidge::thread;

#[derive(Default)]
struct House {
    places: DashMap<&'static str, u32>,
    rooms: DashMap<u32, Vec<&'static str>>,
}

impl House {
    fn enter(&self, person: &'static str, room: u32) {
        // Always the person first, then a room: the two maps are never locked the other way round.
        match self.places.entry(person) {
            Entry::Occupied(mut place) => {
                let before = place.insert(room);
                if let Some(mut people) = self.rooms.get_mut(&before) {
                    people.retain(|other| *other != person);
                }
                self.rooms.entry(room).or_default().push(person);
            }
            Entry::Vacant(place) => {
                let _place = place.insert(room);
                self.rooms.entry(room).or_default().push(person);
            }
        }
    }

    fn leave(&self, person: &str) {
        let Some(place) = self.places.get_mut(person) else {
            return;
        };
        if let Some(mut people) = self.rooms.get_mut(&*place) {
            people.retain(|other| *other != person);
        }
        drop(place);
        // Back in another room by now, perhaps: then it stays.
        self.places.remove_if(person, |person, room| {
            !self
                .rooms
                .get(room)
                .is_some_and(|people| people.contains(person))
        });
    }
}

#[test]
fn everybody_is_in_one_room() {
    crate::soak(|| {
        let house = House::default();
        thread::scope(|s| {
            for worker in 0..3 {
                let house = &house;
                s.spawn(move || {
                    for n in 0..20 {
                        let person = ["ann", "bob", "cleo"][(worker + n) % 3];
                        house.enter(person, (n * 2 + worker) as u32 % 4);
                        if n % 6 == 5 {
                            house.leave(person);
                        }
                    }
                });
            }
        });
        let mut listed = Vec::new();
        for room in &house.rooms {
            for person in room.value() {
                assert_eq!(house.places.get(person).as_deref(), Some(room.key()));
                listed.push(*person);
            }
        }
        listed.sort_unstable();
        listed.dedup();
        assert_eq!(listed.len(), house.places.len());
    });
}
