//! Traces: the event model, recorder, reader, writer.

pub mod event;
