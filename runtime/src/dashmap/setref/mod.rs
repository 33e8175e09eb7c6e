//! References into a [`DashSet`](super::DashSet).

pub mod multiple;
pub mod one;
