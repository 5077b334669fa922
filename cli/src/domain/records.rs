//! The records that a mail domain needs.

use aws::Dkim;
use wire::Tracking;

use crate::dns::Kind;

/// A record as it should stand in DNS.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Record {
    /// What it is for.
    pub(crate) purpose: Purpose,
    /// Its full name, without the last dot.
    pub(crate) name: String,
    /// Its kind.
    pub(crate) kind: Kind,
    /// Its value; of an MX record with the preference before it.
    pub(crate) value: String,
}

/// What a record is for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Purpose {
    /// The key that signatures are checked with.
    Dkim,
    /// Where bounces go.
    MailFromMx,
    /// Who may send with that return address.
    MailFromSpf,
    /// What receivers should do with mail that proves nothing.
    Dmarc,
    /// Where measured links lead first.
    Tracking,
}

impl Purpose {
    /// Returns its name for programs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dkim => "dkim",
            Self::MailFromMx => "mail-from-mx",
            Self::MailFromSpf => "mail-from-spf",
            Self::Dmarc => "dmarc",
            Self::Tracking => "tracking",
        }
    }
}

impl Record {
    /// Returns the name as most forms of providers want it: without the domain, which they add.
    pub(crate) fn short_name(&self, domain: &str) -> String {
        let short = self.name.strip_suffix(&format!(".{domain}"));
        short.unwrap_or(&self.name).to_owned()
    }
}

/// Returns the records that let receivers check signatures.
pub(crate) fn dkim_records(domain: &str, dkim: &Dkim) -> Vec<Record> {
    let zone = dkim.zone.as_deref().unwrap_or(DKIM_ZONE);
    let records = dkim.tokens.iter().map(|token| Record {
        purpose: Purpose::Dkim,
        name: format!("{token}._domainkey.{domain}"),
        kind: Kind::Cname,
        value: format!("{token}.{zone}"),
    });
    records.collect()
}

/// Returns the records of the subdomain that bounces go to.
pub(crate) fn mail_from_records(mail_from: &str, region: &str) -> Vec<Record> {
    vec![
        Record {
            purpose: Purpose::MailFromMx,
            name: mail_from.to_owned(),
            kind: Kind::Mx,
            value: format!("10 feedback-smtp.{region}.amazonses.com"),
        },
        Record {
            purpose: Purpose::MailFromSpf,
            name: mail_from.to_owned(),
            kind: Kind::Txt,
            value: "v=spf1 include:amazonses.com ~all".to_owned(),
        },
    ]
}

/// Returns the record of the domain that measured links lead through.
pub(crate) fn tracking_record(tracking: &Tracking) -> Record {
    Record {
        purpose: Purpose::Tracking,
        name: tracking.domain.clone(),
        kind: Kind::Cname,
        value: tracking.target.to_ascii_lowercase(),
    }
}

/// Where keys are kept for identities of which SES says nothing else.
const DKIM_ZONE: &str = "dkim.amazonses.com";
/// How long resolvers may keep a record, in seconds.
pub(crate) const TTL_S: u32 = 3600;
