#[fidge::test(run = 5)]
fn unknown() {}

#[fidge::test(runs = "five")]
fn no_number() {}

#[fidge::test(runs = 0)]
fn no_run() {}

#[fidge::test(seed = -1)]
fn negative() {}

#[fidge::test(schedule = noise)]
fn no_text() {}

#[fidge::test(schedule = "nois")]
fn unknown_schedule() {}

#[fidge::test(seed = 1, seed = 2)]
fn twice() {}

#[fidge::test(runs 5)]
fn no_equals() {}

#[fidge::test(runs = 5 seed = 1)]
fn no_comma() {}

fn main() {}
