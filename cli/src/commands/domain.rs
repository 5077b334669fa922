//! `waypost domain`: makes a domain ready to send from, and says what its DNS still needs.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use aws::{MailIdentity, Operator};
use futures_util::future::join;
use serde_json::{Value, json};

use super::{EXIT_CODES, Verdict};
use crate::ask::Consent;
use crate::columns::columns;
use crate::dns::walk::Found;
use crate::dns::{Dns, resolver, walk};
use crate::domain::{
    Ask, DomainName, Entry, Language, Purpose, State, dkim_records, dmarc_entry, look,
    mail_from_records, page, steps, text, tracking_record, zone,
};
use crate::environment::Environment;
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::stack::{Choice, wait_for};
use crate::words;

/// Makes a domain ready to send from: tells SES of it, and says which DNS records it needs.
///
/// The records are printed, and written as documents to forward to whoever looks after the domain: plain text, a page
/// to print, and a zone file. Run it again to see which of them are there. Nothing in DNS is changed by it, and it asks
/// before it changes anything in AWS.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost domain example.nl --stack prod
  waypost domain example.nl --stack prod --language nl --out records
  waypost domain mail.example.nl --stack prod --yes --json

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The domain to send from, as it stands behind the @ of the sender
    #[arg(value_name = "DOMAIN")]
    name: String,
    #[command(flatten)]
    choice: Choice,
    /// The subdomain that bounces go to [default: the one that is set, else `bounce`]
    #[arg(long, value_name = "SUBDOMAIN")]
    mail_from: Option<String>,
    /// The address that DMARC reports go to, where no record names one [default: dmarc@ the registered domain]
    #[arg(long, value_name = "ADDRESS")]
    reports: Option<String>,
    /// The language of the documents
    #[arg(long, value_enum, default_value_t = Language::En)]
    language: Language,
    /// Where to write the documents
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Whom to ask about DNS [default: $WAYPOST_RESOLVER, else whom this machine asks]
    #[arg(long, value_name = "ADDRESS")]
    resolver: Option<String>,
    /// Goes ahead without asking
    #[arg(long)]
    yes: bool,
    /// Prints JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Makes a domain ready.
pub(super) fn domain(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let domain: DomainName = args.name.parse()?;
    let wish = args.mail_from.as_deref();
    let wish = wish.map(|wish| mail_from(wish, &domain)).transpose()?;
    let reports = match &args.reports {
        Some(address) => {
            let parsed: Result<journey::EmailAddress, _> = address.parse();
            ensure!(parsed.is_ok(), "`{address}` is no e-mail address");
            address.clone()
        }
        None => format!("dmarc@{}", domain.registered()),
    };
    let server = args.resolver.as_ref().or(environment.resolver.as_ref());
    let server = server.map(|text| resolver(text)).transpose()?;
    wait_for(async {
        let dns = Dns::new(server)?;
        let stack = args.choice.open(environment).await?;
        let operator = stack.operator();
        let Some(identity) = prepare(args, &domain, wish, operator, terminal).await? else {
            return Ok(Verdict::Wrong);
        };
        let progress = Progress::start(terminal, "Asking DNS");
        let ask = asked(&dns, args.language, &domain, &identity, operator, &reports).await;
        drop(progress);
        let files = write(&args.out, &ask)?;
        match Form::asked(args.json) {
            Form::People => say(&ask, &identity, operator, &files, terminal)?,
            Form::Programs => terminal.say_json(&report(&ask, &identity, operator, &files))?,
        }
        if let Some(why) = ask.unread().first() {
            bail!(
                "{} could not be looked for: {why}",
                words::count(ask.unread().len(), "record")
            );
        }
        Ok(if identity.verified && ask.is_done() {
            Verdict::Fine
        } else {
            Verdict::Wrong
        })
    })
}

/// Reads the subdomain that somebody wants bounces to go to.
fn mail_from(wish: &str, domain: &DomainName) -> anyhow::Result<String> {
    let below = wish.trim().trim_end_matches('.');
    let suffix = format!(".{domain}");
    let below = below.strip_suffix(&suffix).unwrap_or(below);
    let whole: Result<DomainName, _> = format!("{below}{suffix}").parse();
    let whole = whole.with_context(|| format!("`{wish}` is no subdomain, as `bounce` is one"))?;
    Ok(whole.as_str().to_owned())
}

/// Brings SES to know the domain; nothing if somebody says no.
async fn prepare(
    args: &Args,
    domain: &DomainName,
    wish: Option<String>,
    operator: &Operator,
    terminal: Terminal,
) -> anyhow::Result<Option<MailIdentity>> {
    let set = &operator.wiring().configuration_set;
    let known = operator.mail_identity(domain.as_str()).await?;
    let steps = steps(domain, known.as_ref(), wish, set);
    if !steps.is_empty() {
        terminal.note(format!(
            "In SES, region {}, this is going to be changed:",
            operator.region()
        ));
        for step in &steps {
            terminal.note(format!("  - {}", step.says(domain, operator)));
        }
        if !Consent::of(args.yes).to("Change it?", terminal)? {
            return Ok(None);
        }
    }
    for step in &steps {
        step.take(domain, operator).await?;
    }
    let identity = match known {
        Some(known) if steps.is_empty() => known,
        _ => operator
            .mail_identity(domain.as_str())
            .await?
            .with_context(|| format!("SES does not know {domain}, which it was just told of"))?,
    };
    Ok(Some(identity))
}

/// Finds out what DNS still needs.
async fn asked(
    dns: &Dns,
    language: Language,
    domain: &DomainName,
    identity: &MailIdentity,
    operator: &Operator,
    reports: &str,
) -> Ask {
    let mail_from = identity.mail_from.as_ref();
    let mail_from = mail_from.map(|mail_from| mail_from.domain.clone());
    let mut records = dkim_records(domain.as_str(), &identity.dkim);
    if let Some(mail_from) = &mail_from {
        records.extend(mail_from_records(mail_from, operator.region()));
    }
    let tracking = operator.wiring().tracking.clone();
    let tracking = tracking.filter(|tracking| domain.is_beside(&tracking.domain));
    let links = tracking.iter().map(tracking_record).collect();
    let (mut entries, links) = join(
        look(dns, domain.as_str(), records),
        look(dns, domain.registered(), links),
    )
    .await;
    let (found, unread) = match walk::find(dns, domain.as_str()).await {
        Ok(found) => (found, None),
        Err(unanswered) => (Found::default(), Some(unanswered.to_string())),
    };
    let mut dmarc = dmarc_entry(domain, reports, &found);
    if let Some(why) = unread {
        dmarc.state = State::Unread(why);
    }
    entries.push(dmarc);
    entries.extend(links);
    Ask {
        domain: domain.clone(),
        mail_from,
        entries,
        kept: found.record,
        tracking,
        language,
    }
}

/// Writes the documents; returns their paths.
fn write(dir: &Path, ask: &Ask) -> anyhow::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(dir)
        .with_context(|| format!("cannot make the folder {}", dir.display()))?;
    let documents = [("txt", text(ask)), ("html", page(ask)), ("zone", zone(ask))];
    let written = documents.into_iter().map(|(extension, document)| {
        let file = dir.join(format!("dns-{}.{extension}", ask.domain));
        std::fs::write(&file, document)
            .with_context(|| format!("cannot write {}", file.display()))?;
        Ok(file)
    });
    written.collect()
}

/// Tells people.
fn say(
    ask: &Ask,
    identity: &MailIdentity,
    operator: &Operator,
    files: &[PathBuf],
    terminal: Terminal,
) -> anyhow::Result<()> {
    let rows = ask.entries.iter().map(|Entry { record, state }| {
        let kind = record.kind.name().to_owned();
        [
            shown(state),
            kind,
            record.name.clone(),
            record.value.clone(),
        ]
    });
    let headings = ["now", "type", "name", "value"];
    terminal.say(columns(headings, rows, terminal))?;
    for Entry { record, state } in &ask.entries {
        if let State::Wrong { there, why } = state {
            let why = Language::En.why(*why).trim_end_matches(':');
            terminal.say(format!("\n  {}\n  {why}.", terminal.bad(&record.name)))?;
            for value in there {
                terminal.say(format!("    {value}"))?;
            }
        }
    }
    for remark in ask.remarks() {
        terminal.say(format!("  DMARC: {}", Language::En.remark(&remark)))?;
    }
    for remark in links(&ask.domain, operator) {
        terminal.say(format!("  links: {remark}"))?;
    }
    terminal.say("")?;
    terminal.say(standing(ask, identity, terminal))?;
    let files: Vec<_> = files.iter().map(|file| file.display()).collect();
    let to = if ask.is_done() {
        "Documents"
    } else {
        "To forward"
    };
    terminal.say(format!("{to}: {}", words::list(files, "and")))
}

/// Says what to know about the domain that measured links lead through, if it is not SES's own.
fn links(domain: &DomainName, operator: &Operator) -> Vec<String> {
    let Some(tracking) = &operator.wiring().tracking else {
        return Vec::new();
    };
    let led = &tracking.domain;
    let again = format!("`waypost domain {led} --stack {}`", operator.stack());
    let mut remarks = Vec::new();
    if !domain.is_beside(led) {
        remarks.push(format!(
            "they lead through {led}, which others look after: {again} says what it needs."
        ));
    } else if !domain.is_at_or_above(led) {
        remarks.push(format!(
            "{led} is not below {domain}, so SES has to know it by itself: {again}."
        ));
    }
    if !tracking.https {
        remarks.push(format!(
            "SES's server has no certificate for {led}, so browsers warn of every link that begins with https: \
             deploy with TrackingCertificateArn."
        ));
    }
    remarks
}

fn shown(state: &State) -> String {
    match state {
        State::Unread(_) => "not read".to_owned(),
        State::Found | State::Missing | State::Wrong { .. } => state.name().to_owned(),
    }
}

/// Says how things stand, and what comes next.
fn standing(ask: &Ask, identity: &MailIdentity, terminal: Terminal) -> String {
    let domain = &ask.domain;
    let records = words::count(ask.left(), "record");
    match (identity.verified, ask.left() == 0) {
        (verified, true) if !ask.is_done() => format!(
            "SES {} {domain}; what DNS has of its records is not known.",
            if verified {
                "sends from"
            } else {
                "does not send yet from"
            }
        ),
        (true, true) => terminal.good(format!("{domain} is verified, and all records are right.")),
        (true, false) => format!(
            "SES sends from {domain} already, but {records} should still be added or changed."
        ),
        (false, true) => {
            let error = identity
                .error
                .as_ref()
                .map(|error| format!(" (it met {error} last)"));
            format!(
                "All records are right. SES has not seen them yet{}: it looks by itself, within hours and for 72 hours.",
                error.unwrap_or_default()
            )
        }
        (false, false) => format!(
            "SES waits for the records: {records} to be added or changed. Run this again to see what is there."
        ),
    }
}

/// Tells programs.
fn report(ask: &Ask, identity: &MailIdentity, operator: &Operator, files: &[PathBuf]) -> Value {
    let records = ask.entries.iter().map(|Entry { record, state }| {
        let mut shown = json!({
            "purpose": record.purpose.name(),
            "name": record.name,
            "type": record.kind.name(),
            "value": record.value,
            "ttl": crate::domain::TTL_S,
            "state": state.name(),
        });
        match state {
            State::Wrong { there, .. } => shown["there"] = json!(there),
            State::Unread(why) => shown["why"] = json!(why),
            State::Found | State::Missing => (),
        }
        shown
    });
    let dmarc = ask.of(Purpose::Dmarc).next().map(|_| {
        let kept = ask.kept.as_ref()?;
        Some(json!({ "domain": kept.domain, "policy": kept.policy().name() }))
    });
    json!({
        "domain": ask.domain.as_str(),
        "region": operator.region(),
        "verified": identity.verified,
        "verification": { "status": identity.status, "error": identity.error },
        "dkim": identity.dkim.status,
        "mail_from": identity.mail_from.as_ref().map(|mail_from| json!({
            "domain": mail_from.domain,
            "status": mail_from.status,
            "on_mx_failure": if mail_from.rejects { "REJECT_MESSAGE" } else { "USE_DEFAULT_VALUE" },
        })),
        "configuration_set": identity.configuration_set,
        "dmarc": dmarc.flatten(),
        "tracking": operator.wiring().tracking,
        "records": records.collect::<Vec<_>>(),
        "files": files,
        "ok": identity.verified && ask.is_done(),
    })
}
