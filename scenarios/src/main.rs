//! Injected races with ground truth, and the runner that measures detectors against them.
fn main() {}
