//! Maps and sets with the external contract.
