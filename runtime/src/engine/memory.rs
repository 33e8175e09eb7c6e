//! Accesses to arbitrary addresses: the shadow table.

use super::At;

/// The current strand reads `size` bytes at `address`.
pub fn read(address: usize, size: usize, at: &At) {
    let _ = (address, size, at);
}
/// The current strand writes `size` bytes at `address`.
pub fn write(address: usize, size: usize, at: &At) {
    let _ = (address, size, at);
}
/// The bytes were freed, or belong to a new object: their history ends.
pub fn reset(address: usize, size: usize) {
    let _ = (address, size);
}
/// Acquire the clock kept for `address` (see `fidge::hb`).
pub fn acquire(address: usize, at: &At) {
    let _ = (address, at);
}
/// Release into the clock kept for `address` (joins).
pub fn release(address: usize, at: &At) {
    let _ = (address, at);
}
/// Ends the clock kept for `address`: whoever acquires it next gets nothing from before. For an
/// object's end, when nobody can reach its clock any more and the address may become another's.
pub fn forget_clock(address: usize) {
    let _ = address;
}
