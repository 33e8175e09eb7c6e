//! `fidge::hb`.

use crate::pair::{edge, no_edge};
use fidge::hb::{acquire, release};

type Two = (u8, u8);

#[test]
fn a_release_is_before_a_later_acquire_of_its_address() {
    edge(Two::default, |two| release(&two.0), |two| acquire(&two.0));
}

#[test]
fn earlier_releases_stay() {
    edge(
        Two::default,
        |two| release(&two.0),
        |two| {
            release(&two.0);
            acquire(&two.0);
        },
    );
}

#[test]
fn neither_another_address_nor_an_acquire_orders() {
    no_edge(Two::default, |two| release(&two.0), |two| acquire(&two.1));
    no_edge(Two::default, |two| acquire(&two.0), |two| release(&two.0));
    no_edge(Two::default, |two| release(&two.0), |two| release(&two.0));
}
