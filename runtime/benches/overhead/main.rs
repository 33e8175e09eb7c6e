//! What detection costs: each workload on std's or dashmap's own types (what `fidge` is with the
//! feature off) and on Fidge's, in one run; a table of ratios at the end.
//!
//! `cargo bench -p fidge --features detect,dashmap --bench overhead`

mod ratios;
mod workloads;

use criterion::Criterion;
use std::time::Duration;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
        .sample_size(30)
        .configure_from_args();
    workloads::all(&mut criterion);
    criterion.final_summary();
    ratios::print();
}
