//! What is written down, pinned: a change of a format shows here before it shows in a table.

mod calls;
mod documents;
mod everything;
mod forgeries;
mod laws;
mod moves;
mod reports;
mod revisions;
mod runs;
mod samples;
mod signatures;
mod statements;
