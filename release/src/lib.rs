//! Reads a folder of journeys, templates and layouts; checks it; compiles it.

mod defect;

pub use defect::{Defect, Place};
