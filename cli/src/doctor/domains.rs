//! A mail domain: its identity in SES, and DKIM, MAIL FROM, SPF and DMARC in DNS.

use aws::MailIdentity;

use super::{Finding, Mark};
use crate::dns::dmarc::Policy;
use crate::dns::spf::Spf;
use crate::dns::walk::{Found, Passed};
use crate::dns::{Dns, Unanswered, spf, walk};
use crate::domain::{Entry, Language, Purpose, State, dkim_records, look, mail_from_records};

/// Looks at a domain; `identity` is its own, or that of a domain above it, with the name that it has.
pub(crate) async fn domain(
    dns: &Dns,
    domain: &str,
    identity: Option<(&str, &MailIdentity)>,
    (stack, region): (&str, &str),
) -> Vec<Finding> {
    let again = format!("waypost domain {domain} --stack {stack}");
    let mut findings = Vec::new();
    match identity {
        None => findings.push(Finding::wrong(
            IDENTITY,
            "SES does not know the domain, so no mail leaves from it",
            format!("`{again}` makes it known and says which DNS records it needs"),
        )),
        Some((name, identity)) => {
            findings.push(verified(domain, name, identity, &again));
            let records = dkim_records(name, &identity.dkim);
            let entries = look(dns, name, records).await;
            findings.push(dkim(identity, &entries, &again));
            findings.extend(mail_from(dns, name, identity, region, &again).await);
        }
    }
    findings.push(dmarc(walk::find(dns, domain).await, &again));
    findings
        .into_iter()
        .map(|finding| finding.about(domain))
        .collect()
}

fn verified(domain: &str, name: &str, identity: &MailIdentity, again: &str) -> Finding {
    if identity.verified {
        let above = if name == domain {
            String::new()
        } else {
            format!(", through {name}")
        };
        return Finding::fine(IDENTITY, format!("verified: SES sends from it{above}"));
    }
    let error = identity.error.as_ref();
    let error = error.map_or_else(String::new, |error| format!("; it met {error} last"));
    Finding::wrong(
        IDENTITY,
        format!(
            "not verified ({}): no mail leaves from it{error}",
            identity.status
        ),
        match identity.status.as_str() {
            "FAILED" => format!(
                "SES gave up after 72 hours: put the DNS records right (`{again}` shows them), and it looks again once \
                 the identity is made anew"
            ),
            _ => format!(
                "`{again}` shows which DNS records are missing; SES looks by itself, for 72 hours"
            ),
        },
    )
}

fn dkim(identity: &MailIdentity, entries: &[Entry], again: &str) -> Finding {
    let dkim = &identity.dkim;
    if !dkim.enabled {
        return Finding::wrong(
            DKIM,
            "mails are not signed: signing is switched off",
            "switch it on with `aws sesv2 put-email-identity-dkim-attributes --signing-enabled`",
        );
    }
    if !dkim.easy {
        return Finding::advice(
            DKIM,
            "signed with a key of your own, whose DNS record is not looked at here",
            "nothing, if you renew that key yourself; Easy DKIM does so by itself",
        );
    }
    if let Some(finding) = unmet(DKIM, entries, again) {
        return finding;
    }
    if dkim.status != "SUCCESS" {
        return Finding::wrong(
            DKIM,
            format!(
                "the records are in DNS, but SES has not seen them yet ({})",
                dkim.status
            ),
            "wait: SES looks by itself, within hours and for 72 hours",
        );
    }
    match dkim.bits {
        Some(bits) if bits < 2048 => Finding::advice(
            DKIM,
            format!("signed, with a key of {bits} bits only"),
            "`aws sesv2 put-email-identity-dkim-signing-attributes --signing-attributes-origin AWS_SES \
             --signing-attributes NextSigningKeyLength=RSA_2048_BIT`; the records stay as they are",
        ),
        Some(bits) => Finding::fine(DKIM, format!("signed, with a key of {bits} bits")),
        None => Finding::fine(DKIM, "signed"),
    }
}

/// Says what is wrong with records in DNS, if anything is.
pub(super) fn unmet(check: &'static str, entries: &[Entry], again: &str) -> Option<Finding> {
    let unread = entries.iter().find_map(|entry| match &entry.state {
        State::Unread(why) => Some(why),
        State::Found | State::Missing | State::Wrong { .. } => None,
    });
    if let Some(why) = unread {
        return Some(Finding::unread(check, why));
    }
    let of = |state: &str| {
        let found = entries.iter().filter(|entry| entry.state.name() == state);
        found
            .map(|entry| entry.record.name.as_str())
            .collect::<Vec<_>>()
    };
    let why = entries.iter().find_map(|entry| match &entry.state {
        State::Wrong { why, .. } => Some(Language::En.why(*why).trim_end_matches(':')),
        State::Found | State::Missing | State::Unread(_) => None,
    });
    let (missing, wrong) = (of("missing"), of("wrong"));
    let names = |names: &[&str]| match names {
        [one] => (*one).to_owned(),
        several => format!("{} of {} records", several.len(), entries.len()),
    };
    let mut says = Vec::new();
    if !missing.is_empty() {
        says.push(format!("not in DNS: {}", names(&missing)));
    }
    if let Some(why) = why {
        says.push(format!("wrong in DNS: {} ({why})", names(&wrong)));
    }
    if says.is_empty() {
        return None;
    }
    let do_this = format!("`{again}` writes what to forward to whoever looks after the domain");
    Some(Finding::wrong(check, says.join("; "), do_this))
}

async fn mail_from(
    dns: &Dns,
    name: &str,
    identity: &MailIdentity,
    region: &str,
    again: &str,
) -> Vec<Finding> {
    let Some(mail_from) = &identity.mail_from else {
        let says =
            "none is set: the return address is Amazon's, so SPF does not count for the domain";
        let do_this = format!("`{again}` sets one and says which records it needs");
        return vec![
            Finding::wrong(MAIL_FROM, says, do_this.clone()),
            Finding::wrong(SPF, "it proves Amazon's domain only, not this one", do_this),
        ];
    };
    let records = mail_from_records(&mail_from.domain, region);
    let mx = records
        .into_iter()
        .filter(|record| record.purpose == Purpose::MailFromMx);
    let entries = look(dns, name, mx.collect()).await;
    let first = unmet(MAIL_FROM, &entries, again).unwrap_or_else(|| {
        let says = format!("bounces go to {}", mail_from.domain);
        match (mail_from.status.as_str(), mail_from.rejects) {
            ("SUCCESS", false) => Finding::fine(MAIL_FROM, says),
            ("SUCCESS", true) => Finding::advice(
                MAIL_FROM,
                format!("{says}; if its MX record were gone, SES would refuse every mail"),
                "`aws sesv2 put-email-identity-mail-from-attributes --behavior-on-mx-failure USE_DEFAULT_VALUE` lets \
                 mail go on, proven by its signature",
            ),
            (status, _) => Finding::wrong(
                MAIL_FROM,
                format!("the MX record is in DNS, but SES has not seen it yet ({status})"),
                "wait: SES looks by itself, within hours and for 72 hours",
            ),
        }
    });
    vec![
        first,
        spf(
            spf::check(dns, &mail_from.domain).await,
            &mail_from.domain,
            again,
        ),
    ]
}

fn spf(read: Result<Spf, Unanswered>, name: &str, again: &str) -> Finding {
    let says = match read {
        Err(unanswered) => return Finding::unread(SPF, unanswered),
        Ok(Spf::Good { lookups }) => {
            let says = format!("{name} lets SES send; {lookups} of at most 10 look-ups");
            return Finding::fine(SPF, says);
        }
        Ok(Spf::Missing) => format!("there is no SPF record at {name}"),
        Ok(Spf::Several(records)) => format!(
            "there are {} SPF records at {name}, and then receivers count none",
            records.len()
        ),
        Ok(Spf::WithoutSes(_)) => format!("the SPF record at {name} does not let SES send"),
        Ok(Spf::TooLong { .. }) => format!(
            "the SPF record at {name} takes more than 10 look-ups, and then receivers count none"
        ),
        Ok(Spf::Everybody(_)) => format!("the SPF record at {name} lets everybody send (+all)"),
        Ok(Spf::Broken { term, .. }) => format!(
            "the SPF record at {name} holds `{term}`, which SPF does not know, so receivers count none"
        ),
    };
    let do_this = format!(
        "have it be exactly `v=spf1 include:amazonses.com ~all`: `{again}` writes what to forward"
    );
    Finding::wrong(SPF, says, do_this)
}

fn dmarc(read: Result<Found, Unanswered>, again: &str) -> Finding {
    let found = match read {
        Ok(found) => found,
        Err(unanswered) => return Finding::unread(DMARC, unanswered),
    };
    if let Some((at, passed)) = found.faults.first() {
        let says = match passed {
            Passed::Several(records) => format!(
                "there are {} DMARC records at _dmarc.{at}, and then receivers count none",
                records.len()
            ),
            Passed::Broken(_, fault) => {
                format!("the DMARC record at _dmarc.{at} counts for nothing: {fault}")
            }
        };
        return Finding::wrong(
            DMARC,
            says,
            format!("leave one record there; `{again}` proposes one"),
        );
    }
    let Some(counted) = found.record else {
        return Finding::wrong(
            DMARC,
            "there is no DMARC record, neither at the domain nor above it",
            format!("Gmail, Yahoo and Microsoft ask for one: `{again}` proposes one"),
        );
    };
    let (dmarc, policy) = (&counted.dmarc, counted.policy());
    let mut says = format!("p={}, from _dmarc.{}", policy.name(), counted.domain);
    if dmarc.testing && policy != Policy::None {
        says.push_str(", only being tried out (t=y)");
    }
    let mut advice = Vec::new();
    if !dmarc.reports {
        advice.push("add rua=mailto:… to get the reports of who sends in your name".to_owned());
    }
    if !dmarc.ignored.is_empty() {
        // Tags may hold addresses, so only their names are shown.
        let names = dmarc
            .ignored
            .iter()
            .map(|tag| tag.split('=').next().unwrap_or_default());
        let names: Vec<_> = names.map(str::trim).collect();
        advice.push(format!(
            "take out what receivers pass over: {}",
            names.join(", ")
        ));
    }
    if dmarc.strict_spf {
        says.push_str("; aspf=s, so that only the signature counts, not SPF");
    }
    if policy == Policy::None && dmarc.reports {
        advice.push(
            "once the reports show that all of your own mail proves itself, go on to p=quarantine, then p=reject".to_owned(),
        );
    }
    if advice.is_empty() {
        return Finding::fine(DMARC, says);
    }
    Finding {
        // Being at the first step is no fault.
        mark: if dmarc.reports && dmarc.ignored.is_empty() {
            Mark::Fine
        } else {
            Mark::Advice
        },
        ..Finding::advice(DMARC, says, advice.join("; "))
    }
}

const IDENTITY: &str = "identity";
const DKIM: &str = "dkim";
const MAIL_FROM: &str = "mail from";
const SPF: &str = "spf";
const DMARC: &str = "dmarc";
