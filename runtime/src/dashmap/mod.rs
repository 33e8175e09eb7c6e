//! Mirror of dashmap.
