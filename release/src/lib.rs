//! Reads a folder of journeys, templates and layouts; checks it; compiles it.
//!
//! [`compile`] is all there is to call: it gives a release that can be published, or every defect
//! at once.
//!
//! Files are read into trees that know where everything stands (`yaml`), trees into documents
//! that say what was written (`settings`, `events`, `audiences`, `journeys`, `mails`), and
//! documents into plans, where every name is looked up and every condition and template is checked
//! where it is used (`plan`).
//!
//! **Invariant:** what cannot be read is reported once, and nothing that follows from it is.

mod advice;
mod audiences;
mod compile;
mod defect;
mod enrolls;
mod events;
mod folder;
mod idle;
mod journeys;
mod mails;
mod measured;
mod names;
mod phrases;
mod plan;
mod pressure;
mod render;
mod scenarios;
mod schema;
mod scope;
mod seal;
mod settings;
mod slipping;
pub mod template;
mod values;
mod window;
mod words;
mod yaml;
mod zones;

pub use compile::{Compiled, Failure, Journey, Rejection, compile, events_in, sources};
pub use defect::{Defect, Place};
pub use folder::Unreadable;
pub use measured::half_blind;
pub use pressure::{Pressure, pressure};
pub use render::{Color, SHOWN_MAX, line_and_column, render};
pub use scenarios::{
    Difference, Entry, Scenario, Scenarios, Word, contact, difference, play, scenarios, time,
};
pub use schema::schemas;
pub use seal::seal;
pub use slipping::{Slip, slipping};
