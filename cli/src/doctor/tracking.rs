//! The domain that measured links lead through: whether SES may use it, whether DNS leads to SES, and by https.

use aws::MailIdentity;
use wire::Tracking;

use super::domains::unmet;
use super::{Finding, Mark};
use crate::dns::Dns;
use crate::domain::{DomainName, look, tracking_record};

/// Looks at it; `identity` is its own in SES, or that of a domain above it.
pub(crate) async fn tracking(
    dns: &Dns,
    tracking: &Tracking,
    identity: anyhow::Result<Option<MailIdentity>>,
    (stack, mail_domain): (&str, Option<&str>),
) -> Vec<Finding> {
    let domain = &tracking.domain;
    let entries = look(dns, registered(domain), vec![tracking_record(tracking)]).await;
    let asked = format!(
        "waypost domain {} --stack {stack}",
        asked(domain, mail_domain)
    );
    let mut findings = Vec::new();
    findings.extend(known(identity, domain, stack));
    findings.extend(unmet(TRACKING, &entries, &asked));
    if !tracking.https {
        findings.push(Finding::wrong(
            TRACKING,
            format!("links that begin with https end in a browser's warning: SES's server has no certificate for {domain}"),
            "ask ACM in us-east-1 for one, and deploy with its ARN as TrackingCertificateArn; until then with \
             Tracking=off, or without TrackingDomain",
        ));
    }
    if findings.iter().all(|finding| finding.mark == Mark::Fine) {
        let says = format!("measured links lead through it to {}", tracking.target);
        findings.push(Finding::fine(TRACKING, says));
    }
    let about = findings.into_iter().map(|finding| finding.about(domain));
    about.collect()
}

/// Says what keeps SES from using the domain, if anything does.
fn known(
    identity: anyhow::Result<Option<MailIdentity>>,
    domain: &str,
    stack: &str,
) -> Option<Finding> {
    match identity {
        Ok(Some(identity)) if identity.verified => None,
        Ok(_) => Some(Finding::wrong(
            TRACKING,
            "neither it nor a domain above it is verified in SES, so SES may refuse to lead links through it",
            format!(
                "`waypost domain {domain} --stack {stack}` makes it known by itself, or take one below the mail domain"
            ),
        )),
        Err(error) => Some(Finding::unread(TRACKING, format!("{error:#}"))),
    }
}

/// Names the domain whose documents hold the record: that of the mails, where the same people look after both.
fn asked<'a>(domain: &'a str, mail_domain: Option<&'a str>) -> &'a str {
    let beside = |mail: &&str| {
        let mail = mail.parse::<DomainName>();
        mail.is_ok_and(|mail| mail.is_beside(domain))
    };
    mail_domain.filter(beside).unwrap_or(domain)
}

/// Returns the registered domain, which forms add to a name that is typed.
fn registered(domain: &str) -> &str {
    psl::domain_str(domain).unwrap_or(domain)
}

const TRACKING: &str = "tracking";
