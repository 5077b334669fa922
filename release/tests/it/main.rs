//! What a release may say, and what is answered when it says something else.

mod advice;
mod audiences;
mod enrolls;
mod entry;
mod events;
mod files;
mod folder;
mod good;
mod hostile;
mod mails;
mod measured;
mod once;
mod plain;
mod pressures;
mod project;
mod rehearsed;
mod slipping;
mod steps;
mod together;
mod usage;
mod yaml;
