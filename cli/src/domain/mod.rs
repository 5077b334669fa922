//! A mail domain: the records that it needs, which of them are there, and how to ask for the others.

mod ask;
mod language;
mod name;
mod page;
mod records;
mod state;
mod steps;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use ask::{Ask, dmarc_entry};
pub(crate) use language::Language;
pub(crate) use name::DomainName;
pub(crate) use page::page;
pub(crate) use records::{
    Purpose, Record, TTL_S, dkim_records, mail_from_records, tracking_record,
};
pub(crate) use state::{Entry, State, look};
pub(crate) use steps::steps;
pub(crate) use text::{text, zone};
