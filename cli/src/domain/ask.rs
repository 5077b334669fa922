//! What is asked of whoever looks after a domain.

use super::records::{Purpose, Record};
use super::state::{Entry, State, Why};
use super::{DomainName, Language};
use crate::dns::Kind;
use crate::dns::dmarc::Policy;
use crate::dns::walk::{Counted, Found, Passed};
use wire::Tracking;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// The domain.
    pub(crate) domain: DomainName,
    /// The subdomain that bounces go to, if there is one.
    pub(crate) mail_from: Option<String>,
    /// The records, and which of them are there.
    pub(crate) entries: Vec<Entry>,
    /// The DMARC record that counts already, and is kept.
    pub(crate) kept: Option<Counted>,
    /// The domain that measured links lead through, if it is looked after with this one.
    pub(crate) tracking: Option<Tracking>,
    /// The language to ask in.
    pub(crate) language: Language,
}

impl Ask {
    /// Returns whether nothing is left to do.
    pub(crate) fn is_done(&self) -> bool {
        let mut states = self.entries.iter().map(|entry| &entry.state);
        states.all(|state| *state == State::Found)
    }

    /// Counts what is still to be added or changed.
    pub(crate) fn left(&self) -> usize {
        let states = self.entries.iter().map(|entry| &entry.state);
        let left = |state: &&State| matches!(state, State::Missing | State::Wrong { .. });
        states.filter(left).count()
    }

    /// Lists why DNS did not answer, for each record about which it did not.
    pub(crate) fn unread(&self) -> Vec<&str> {
        let states = self.entries.iter().map(|entry| &entry.state);
        let why = states.filter_map(|state| match state {
            State::Unread(why) => Some(why.as_str()),
            State::Found | State::Missing | State::Wrong { .. } => None,
        });
        why.collect()
    }

    /// Returns the records for a purpose.
    pub(crate) fn of(&self, purpose: Purpose) -> impl Iterator<Item = &Entry> {
        let entries = self.entries.iter();
        entries.filter(move |entry| entry.record.purpose == purpose)
    }

    /// Names the domain that measured links lead through.
    pub(super) fn tracked(&self) -> &str {
        let tracking = self.tracking.as_ref();
        tracking.map_or("", |tracking| &tracking.domain)
    }

    /// Lists what to know about the record that is kept.
    pub(crate) fn remarks(&self) -> Vec<Remark> {
        let Some(kept) = &self.kept else {
            return Vec::new();
        };
        let dmarc = &kept.dmarc;
        let mut remarks = Vec::new();
        if !kept.own {
            remarks.push(Remark::Above(kept.domain.clone()));
        }
        remarks.push(Remark::Policy(kept.policy()));
        if dmarc.testing && kept.policy() != Policy::None {
            remarks.push(Remark::Testing);
        }
        if !dmarc.reports {
            remarks.push(Remark::NoReports);
        }
        if dmarc.strict_spf {
            remarks.push(Remark::StrictSpf);
        }
        if !dmarc.ignored.is_empty() {
            remarks.push(Remark::Ignored(dmarc.ignored.join("; ")));
        }
        remarks
    }
}

/// Something to know about a DMARC record that is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Remark {
    /// It is the record of this domain above.
    Above(String),
    /// It asks for this.
    Policy(Policy),
    /// It is only being tried out.
    Testing,
    /// Nobody gets reports.
    NoReports,
    /// Only the signature counts.
    StrictSpf,
    /// Receivers pass this over.
    Ignored(String),
}

/// Makes of what DNS says of DMARC the record that is asked for: the one that counts, or one to begin with.
pub(crate) fn dmarc_entry(domain: &DomainName, reports: &str, found: &Found) -> Entry {
    let fault = found
        .faults
        .iter()
        .find(|(name, _)| name == domain.as_str());
    let suggested = Record {
        purpose: Purpose::Dmarc,
        name: format!("_dmarc.{domain}"),
        kind: Kind::Txt,
        value: format!("v=DMARC1; p=none; rua=mailto:{reports}"),
    };
    let wrong = |there: &[String], why| State::Wrong {
        there: there.to_vec(),
        why,
    };
    match (fault, &found.record) {
        (Some((_, Passed::Several(there))), _) => Entry {
            record: suggested,
            state: wrong(there, Why::Several),
        },
        (Some((_, Passed::Broken(there, _))), _) => Entry {
            record: suggested,
            state: wrong(std::slice::from_ref(there), Why::Unreadable),
        },
        (None, Some(kept)) => Entry {
            record: Record {
                name: format!("_dmarc.{}", kept.domain),
                value: kept.text.clone(),
                ..suggested
            },
            state: State::Found,
        },
        (None, None) => Entry {
            record: suggested,
            state: State::Missing,
        },
    }
}
