//! Says what to write instead where the author's words tell what was meant, and the languages of conditions, moments
//! and durations cannot know.
//!
//! It goes by the words of their mistakes, so tests hold each piece of advice to the mistake that it is for.

mod condition;
mod moment;

pub(crate) use condition::{asked, cut_off, read};
pub(crate) use moment::{duration, moment};
