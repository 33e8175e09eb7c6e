//! Accesses that the standard library makes on the program's behalf: a formatter reads the map, and
//! drop glue drops it. The report names the program's lines all the same.

use crate::golden::{golden, in_turn};
use fidge::collections::HashMap;
use std::cell::UnsafeCell;

struct Registry(UnsafeCell<Option<HashMap<u32, u32>>>);

// SAFETY: this is the bug; the test keeps the operations apart by a signal that Fidge does not see.
unsafe impl Sync for Registry {}

impl Registry {
    fn print(&self) -> String {
        // SAFETY: see above.
        let map = unsafe { &*self.0.get() };
        format!("{map:?}")
    }

    fn shut_down(&self) {
        // SAFETY: see above.
        let map = unsafe { &mut *self.0.get() };
        *map = None;
    }
}

#[test]
fn a_formatter_and_a_drop() {
    let registry = Registry(Some(HashMap::from([(1, 2)])).into());
    let report = fidge::check(|| in_turn(|| _ = registry.print(), || registry.shut_down()));
    golden("through_a_library.txt", &report);
}
