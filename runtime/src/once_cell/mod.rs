//! Mirror of once_cell.
