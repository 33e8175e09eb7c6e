//! Sessions: whose findings these are.
