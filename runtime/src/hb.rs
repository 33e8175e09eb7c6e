//! Synchronisation that Fidge cannot see.
