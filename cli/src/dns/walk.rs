//! Finds the DMARC record that counts for a domain: RFC 9989's walk up the tree of names.

use super::dmarc::{Dmarc, Fault, Policy, Suffix, read};
use super::{Dns, Kind, Unanswered};

/// What DMARC says of a domain.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Found {
    /// The record that counts, if any does.
    pub(crate) record: Option<Counted>,
    /// What was passed over on the way, and counts for nothing.
    pub(crate) faults: Vec<(String, Passed)>,
}

/// A record that counts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Counted {
    /// The domain whose record it is.
    pub(crate) domain: String,
    /// The record as it stands in DNS.
    pub(crate) text: String,
    /// What it says.
    pub(crate) dmarc: Dmarc,
    /// Whether it is the very domain's, or that of one above it.
    pub(crate) own: bool,
}

impl Counted {
    /// Returns what is asked for mail from the domain.
    pub(crate) fn policy(&self) -> Policy {
        if self.own {
            self.dmarc.policy
        } else {
            self.dmarc.for_subdomains()
        }
    }
}

/// Why records under a name count for nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Passed {
    /// There are several.
    Several(Vec<String>),
    /// It has a fault.
    Broken(String, Fault),
}

/// Finds the record that counts for `domain`.
pub(crate) async fn find(dns: &Dns, domain: &str) -> Result<Found, Unanswered> {
    let mut records: Vec<Counted> = Vec::new();
    let mut faults = Vec::new();
    for name in names(domain) {
        let own = name == domain;
        let texts = dns.ask(&format!("_dmarc.{name}"), Kind::Txt).await?;
        let texts = texts.into_iter().filter(|text| read(text).is_some());
        match texts.collect::<Vec<_>>().as_slice() {
            [] => continue,
            [text] => match read(text) {
                None => continue,
                Some(Err(fault)) => {
                    faults.push((name, Passed::Broken(text.clone(), fault)));
                    continue;
                }
                Some(Ok(dmarc)) => records.push(Counted {
                    domain: name,
                    text: text.clone(),
                    dmarc,
                    own,
                }),
            },
            several => {
                faults.push((name, Passed::Several(several.to_vec())));
                continue;
            }
        }
        // The domain's own record is the policy whatever stands above; `psd=n` ends every walk.
        let last = records.last();
        if last.is_some_and(|last| own || last.dmarc.suffix != Suffix::Unsaid) {
            break;
        }
    }
    Ok(Found {
        record: organization(domain, records),
        faults,
    })
}

/// Chooses among the records that were met on the way up: the domain's own, or its organization's.
fn organization(domain: &str, mut records: Vec<Counted>) -> Option<Counted> {
    let last = records.pop()?;
    if last.own || last.dmarc.suffix != Suffix::Yes {
        // The one with the fewest labels.
        return Some(last);
    }
    // One label below a suffix is the organization. If it says nothing itself, the suffix speaks for it.
    let below = domain.strip_suffix(&format!(".{}", last.domain));
    let label = below.and_then(|below| below.rsplit('.').next());
    let organization = label.map(|label| format!("{label}.{}", last.domain));
    let its = records
        .pop()
        .filter(|record| Some(&record.domain) == organization.as_ref());
    Some(its.unwrap_or(last))
}

/// Names the domains whose records are looked for, in this order: at most eight.
fn names(domain: &str) -> Vec<String> {
    let labels: Vec<&str> = domain.split('.').collect();
    let above = (labels.len() - 1).min(LABELS_MAX - 1);
    let mut names = vec![domain.to_owned()];
    names.extend(
        (1..=above)
            .rev()
            .map(|count| labels[labels.len() - count..].join(".")),
    );
    names
}

/// From here on the walk takes a shortcut, so that nobody can make receivers ask for ever.
const LABELS_MAX: usize = 8;
