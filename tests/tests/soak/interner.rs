//! A string interner: looked up under the read lock, filled in under the write lock after a second look.

use fidge::collections::HashMap;
use fidge::sync::RwLock;
use fidge::thread;

#[derive(Default)]
struct Interner {
    tables: RwLock<(HashMap<String, usize>, Vec<String>)>,
}

impl Interner {
    fn intern(&self, text: &str) -> usize {
        if let Some(known) = self.tables.read().unwrap().0.get(text) {
            return *known;
        }
        let mut tables = self.tables.write().unwrap();
        let (numbers, texts) = &mut *tables;
        if let Some(known) = numbers.get(text) {
            return *known;
        }
        let number = texts.len();
        texts.push(text.to_owned());
        numbers.insert(text.to_owned(), number);
        number
    }

    fn text(&self, number: usize) -> String {
        self.tables.read().unwrap().1[number].clone()
    }
}

#[test]
fn a_text_has_one_number() {
    crate::soak(|| {
        let interner = Interner::default();
        thread::scope(|s| {
            for worker in 0..4 {
                let interner = &interner;
                s.spawn(move || {
                    for n in 0..30 {
                        let text = format!("symbol {}", (n + worker * 3) % 12);
                        let number = interner.intern(&text);
                        assert_eq!(interner.text(number), text);
                        assert_eq!(interner.intern(&text), number);
                    }
                });
            }
        });
        let (numbers, texts) = interner.tables.into_inner().unwrap();
        assert_eq!((numbers.len(), texts.len()), (12, 12));
    });
}
