//! Offline detectors over a trace.
