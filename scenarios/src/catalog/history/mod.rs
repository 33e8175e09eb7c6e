//! Much happens between the two accesses: detectors with a bounded memory have forgotten the first.

pub mod million_accesses;
pub mod readers;
pub mod ten_thousand_strands;
