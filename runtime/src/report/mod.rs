//! Reports: what a session found, as data, as text for people and as JSON for programs.
//!
//! The engine's findings are plain data with return addresses in them. `Builder` turns them into
//! the [model](Report) once, when a report is made: it symbolises, folds stacks, reads the lines of
//! source and leaves out what the suppressions file names. Both forms are rendered from that model
//! and touch nothing else, so that the same findings give the same bytes.

#[cfg(feature = "detect")]
mod advice;
#[cfg(feature = "detect")]
mod build;
#[cfg(feature = "detect")]
mod json;
mod model;
#[cfg(not(feature = "detect"))]
mod off;
#[cfg(feature = "detect")]
mod print;
#[cfg(all(test, feature = "detect"))]
pub(crate) mod sample;
#[cfg(feature = "detect")]
mod source;
#[cfg(feature = "detect")]
mod suppress;
#[cfg(feature = "detect")]
mod text;

#[cfg(feature = "detect")]
pub(crate) use build::{Builder, engine_kind};
pub use model::{
    Access, Frame, Kind, LastSync, Location, Lock, Place, Race, Release, Report, Severity, Strand,
};
#[cfg(feature = "detect")]
pub(crate) use print::{Sink, print};
#[cfg(feature = "detect")]
pub(crate) use suppress::Suppressions;
