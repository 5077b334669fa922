//! Turns a compiled template and the facts of one send into a mail.
//!
//! Whatever can be known when a release is published is checked there; what is left for the moment
//! of sending is to fill in values, and to refuse a mail in which one of them is not there.
//!
//! **Invariant:** a mail is whole or it is an error.
//! No value that is missing, absent or empty is ever printed as nothing, no value becomes markup or a
//! header, and nothing is cut off: what is too long is refused.
//!
//! **Invariant:** no I/O, no clock, no randomness, no `async`, and no value of a person in an error.

mod clean;
mod fault;
mod fold;
mod helpers;
mod locale;
mod scope;
mod template;

pub use fault::{Fault, Part, RenderError, TemplateError};
pub use helpers::{Accepts, Argument, Gives, HELPERS, Helper};
pub use locale::Locale;
pub use scope::{Scope, ScopeError, TEXT_BYTES_MAX, json, put};
pub use template::{MAIL_BYTES_MAX, Mail, SOURCE_BYTES_MAX, SUBJECT_CHARS_MAX, Source, Template};

#[cfg(test)]
mod tests;
