//! What a journey is, and what happens next.
//!
//! This crate decides; it never does.
//! Everything it may know arrives as an argument, everything it wants done leaves as an
//! [`Effect`].
//!
//! **Invariant:** no I/O, no clock, no randomness, no `async`.
//! The same arguments always give the same [`Decision`], which is why a redelivered input is harmless.

mod address;
mod advance;
mod audience;
mod condition;
mod contact;
mod decision;
mod enrollment;
mod event;
mod facts;
mod id;
mod mistake;
mod plan;
mod publish;
mod suggest;
#[cfg(test)]
mod tests;
mod time;
mod value;

pub use address::{AddressError, EmailAddress};
pub use advance::{advance, erase};
pub use audience::{Audience, Crowd, Happening, Person, address};
pub use condition::{Condition, Facts, Reading, Schema};
pub use contact::{BUILT_IN, Consent, Contact, Presence};
pub use decision::{
    Decision, Effect, Ignored, Input, Outcome, Scene, SendResult, Settled, Skipped,
};
pub use enrollment::{Enrollment, Order, Phase, Taken};
pub use event::{Entrance, EventType, Release};
pub use facts::{Known, Signals};
pub use id::{ContactId, EnrollmentId, NotAnId, SendId};
pub use mistake::Mistake;
pub use plan::{
    Absent, Action, Next, Plan, Purpose, Reentry, Send, Sender, Settings, Step, Trigger,
};
pub use publish::Publish;
pub use suggest::nearest;
pub use time::{Moment, Period, Wait, anniversary, ceil_to_minute, zone};
pub use value::{Field, FieldType, Kind, Value};
