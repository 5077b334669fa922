//! What a release may say, and what is answered when it says something else.

mod audiences;
mod entry;
mod events;
mod files;
mod folder;
mod good;
mod mails;
mod project;
mod steps;
mod usage;
mod yaml;
