//! What users of the command rely on, proven with the command itself, on real ports and with real kills.
//!
//! Each test has a folder and a Waypost of its own. Some go on longer when asked: `WAYPOST_KILLS=100` kills that
//! many processes in the midst of ten times as many events, in real time.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

mod accessible;
mod answers;
mod breaking;
mod browsers;
mod chance;
mod clients;
mod cloud;
mod comebacks;
mod coming_from;
mod command;
mod commands;
mod confirming;
mod costs;
mod counted;
mod domains;
mod examples;
mod explaining;
mod faults;
mod halting;
mod hands;
mod hard_mails;
mod hooks;
mod http;
mod importing;
mod kills;
mod laptop;
mod left_behind;
mod letters;
mod measuring;
mod mending;
mod merging;
mod migrating;
mod mime;
mod operator;
mod pacing;
mod playing;
mod posts;
mod privacy;
mod processes;
mod publishing;
mod receivers;
mod rehearsals;
mod releases;
mod repeats;
mod rights;
mod scanners;
mod secrets;
mod sights;
mod source;
mod storms;
mod taking_back;
mod time;
mod triggering;
mod tuning;
mod unsubscribing;
mod upgrades;
mod waits;
mod zones;
