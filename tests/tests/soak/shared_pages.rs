//! A cache of parsed pages behind `Arc`: who misses parses and fills in; two at once each keep a good
//! page, and the later one stays.

use fidge::dashmap::DashMap;
use fidge::sync::Arc;
use fidge::thread;

#[derive(Debug, PartialEq)]
struct Page {
    number: u32,
    lines: Vec<String>,
}

impl Page {
    fn parse(number: u32) -> Self {
        let lines = (0..3).map(|line| format!("{number}.{line}")).collect();
        Page { number, lines }
    }
}

struct Book {
    pages: DashMap<u32, Arc<Page>>,
}

impl Book {
    fn page(&self, number: u32) -> Arc<Page> {
        if let Some(page) = self.pages.get(&number) {
            return Arc::clone(&page);
        }
        let page = Arc::new(Page::parse(number));
        fidge::allow_race!(StaleWrite, "two that parsed the same page: either is good");
        self.pages.insert(number, Arc::clone(&page));
        page
    }
}

#[test]
fn everybody_reads_the_right_page() {
    crate::soak(|| {
        let book = Book {
            pages: DashMap::new(),
        };
        thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    for number in 0..20 {
                        assert_eq!(*book.page(number), Page::parse(number));
                    }
                });
            }
        });
        assert_eq!(book.pages.len(), 20);
    });
}
