#[fidge::test]
async fn waits() {}

fn main() {}
