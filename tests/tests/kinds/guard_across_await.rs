use super::executor::{block_on, payment};
use fidge::dashmap::DashMap;
use fidge::task;

pub fn racy() {
    let stock: DashMap<_, _> = DashMap::from_iter([("apples", 5)]);
    let sell = async {
        if let Some(mut left) = stock.get_mut("apples") {
            payment().await;
            *left -= 1;
        }
    };
    block_on(task::track(sell));
}

pub fn fixed() {
    let stock: DashMap<_, _> = DashMap::from_iter([("apples", 5)]);
    let sell = async {
        payment().await;
        if let Some(mut left) = stock.get_mut("apples") {
            *left -= 1;
        }
    };
    block_on(task::track(sell));
}
