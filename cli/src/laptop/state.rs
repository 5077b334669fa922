//! What is known of everybody and everything on a laptop, read from where it is stored.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use jiff::Timestamp;
use journey::{ContactId, Enrollment};
use local::{Cloud, Mail};
use serde_json::{Map, Value};
use wire::{Armed, Bonds, EnrollmentRecord, Profile};

use super::tables::scan;
use super::wiring::{CONTACTS, DEAD, ENROLLMENTS, EVENTS};
use crate::http::Client;

/// Everything that was stored.
#[derive(Default)]
pub(crate) struct State {
    /// The name of everybody who is known.
    pub(crate) names: BTreeMap<ContactId, String>,
    /// The roles that people hold, by subject; those under "" hold for every subject.
    pub(crate) roles: BTreeMap<(String, ContactId), Vec<String>>,
    /// Who stands where in which journey.
    pub(crate) enrollments: Vec<Enrollment>,
    /// When dates let somebody in.
    pub(crate) dates: Vec<Timestamp>,
    /// What was refused or could not be done.
    pub(crate) exceptions: BTreeSet<Exception>,
    /// Every mail, oldest first.
    pub(crate) mails: Vec<Mail>,
    /// Queues that hold something, and how much: what could not be done has `-dead` in its name.
    pub(crate) queues: BTreeMap<String, u64>,
}

/// Something that was refused or could not be done.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Exception {
    /// The event it is about.
    pub(crate) event: String,
    /// The journey it is about, if it is about one.
    pub(crate) journey: Option<String>,
    /// The person it is about, if it is about one.
    pub(crate) contact: Option<ContactId>,
    /// What kind of exception it is, in a word.
    pub(crate) kind: String,
    /// Why.
    pub(crate) reason: String,
}

impl State {
    /// Returns the first moment that somebody waits for.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let waiting = self.enrollments.iter();
        let waiting = waiting.filter_map(|one| one.phase.due());
        waiting.chain(self.dates.iter().copied()).min()
    }

    /// Returns the queues that hold what could not be done.
    pub(crate) fn dead_letters(&self) -> impl Iterator<Item = (&str, u64)> {
        self.queues
            .iter()
            .filter_map(|(name, count)| Some((name.strip_suffix(DEAD)?, *count)))
    }

    /// Returns the queues in which something still waits to be done.
    pub(crate) fn backlog(&self) -> impl Iterator<Item = (&str, u64)> {
        self.queues
            .iter()
            .filter(|(name, _)| !name.ends_with(DEAD))
            .map(|(name, count)| (name.as_str(), *count))
    }
}

/// Reads everything.
pub(super) fn read(cloud: &Cloud) -> anyhow::Result<State> {
    let client = Client::new(cloud.aws_endpoint())?;
    let mut state = State {
        mails: mails(cloud)?,
        queues: queues(cloud)?,
        ..State::default()
    };
    for item in scan(&client, CONTACTS)? {
        state.contact(&item).context("a contact")?;
    }
    for item in scan(&client, ENROLLMENTS)? {
        // Beside them stand dates, and when people came in last.
        let name = text(&item, "enrollment")?;
        if name.starts_with("dat_") {
            state
                .dates
                .extend(Armed::from_json(text(&item, "doc")?)?.due);
        }
        if !name.starts_with("enr_") {
            continue;
        }
        state
            .enrollments
            .push(enrollment(&item).context("an enrollment")?);
    }
    state.exceptions = exceptions(cloud)?;
    state
        .enrollments
        .sort_by(|one, other| one.id.cmp(&other.id));
    Ok(state)
}

/// Reads every mail, oldest first: the cloud gives them in pages.
pub(super) fn mails(cloud: &Cloud) -> anyhow::Result<Vec<Mail>> {
    let mut mails: Vec<Mail> = Vec::new();
    loop {
        let page = cloud.mails_after(mails.last().map_or(0, |mail| mail.number))?;
        if page.is_empty() {
            return Ok(mails);
        }
        mails.extend(page);
    }
}

/// Reads what was refused or could not be done.
pub(super) fn exceptions(cloud: &Cloud) -> anyhow::Result<BTreeSet<Exception>> {
    let client = Client::new(cloud.aws_endpoint())?;
    let items = scan(&client, EVENTS)?;
    let exceptions = items
        .iter()
        // Beside them stands on which days journeys started.
        .filter(|item| item.contains_key("kind"))
        .map(|item| exception(item).context("an exception"));
    exceptions.collect()
}

/// Counts what is in each queue, without those that are empty.
pub(super) fn queues(cloud: &Cloud) -> anyhow::Result<BTreeMap<String, u64>> {
    let depths = cloud.queue_depths()?.into_iter();
    let counts =
        depths.map(|(name, depth)| (name, depth.visible + depth.in_flight + depth.delayed));
    Ok(counts.filter(|(_, count)| *count > 0).collect())
}

impl State {
    /// Takes in an item of the contacts table: a person, or the roles of one.
    fn contact(&mut self, item: &Map<String, Value>) -> anyhow::Result<()> {
        let (partition, sort) = (text(item, "contact")?, text(item, "item")?);
        if sort == "profile" {
            // Whoever was merged into somebody has no name of their own any more.
            if let Profile::Person(known) = Profile::from_json(text(item, "doc")?)? {
                let contact = known.contact;
                self.names.insert(contact.id, contact.full_name);
            }
            return Ok(());
        }
        let subject = match partition.split_once('#') {
            Some(("subject", subject)) => subject,
            Some(("role", _)) => "",
            _ => return Ok(()),
        };
        let bonds = Bonds::from_json(text(item, "doc")?)?;
        let held = bonds.roles.into_iter().filter(|(_, bond)| bond.holds);
        let roles = self.roles.entry((subject.to_owned(), sort.parse()?));
        roles.or_default().extend(held.map(|(role, _)| role));
        Ok(())
    }
}

fn enrollment(item: &Map<String, Value>) -> anyhow::Result<Enrollment> {
    let record = EnrollmentRecord::from_json(
        text(item, "contact")?.parse()?,
        text(item, "enrollment")?.parse()?,
        text(item, "v")?.parse()?,
        text(item, "doc")?,
    )?;
    Ok(record.enrollment)
}

fn exception(item: &Map<String, Value>) -> anyhow::Result<Exception> {
    let contact = item.get("contact").and_then(Value::as_str);
    Ok(Exception {
        event: text(item, "event")?.to_owned(),
        journey: item
            .get("journey")
            .and_then(Value::as_str)
            .map(str::to_owned),
        contact: contact.map(str::parse).transpose()?,
        kind: text(item, "kind")?.to_owned(),
        reason: text(item, "reason")?.to_owned(),
    })
}

fn text<'a>(item: &'a Map<String, Value>, name: &str) -> anyhow::Result<&'a str> {
    let text = item.get(name).and_then(Value::as_str);
    text.with_context(|| format!("it has no `{name}`"))
}
