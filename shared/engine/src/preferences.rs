//! What a recipient chooses on the page that each of their marketing mails leads to.
//!
//! **Invariant:** only a choice changes anything; to look changes nothing, however often scanners look.

use std::collections::BTreeMap;

use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};
use journey::{Contact, Release};
use wire::{Choice, Choices, Chosen as What, Move, Ticket};

use crate::consent::{Permission, permission};
use crate::{
    AddressKey, ChoiceBook, Clock, Contacts, Failure, Moves, Releases, Stored, Tickets, Versioned,
};

/// What somebody asks of the page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ask {
    /// To get mails about the topic again.
    In,
    /// To look.
    Look,
    /// To get no mails about the topic any more; said by the button of their mail program (RFC 8058), or by ours.
    Out {
        /// Whether it was the mail program's.
        one_click: bool,
    },
    /// To get none about the topic for so many days.
    Quiet {
        /// 1 to 365.
        days: u16,
    },
    /// To get mails about exactly these of all topics.
    Topics(Vec<String>),
}

/// What the page shows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Preferences {
    /// Who sends the mails.
    pub organization: String,
    /// The language that the person reads, as far as that is known.
    pub locale: String,
    /// The topic of the mail that led here, and what people read about it.
    pub topic: (String, String),
    /// What holds for that topic.
    pub permission: Permission,
    /// Every topic: its name, what people read about it, and whether they get mails about it.
    pub topics: Vec<(String, String, bool)>,
}

/// Does what is asked, durably, and returns what is so now; nothing where the token is not ours.
///
/// From then on nothing about the topic is handed to SES for that address, whatever queue it waits in; those who are
/// on their way in a journey about it leave.
pub async fn preferences(
    io: &(impl Clock + Contacts + ChoiceBook + Moves + Releases + Tickets),
    token: &str,
    ask: &Ask,
) -> Result<Option<Preferences>, Failure> {
    let Some(ticket) = io.open(token) else {
        return Ok(None);
    };
    let Some((_, release)) = io.current().await? else {
        return Ok(None);
    };
    let address = AddressKey(ticket.address.clone());
    let how = match ask {
        Ask::Out { one_click: true } => "one-click",
        Ask::In | Ask::Look | Ask::Out { .. } | Ask::Quiet { .. } | Ask::Topics(_) => "page",
    };
    let now = io.now();
    for (topic, what) in asked(&release, &ticket, ask, now) {
        let choice = Choice {
            at: now,
            how: how.to_owned(),
            what,
        };
        choose(io, (&address, &topic), choice).await?;
        if what == What::Out {
            let contact = ticket.contact.clone();
            io.move_on(&[Move::OptedOut { contact, topic }]).await?;
        }
    }
    let contact = io.contacts(std::slice::from_ref(&ticket.contact)).await?;
    let contact = contact.into_values().next();
    let contact = contact.map(|known| known.value.contact);
    let choices = io.all_choices(&address).await?;
    Ok(Some(shown(
        &release,
        &ticket,
        contact.as_ref(),
        &choices,
        now,
    )))
}

/// Returns what is asked about which topics.
fn asked(release: &Release, ticket: &Ticket, ask: &Ask, now: Timestamp) -> Vec<(String, What)> {
    let one = |what| vec![(ticket.topic.clone(), what)];
    match ask {
        Ask::Look => Vec::new(),
        Ask::In => one(What::In),
        Ask::Out { .. } => one(What::Out),
        Ask::Quiet { days } => {
            let quiet = SignedDuration::from_hours(24 * i64::from(*days));
            one(What::Quiet { until: now + quiet })
        }
        Ask::Topics(wanted) => {
            let topics = release.topics.keys();
            topics
                .map(|topic| {
                    let what = match wanted.contains(topic) {
                        true => What::In,
                        false => What::Out,
                    };
                    (topic.clone(), what)
                })
                .collect()
        }
    }
}

async fn choose(
    io: &impl ChoiceBook,
    (address, topic): (&AddressKey, &str),
    choice: Choice,
) -> Result<(), Failure> {
    for _ in 0..RACES_MAX {
        let known = io.choices(address, topic).await?;
        let replaces = known.as_ref().map(|known| known.version);
        let before = known.map(|known| known.value).unwrap_or_default();
        let mut after = before.clone();
        after.add(choice.clone());
        if after == before {
            return Ok(());
        }
        if io.put_choices(address, topic, &after, replaces).await? == Stored::Done {
            return Ok(());
        }
    }
    Err(Failure::Retry(anyhow!("others choose there all the time")))
}

fn shown(
    release: &Release,
    ticket: &Ticket,
    contact: Option<&Contact>,
    choices: &BTreeMap<String, Versioned<Choices>>,
    now: Timestamp,
) -> Preferences {
    let permission = |topic: &str| {
        let choices = choices.get(topic).map(|known| &known.value);
        let agreed = contact.and_then(|contact| contact.consent.get(topic));
        permission(agreed, choices, now)
    };
    let topics = release.topics.iter().map(|(topic, title)| {
        let allowed = permission(topic) == Permission::Given;
        (topic.clone(), title.clone(), allowed)
    });
    let title = release.topics.get(&ticket.topic);
    let locale = contact.and_then(|contact| contact.locale.clone());
    Preferences {
        organization: release.settings.organization.clone(),
        locale: locale.unwrap_or_else(|| release.settings.locale.clone()),
        // A topic that is no longer declared is still what the mail was about.
        topic: (ticket.topic.clone(), title.unwrap_or(&ticket.topic).clone()),
        permission: permission(&ticket.topic),
        topics: topics.collect(),
    }
}

const RACES_MAX: u8 = 5;
