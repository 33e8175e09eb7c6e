//! The attributes of the fidge race detector.
