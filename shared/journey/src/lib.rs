//! What a journey is, and what happens next.
//!
//! This crate decides; it never does.
//! Everything it may know arrives as an argument, everything it wants done leaves as an effect.
//!
//! **Invariant:** no I/O, no clock, no randomness, no `async`.
//! The same arguments always give the same decision, which is why a redelivered input is harmless.

mod value;

pub use value::{Field, FieldType, Kind, Value};
