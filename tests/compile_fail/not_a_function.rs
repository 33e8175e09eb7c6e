#[fidge::test]
struct Test;

#[fidge::test]
#[test]
fn already() {}

#[fidge::test]
unsafe fn careless() {}

fn main() {}
