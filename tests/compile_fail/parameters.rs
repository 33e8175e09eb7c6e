#[fidge::test]
fn takes(_number: u32) {}

#[fidge::test]
fn generic<T>() {}

fn main() {}
