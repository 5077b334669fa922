//! Looks which of the records are there.

use futures_util::future::join_all;

use super::{Purpose, Record};
use crate::dns::{Dns, Kind, Unanswered, spf};

/// A record, and whether it is there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Entry {
    /// The record as it should be.
    pub(crate) record: Record,
    /// What DNS has.
    pub(crate) state: State,
}

/// What DNS has of a record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum State {
    /// It is there, or one that does as well.
    Found,
    /// Nothing is there.
    Missing,
    /// Something else is there.
    Wrong {
        /// What is there.
        there: Vec<String>,
        /// Why that will not do.
        why: Why,
    },
    /// DNS did not answer.
    Unread(String),
}

/// Why what is there will not do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Why {
    /// It is another value.
    Other,
    /// There must be one alone.
    Several,
    /// It stands under a name that has the domain twice: the provider adds it to what is typed.
    DomainTwice,
    /// A record of another kind is there.
    Kind,
    /// Receivers cannot follow it.
    Unreadable,
    /// It makes receivers ask more than ten questions.
    TooLong,
    /// It lets everybody send.
    Everybody,
}

impl State {
    /// Returns its name for programs.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Missing => "missing",
            Self::Wrong { .. } => "wrong",
            Self::Unread(_) => "unread",
        }
    }
}

/// Looks for each of `records`.
pub(crate) async fn look(dns: &Dns, domain: &str, records: Vec<Record>) -> Vec<Entry> {
    // All at once: where DNS does not answer, that is waited for only once.
    let entries = records.into_iter().map(async |record| {
        let state = state(dns, domain, &record).await;
        let state = state.unwrap_or_else(|unanswered| State::Unread(unanswered.to_string()));
        Entry { record, state }
    });
    join_all(entries).await
}

async fn state(dns: &Dns, domain: &str, record: &Record) -> Result<State, Unanswered> {
    if record.purpose == Purpose::MailFromSpf {
        let spf = spf::check(dns, &record.name).await?;
        let state = of_spf(spf);
        return if state == State::Missing {
            elsewhere(dns, domain, record).await
        } else {
            Ok(state)
        };
    }
    let there = dns.ask(&record.name, record.kind).await?;
    match there.as_slice() {
        [] => elsewhere(dns, domain, record).await,
        [one] if one.eq_ignore_ascii_case(&record.value) => Ok(State::Found),
        [_] => Ok(wrong(there, Why::Other)),
        _ => Ok(wrong(there, Why::Several)),
    }
}

fn of_spf(spf: spf::Spf) -> State {
    match spf {
        spf::Spf::Good { .. } => State::Found,
        spf::Spf::Missing => State::Missing,
        spf::Spf::Several(records) => wrong(records, Why::Several),
        spf::Spf::WithoutSes(record) => wrong(vec![record], Why::Other),
        spf::Spf::TooLong { record } => wrong(vec![record], Why::TooLong),
        spf::Spf::Everybody(record) => wrong(vec![record], Why::Everybody),
        spf::Spf::Broken { record, .. } => wrong(vec![record], Why::Unreadable),
    }
}

/// Looks where a record that is not there ends up when a form is misread.
async fn elsewhere(dns: &Dns, domain: &str, record: &Record) -> Result<State, Unanswered> {
    let twice = dns
        .ask(&format!("{}.{domain}", record.name), record.kind)
        .await?;
    if !twice.is_empty() {
        let there = twice
            .iter()
            .map(|value| format!("{}.{domain}: {value}", record.name));
        return Ok(wrong(there.collect(), Why::DomainTwice));
    }
    if record.kind == Kind::Cname {
        // Keys have names that only a wildcard gives an address to; a name for links may have been a website's.
        let kinds: &[Kind] = match record.purpose {
            Purpose::Tracking => &[Kind::Txt, Kind::A],
            Purpose::Dkim | Purpose::MailFromMx | Purpose::MailFromSpf | Purpose::Dmarc => {
                &[Kind::Txt]
            }
        };
        for kind in kinds {
            let there = dns.ask(&record.name, *kind).await?;
            if !there.is_empty() {
                let there = there.iter().map(|value| format!("{} {value}", kind.name()));
                return Ok(wrong(there.collect(), Why::Kind));
            }
        }
    }
    Ok(State::Missing)
}

fn wrong(there: Vec<String>, why: Why) -> State {
    State::Wrong { there, why }
}
