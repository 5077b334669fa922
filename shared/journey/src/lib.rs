//! What a journey is, and what happens next.
//!
//! This crate decides; it never does.
//! Everything it may know arrives as an argument, everything it wants done leaves as an
//! [`Effect`].
//!
//! **Invariant:** no I/O, no clock, no randomness, no `async`.
//! The same arguments always give the same [`Decision`], which is why a redelivered input is harmless.

mod address;
mod admission;
mod advance;
mod arming;
mod audience;
mod change;
mod condition;
mod contact;
mod decision;
mod enrollment;
mod event;
mod facts;
mod firing;
mod hook;
mod id;
mod migration;
mod mistake;
mod plan;
mod publish;
mod rehearsal;
mod revision;
mod saying;
mod share;
mod silence;
mod suggest;
#[cfg(test)]
mod tests;
mod time;
mod value;

pub use address::{AddressError, EmailAddress};
pub use admission::{Admission, History, Refusal, admit};
pub use advance::{Clearance, advance, clearance, end_as_other, erase};
pub use arming::{arm, rearm};
pub use audience::{Audience, Crowd, Happening, Person, address};
pub use change::{Change, SCORE};
pub use condition::{Condition, Facts, Reading, Schema};
pub use contact::{BUILT_IN, Consent, Contact, Presence};
pub use decision::{
    Decision, Effect, Ending, Enroll, Ignored, Input, Outcome, Scene, SendResult, Settled, Signal,
    Skipped,
};
pub use enrollment::{ALREADY_IN, Enrollment, MERGED, Order, Phase, Taken};
pub use event::{Entrance, EventType, Release};
pub use facts::{Known, Signals};
pub use hook::{Hook, ResultKind};
pub use id::{CallId, ChangeId, ContactId, DateId, EnrollmentId, EntryId, NotAnId, SendId};
pub use migration::{Migration, Stay, migrate};
pub use mistake::Mistake;
pub use plan::{
    Absent, Action, Arm, Awaited, Branch, Cap, Goal, Holdout, Large, Limits, Next, Occasion, Over,
    Pace, Plan, Priority, Purpose, Reentry, Repeat, Rules, Scoring, Send, Sender, Settings, Step,
    Throttle, Trigger, WarmUp,
};
pub use publish::Publish;
pub use rehearsal::{Cut, Deed, Line, MOVES_MAX, Rehearsal, Script, Told, rehearse};
pub use revision::{Before, Revision};
pub use saying::{Part, parts, shown};
pub use silence::{Fired, Silence};
pub use suggest::nearest;
pub use time::{
    Hours, Moment, Period, Wait, Window, anniversary, ceil_to_minute, meet, opening, zone,
};
pub use value::{Field, FieldType, Kind, Value};
