//! `waypost doctor`: says what is right with a stack, what is wrong, and what to do.

use std::collections::BTreeSet;

use anyhow::bail;
use aws::{MailIdentity, Operator};
use engine::{DueIndex, Plans, Releases, Statements};
use jiff::{SignedDuration, Timestamp};
use journey::Action;

use super::{EXIT_CODES, Verdict};
use crate::dns::{Dns, resolver};
use crate::doctor::{
    Finding, Mark, account, domains, json, judge, show, stack as judged, tracking,
};
use crate::environment::Environment;
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::stack::{Choice, Stack, wait_for};

/// Says what is right with a stack, what is wrong, and what to do.
///
/// It looks at the mail domains in DNS and in SES, at what the SES account may do and costs, and at the secrets, the
/// queues and the release of the stack. What one look cannot read stops no other. Nothing is changed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost doctor --stack prod
  waypost doctor --stack prod --json | jq '.findings[] | select(.state == \"wrong\")'

{EXIT_CODES}"))]
pub(super) struct Args {
    #[command(flatten)]
    choice: Choice,
    /// Whom to ask about DNS [default: $WAYPOST_RESOLVER, else whom this machine asks]
    #[arg(long, value_name = "ADDRESS")]
    resolver: Option<String>,
    /// Prints JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Looks at a stack.
pub(super) fn doctor(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let server = args.resolver.as_ref().or(environment.resolver.as_ref());
    let server = server.map(|text| resolver(text)).transpose()?;
    wait_for(async {
        let dns = Dns::new(server)?;
        let stack = args.choice.open(environment).await?;
        let progress = Progress::start(terminal, "Looking at SES, DNS and the stack");
        let findings = examine(&stack, &dns).await;
        drop(progress);
        match Form::asked(args.json) {
            Form::People => terminal.say(show(&findings, terminal))?,
            Form::Programs => {
                terminal.say_json(&json(stack.name(), stack.operator().region(), &findings))?;
            }
        }
        let marks: BTreeSet<Mark> = findings.iter().map(|finding| finding.mark).collect();
        if marks.contains(&Mark::Wrong) {
            return Ok(Verdict::Wrong);
        }
        if marks.contains(&Mark::Unread) {
            bail!("not everything could be read; the rest is well");
        }
        Ok(Verdict::Fine)
    })
}

/// Looks at everything.
async fn examine(stack: &Stack, dns: &Dns) -> Vec<Finding> {
    let operator = stack.operator();
    let published = published(stack.aws()).await;
    let mut findings = Vec::new();
    let account = operator.mail_account().await;
    findings.extend(judge(&account::CHECKS, account, |account| {
        account::account(&account, operator.region())
    }));
    let set = &operator.wiring().configuration_set;
    let destinations = operator.event_destinations(set).await;
    findings.extend(judge(&[judged::REPORTS], destinations, |destinations| {
        judged::reports(set, &destinations)
    }));
    for domain in domains(operator, published.as_ref().ok()) {
        findings.extend(examine_domain(stack, dns, &domain).await);
    }
    findings.extend(examine_tracking(stack, dns).await);
    findings.extend(secrets(operator).await);
    findings.extend(judge(&[judged::RELEASE], published, |published| {
        let counts = published.map(|one| (one.hash, one.journeys, one.domains.len()));
        judged::release(stack.name(), counts)
    }));
    findings.extend(queues(stack).await);
    let age_s = oldest_due(stack.aws(), stack.now()).await;
    findings.extend(judge(&[judged::DUE], age_s, judged::due));
    let closing = stack.aws().closing().await;
    findings.extend(judge(&[judged::STATISTICS], closing, |closing| {
        let closing = closing.map(|closing| closing.value);
        judged::statistics(stack.now(), &closing.unwrap_or_default())
    }));
    findings.extend(operator.wiring().alarm_topic.as_deref().map(judged::alarms));
    findings
}

/// Names the domains to look at: the stack's own, and those that mails are from.
fn domains(operator: &Operator, published: Option<&Option<Published>>) -> BTreeSet<String> {
    let own = operator.wiring().mail_domain.clone();
    let senders = published.and_then(Option::as_ref);
    let senders = senders.into_iter().flat_map(|one| one.domains.clone());
    own.into_iter().chain(senders).collect()
}

async fn examine_domain(stack: &Stack, dns: &Dns, domain: &str) -> Vec<Finding> {
    let operator = stack.operator();
    let place = (stack.name(), operator.region());
    match identity(operator, domain).await {
        Ok(found) => {
            let found = found
                .as_ref()
                .map(|(name, identity)| (name.as_str(), identity));
            domains::domain(dns, domain, found, place).await
        }
        // What DNS says can be told all the same.
        Err(error) => {
            let mut findings = domains::domain(dns, domain, None, place).await;
            if let Some(first) = findings.first_mut() {
                *first = Finding::unread(first.check, format!("{error:#}")).about(domain);
            }
            findings
        }
    }
}

/// Looks at the domain that measured links lead through, where it is not SES's own.
async fn examine_tracking(stack: &Stack, dns: &Dns) -> Vec<Finding> {
    let operator = stack.operator();
    let wiring = operator.wiring();
    let Some(led) = &wiring.tracking else {
        return Vec::new();
    };
    let identity = identity(operator, &led.domain).await;
    let identity = identity.map(|found| found.map(|(_, identity)| identity));
    let place = (stack.name(), wiring.mail_domain.as_deref());
    tracking::tracking(dns, led, identity, place).await
}

/// Finds the identity that mails from a domain go by: its own, or a verified one above it.
async fn identity(
    operator: &Operator,
    domain: &str,
) -> anyhow::Result<Option<(String, MailIdentity)>> {
    let mut own = None;
    let above = std::iter::successors(Some(domain), |name| {
        name.split_once('.').map(|(_, above)| above)
    });
    for name in above.filter(|name| name.contains('.')) {
        match operator.mail_identity(name).await? {
            Some(identity) if identity.verified => return Ok(Some((name.to_owned(), identity))),
            Some(identity) if own.is_none() => own = Some((name.to_owned(), identity)),
            Some(_) | None => (),
        }
    }
    Ok(own)
}

async fn secrets(operator: &Operator) -> Vec<Finding> {
    let stack = operator.stack();
    let are_secrets = |text: &str| {
        let mut secrets = text.split_whitespace().peekable();
        secrets.peek().is_some() && secrets.all(|secret| wire::Secret::parse(secret).is_ok())
    };
    let is_key = |text: &str| wire::AddressHasher::parse(text).is_ok();
    let mut findings = Vec::new();
    let read = operator.parameter(SIGNING_SECRETS).await;
    findings.extend(judge(&[judged::SECRETS], read, |value| {
        judged::secret(SIGNING_SECRETS, stack, value.as_deref(), are_secrets)
    }));
    let read = operator.parameter(ADDRESS_KEY).await;
    findings.extend(judge(&[judged::SECRETS], read, |value| {
        judged::secret(ADDRESS_KEY, stack, value.as_deref(), is_key)
    }));
    findings
}

async fn queues(stack: &Stack) -> Vec<Finding> {
    let (mut findings, mut depths, mut dead) = (Vec::new(), Vec::new(), Vec::new());
    for (name, url, dead_url) in stack.queues().all() {
        let urls = [
            (url, judged::QUEUES, &mut depths),
            (Some(dead_url), judged::DEAD_LETTERS, &mut dead),
        ];
        for (url, check, depths) in urls {
            let Some(url) = url else {
                continue;
            };
            match stack.aws().depth_of(url).await {
                Ok(depth) => depths.push((name, depth)),
                Err(error) => {
                    findings.push(Finding::unread(check, format!("{error:#}")).about(name));
                }
            }
        }
    }
    findings.extend(judged::queues(&depths));
    findings.extend(judged::dead_letters(stack.name(), &dead));
    findings
}

/// What is in force.
struct Published {
    hash: String,
    journeys: usize,
    /// The domains that mails are from.
    domains: BTreeSet<String>,
}

async fn published(aws: &(impl Plans + Releases)) -> anyhow::Result<Option<Published>> {
    let Some((hash, release)) = aws.current().await? else {
        return Ok(None);
    };
    let mut domains = BTreeSet::new();
    for entrance in release.journeys.values() {
        let plan = aws.plan(&entrance.plan).await?;
        for step in &plan.steps {
            if let Action::Send { send, .. } = &step.action {
                domains.insert(send.from.address.domain().to_owned());
            }
        }
    }
    Ok(Some(Published {
        hash,
        journeys: release.journeys.len(),
        domains,
    }))
}

/// Returns how many seconds the longest overdue has been due.
async fn oldest_due(aws: &impl DueIndex, now: Timestamp) -> anyhow::Result<Option<i64>> {
    let mut oldest = None;
    for shard in 0..aws.shards() {
        // A minute for who is being woken at this moment.
        let overdue = aws
            .due(shard, now - SignedDuration::from_mins(1), None)
            .await?;
        let first = overdue.first().map(|overdue| overdue.due);
        oldest = oldest.into_iter().chain(first).min();
    }
    Ok(oldest.map(|due| now.duration_since(due).as_secs()))
}

const SIGNING_SECRETS: &str = "signing-secrets";
const ADDRESS_KEY: &str = "address-key";
