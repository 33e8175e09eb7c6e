//! Map and reduce: mappers group lines by their first letter, reducers take whole groups out.

use fidge::dashmap::{DashMap, DashSet};
use fidge::sync::Barrier;
use fidge::thread;

const TEXT: [&str; 9] = [
    "apple",
    "banana",
    "avocado",
    "cherry",
    "blueberry",
    "apricot",
    "citron",
    "almond",
    "beet",
];

#[test]
fn the_groups_are_whole() {
    crate::soak(|| {
        let groups: DashMap<char, Vec<&str>> = DashMap::new();
        let (letters, lengths) = (DashSet::new(), DashMap::new());
        let mapped = Barrier::new(3);
        thread::scope(|s| {
            for part in TEXT.chunks(3) {
                let (groups, letters, lengths) = (&groups, &letters, &lengths);
                let mapped = &mapped;
                s.spawn(move || {
                    for &word in part {
                        let letter = word.chars().next().expect("a word");
                        letters.insert(letter);
                        groups.entry(letter).or_default().push(word);
                    }
                    mapped.wait();
                    for letter in ['a', 'b', 'c'] {
                        assert!(letters.contains(&letter));
                        // One of the threads gets it.
                        if let Some((letter, words)) = groups.remove(&letter) {
                            lengths.insert(letter, words.iter().map(|word| word.len()).sum());
                        }
                    }
                });
            }
        });
        assert!(groups.is_empty());
        let mut lengths: Vec<(char, usize)> = lengths.into_iter().collect();
        lengths.sort_unstable();
        assert_eq!(lengths, [('a', 25), ('b', 19), ('c', 12)]);
    });
}
