//! A DMARC record, as RFC 9989 reads it.

use std::collections::BTreeSet;

/// What the owner of a domain asks of receivers.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Dmarc {
    /// `p`: for mail that does not prove where it comes from.
    pub(crate) policy: Policy,
    /// `sp`: the same, for subdomains.
    pub(crate) subdomains: Option<Policy>,
    /// `np`: the same, for subdomains that do not exist.
    pub(crate) nonexistent: Option<Policy>,
    /// `adkim=s`: the signature must name the very domain.
    pub(crate) strict_dkim: bool,
    /// `aspf=s`: the return address must be of the very domain.
    pub(crate) strict_spf: bool,
    /// `rua`: whether somebody gets the daily reports.
    pub(crate) reports: bool,
    /// `t=y`: the policy is only being tried out.
    pub(crate) testing: bool,
    /// `psd`: whether this is where organizations register their domains.
    pub(crate) suffix: Suffix,
    /// What receivers pass over, as it stands there.
    pub(crate) ignored: Vec<String>,
}

/// What to do with mail that does not prove where it comes from.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Policy {
    /// Deliver it all the same.
    #[default]
    None,
    /// Put it where spam goes.
    Quarantine,
    /// Refuse it.
    Reject,
}

impl Policy {
    /// Returns the policy's name in a record.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }

    fn read(value: &str) -> Option<Self> {
        let all = [Self::None, Self::Quarantine, Self::Reject];
        all.into_iter()
            .find(|policy| value.eq_ignore_ascii_case(policy.name()))
    }
}

/// `psd`: whether a domain is a public suffix.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Suffix {
    /// `u`, or nothing.
    #[default]
    Unsaid,
    /// `y`
    Yes,
    /// `n`
    No,
}

/// Why receivers count a record that begins with `v=DMARC1` for nothing.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Fault {
    /// RFC 6376, 3.2, whose syntax it is.
    #[error("`{0}` stands in it twice")]
    Twice(String),
    /// RFC 9989: and nobody gets reports, who would tell of it.
    #[error("`{0}` is no policy: none, quarantine or reject")]
    NoPolicy(String),
}

/// Reads a record; nothing if it is none of DMARC's.
pub(crate) fn read(text: &str) -> Option<Result<Dmarc, Fault>> {
    let mut parts = text.split(';').map(str::trim);
    let (name, version) = split(parts.next()?)?;
    // The name in any case, the version in this one only.
    if !name.eq_ignore_ascii_case("v") || version != "DMARC1" {
        return None;
    }
    let mut record = Dmarc::default();
    let mut seen = BTreeSet::from(["v".to_owned()]);
    let mut unpolitic = None;
    // What a provider's form leaves at the end is no tag.
    for part in parts.filter(|part| !part.is_empty()) {
        let Some((name, value)) = split(part) else {
            record.ignored.push(part.to_owned());
            continue;
        };
        let name = name.to_ascii_lowercase();
        if !seen.insert(name.clone()) {
            return Some(Err(Fault::Twice(name)));
        }
        match (name.as_str(), Policy::read(value)) {
            ("p", Some(policy)) => record.policy = policy,
            ("sp", Some(policy)) => record.subdomains = Some(policy),
            ("np", Some(policy)) => record.nonexistent = Some(policy),
            ("p" | "sp" | "np", None) => unpolitic = Some(part.to_owned()),
            _ => {
                if !record.take(&name, value) {
                    record.ignored.push(part.to_owned());
                }
            }
        }
    }
    let Some(part) = unpolitic else {
        return Some(Ok(record));
    };
    if !record.reports {
        return Some(Err(Fault::NoPolicy(part)));
    }
    // RFC 9989: whoever asks for reports is taken to have said `p=none`.
    (record.policy, record.subdomains, record.nonexistent) = (Policy::None, None, None);
    record.ignored.push(part);
    Some(Ok(record))
}

impl Dmarc {
    /// Takes in a tag that is no policy; returns whether receivers heed it.
    fn take(&mut self, name: &str, value: &str) -> bool {
        let value = value.to_ascii_lowercase();
        match (name, value.as_str()) {
            ("adkim", "r" | "s") => self.strict_dkim = value == "s",
            ("aspf", "r" | "s") => self.strict_spf = value == "s",
            ("t", "y" | "n") => self.testing = value == "y",
            ("psd", "y") => self.suffix = Suffix::Yes,
            ("psd", "n") => self.suffix = Suffix::No,
            ("psd", "u") => self.suffix = Suffix::Unsaid,
            ("rua", _) => {
                self.reports = value.split(',').any(is_place);
                return self.reports;
            }
            ("ruf", _) => return value.split(',').any(is_place),
            ("fo", _) => {
                let options = ["0", "1", "d", "s"];
                return value.split(':').all(|option| options.contains(&option));
            }
            // `pct`, `rf` and `ri` were taken out by RFC 9989; others are not known.
            _ => return false,
        }
        true
    }

    /// Returns what is asked for mail from a subdomain that has no record of its own.
    pub(crate) fn for_subdomains(&self) -> Policy {
        self.subdomains.unwrap_or(self.policy)
    }
}

fn split(part: &str) -> Option<(&str, &str)> {
    let (name, value) = part.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic());
    let is_value = !value.is_empty() && value.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    (is_name && is_value).then_some((name, value))
}

/// Whether reports can be sent to this URI.
fn is_place(uri: &str) -> bool {
    // Receivers pass over the size that older records set.
    let uri = uri.trim().split('!').next().unwrap_or_default();
    match uri.split_once(':') {
        Some(("mailto", address)) => {
            let parts = address.split_once('@');
            parts.is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.'))
        }
        Some((scheme, rest)) => {
            !rest.is_empty()
                && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        }
        None => false,
    }
}
