//! What a journey is, and what happens next.
//!
//! This crate decides; it never does.
//! Everything it may know arrives as an argument, everything it wants done leaves as an
//! [`Effect`].
//!
//! **Invariant:** no I/O, no clock, no randomness, no `async`.
//! The same arguments always give the same [`Decision`], which is why a redelivered input is harmless.

mod address;
mod id;
mod mistake;
mod suggest;
mod value;

pub use address::{AddressError, EmailAddress};
pub use id::{ContactId, EnrollmentId, NotAnId, SendId};
pub use mistake::Mistake;
pub use suggest::nearest;
pub use value::{Field, FieldType, Kind, Value};
