use fidge::dashmap::DashMap;

pub fn racy() {
    let stock: DashMap<_, _> = DashMap::from_iter([("apples", 5)]);
    if let Some(left) = stock.get("apples") {
        stock.insert("apples", *left - 1);
    }
}

pub fn fixed() {
    let stock: DashMap<_, _> = DashMap::from_iter([("apples", 5)]);
    if let Some(mut left) = stock.get_mut("apples") {
        *left -= 1;
    }
}
