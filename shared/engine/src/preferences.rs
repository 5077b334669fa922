//! What a recipient chooses on the page that each of their marketing mails leads to.
//!
//! **Invariant:** only a choice changes anything; to look changes nothing, however often scanners look.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};
use journey::{Contact, Release};
use wire::{Choice, Choices, Chosen as What, Move, Shown, Ticket};

use crate::consent::{OptIn, Permission, Said, permission};
use crate::{
    AddressKey, ChoiceBook, Clock, Contacts, Fact, Failure, Holder, LedgerNotes, Moves, Releases,
    Stored, Tickets, Versioned,
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
    /// To get mails about some topics and none about others, beside what the page showed them; a page may lie open while
    /// other words are said.
    Changes {
        /// The topics that were ticked.
        yes: Vec<String>,
        /// The topics that no longer are.
        no: Vec<String>,
    },
}

impl Ask {
    /// Returns how it is asked.
    fn how(&self) -> &'static str {
        match self {
            Self::Out { one_click: true } => "one-click",
            Self::Changes { .. }
            | Self::In
            | Self::Look
            | Self::Out { one_click: false }
            | Self::Quiet { .. }
            | Self::Topics(_) => PAGE,
        }
    }
}

/// What the page shows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Preferences {
    /// Who sends the mails; nothing where no release is in force to say so.
    pub organization: Option<String>,
    /// The language that the person reads, as far as that is known.
    pub locale: Option<String>,
    /// The topic of the mail that led here, and what people read about it.
    pub topic: (String, String),
    /// What holds for that topic.
    pub permission: Permission,
    /// Every topic: its name, what people read about it, and what holds for it.
    pub topics: Vec<(String, String, Permission)>,
}

/// Does what is asked, durably, and returns what is so now; nothing where the token is not ours.
///
/// From then on nothing about the topic is handed to SES for that person or that address, whatever queue it waits in;
/// those who are on their way in a journey about it leave. What a mail program asks for needs nothing but its token:
/// no person, no release.
pub async fn preferences(
    io: &(impl Clock + Contacts + ChoiceBook + Moves + Releases + Tickets + LedgerNotes),
    token: &str,
    ask: &Ask,
) -> Result<Option<Preferences>, Failure> {
    let Some(mut ticket) = io.open(token).await? else {
        return Ok(None);
    };
    let now = io.now();
    let one = |what| vec![(ticket.topic.clone(), what)];
    let asked = match ask {
        Ask::Look => Vec::new(),
        Ask::In => one(What::In),
        Ask::Out { .. } => one(What::Out),
        Ask::Quiet { days } => {
            let quiet = SignedDuration::from_hours(24 * i64::from(*days));
            one(What::Quiet { until: now + quiet })
        }
        Ask::Changes { yes, no } => {
            let known = Known::about(io, &ticket, io.current().await?).await?;
            let declared = |topic: &&String| known.topics().any(|(one, _)| one == *topic);
            let yes = yes
                .iter()
                .filter(declared)
                .map(|one| (one.clone(), What::In));
            let no = no.iter().filter(declared);
            yes.chain(no.map(|one| (one.clone(), What::Out))).collect()
        }
        Ask::Topics(wanted) => {
            // Held against what the page shows, which is that of who they are by now.
            let ticket = by_now(io, ticket.clone()).await?;
            let known = Known::about(io, &ticket, io.current().await?).await?;
            known.changes(wanted, now)
        }
    };
    let mail = (ticket.contact.clone(), ticket.send.clone());
    let leaves = |(topic, what): &(String, What)| *topic == ticket.topic && *what == What::Out;
    let leaves = asked.iter().any(leaves);
    let how = ask.how();
    let current = match how == PAGE && !asked.is_empty() {
        true => readable(io).await,
        false => None,
    };
    for (topic, what) in asked {
        let choice = Choice {
            at: now,
            how: how.to_owned(),
            what,
            shown: shown(current.as_ref(), &topic),
        };
        decide(io, &ticket, &topic, &choice).await?;
        // Whoever was merged into somebody since the mail left has chosen for that one.
        let later = by_now(io, ticket.clone()).await?;
        if later != ticket {
            decide(io, &later, &topic, &choice).await?;
            ticket = later;
        }
    }
    if let (recipient, Some(send)) = mail
        && leaves
    {
        let fact = [Fact::Unsubscribed].into();
        // What they chose is kept; a number is no reason to tell them that it was not.
        if let Err(error) = io.note(&recipient, &send, &fact).await {
            tracing::warn!("It is not counted that a mail was unsubscribed by: {error:#}");
        }
    }
    let ticket = by_now(io, ticket).await?;
    let known = Known::about(io, &ticket, readable(io).await).await?;
    Ok(Some(known.shown(&ticket, now)))
}

/// Returns the release in force, as far as it can be read: what is chosen is kept, and a page shown, without it too.
async fn readable(io: &impl Releases) -> Option<(String, Arc<Release>)> {
    io.current().await.unwrap_or_else(|error| {
        tracing::warn!("A page is shown without the words of the release: {error:#}");
        None
    })
}

/// Returns what the page says that a topic is, as the proof of what somebody read before they chose.
fn shown(current: Option<&(String, Arc<Release>)>, topic: &str) -> Option<Shown> {
    let (release, what) = current?;
    Some(Shown {
        text: what.topics.get(topic)?.clone(),
        release: release.clone(),
    })
}

/// Returns what a token is about, with the one name that its contact has by now.
async fn by_now(io: &impl Contacts, ticket: Ticket) -> anyhow::Result<Ticket> {
    let known = io.contacts(std::slice::from_ref(&ticket.contact)).await?;
    let known = known.into_values().next();
    Ok(Ticket {
        contact: known.map_or(ticket.contact, |known| known.value.contact.id),
        ..ticket
    })
}

/// Keeps one choice, and has others hear of it.
async fn decide(
    io: &(impl ChoiceBook + Moves),
    ticket: &Ticket,
    topic: &str,
    choice: &Choice,
) -> Result<(), Failure> {
    let chose = Move::Chose {
        contact: ticket.contact.clone(),
        topic: topic.to_owned(),
    };
    let begins = matches!(choice.what, What::In | What::Out);
    let said = match begins {
        // Said before it is so, for later: once the choice is stored the page offers it no more, and whoever crashed
        // before saying so would have lost what it begins.
        true => {
            let word = std::slice::from_ref(&chose);
            io.move_later(word, WORD_AFTER).await
        }
        false => Ok(()),
    };
    // A no is kept even where nobody could be told of it: who said it with one click may never say it again.
    if choice.what != What::Out {
        said?;
    }
    for holder in holders(ticket) {
        choose(io, (&holder, topic), choice).await?;
    }
    if begins {
        io.move_on(&[chose]).await?;
    }
    Ok(())
}

/// Returns with whom choices are kept: the address outlives the person, the person outlives the address.
fn holders(ticket: &Ticket) -> [Holder; 2] {
    [
        Holder::Contact(ticket.contact.clone()),
        Holder::Address(AddressKey(ticket.address.clone())),
    ]
}

async fn choose(
    io: &impl ChoiceBook,
    (holder, topic): (&Holder, &str),
    choice: &Choice,
) -> Result<(), Failure> {
    for _ in 0..RACES_MAX {
        let known = io.choices(holder, topic).await?;
        let replaces = known.as_ref().map(|known| known.version);
        let mut choices = known.map(|known| known.value).unwrap_or_default();
        choices.add(choice.clone());
        if io.put_choices(holder, topic, &choices, replaces).await? == Stored::Done {
            return Ok(());
        }
    }
    Err(Failure::Retry(anyhow!("others choose there all the time")))
}

/// What is known about whoever holds a token.
struct Known {
    release: Option<Arc<Release>>,
    contact: Option<Contact>,
    /// Of the person, and of the address.
    choices: [BTreeMap<String, Versioned<Choices>>; 2],
}

impl Known {
    async fn about(
        io: &(impl Contacts + ChoiceBook),
        ticket: &Ticket,
        current: Option<(String, Arc<Release>)>,
    ) -> anyhow::Result<Self> {
        let contacts = io.contacts(std::slice::from_ref(&ticket.contact)).await?;
        let contact = contacts.into_values().next();
        let [person, address] = holders(ticket);
        let choices = [
            io.all_choices(&person).await?,
            io.all_choices(&address).await?,
        ];
        Ok(Self {
            release: current.map(|(_, release)| release),
            contact: contact.map(|known| known.value.contact),
            choices,
        })
    }

    fn permission(&self, topic: &str, now: Timestamp) -> Permission {
        let contact = self.contact.as_ref();
        let agreed = contact.and_then(|contact| contact.consent.get(topic));
        let [person, address] = &self.choices;
        let settings = self.release.as_ref().map(|release| &release.settings);
        let opt_in = settings.map_or(OptIn::Single, |settings| OptIn::of(settings, topic));
        let said = Said {
            person: person.get(topic).map(|known| &known.value),
            address: address.get(topic).map(|known| &known.value),
        };
        permission(opt_in, agreed, said, now)
    }

    /// Returns every topic that is declared, with what people read about it.
    fn topics(&self) -> impl Iterator<Item = (&String, &String)> {
        self.release.iter().flat_map(|release| &release.topics)
    }

    /// Returns what is chosen by who wants mails about exactly these topics: only what changes is their word.
    fn changes(&self, wanted: &[String], now: Timestamp) -> Vec<(String, What)> {
        let changes = self.topics().filter_map(|(topic, _)| {
            let gets = self.permission(topic, now) == Permission::Given;
            match (gets, wanted.contains(topic)) {
                (false, true) => Some((topic.clone(), What::In)),
                (true, false) => Some((topic.clone(), What::Out)),
                // Who has quiet keeps it: an empty box is how the page shows it.
                (true, true) | (false, false) => None,
            }
        });
        changes.collect()
    }

    fn shown(&self, ticket: &Ticket, now: Timestamp) -> Preferences {
        let topics = self.topics().map(|(topic, title)| {
            let permission = self.permission(topic, now);
            (topic.clone(), title.clone(), permission)
        });
        // A topic that is no longer declared is still what the mail was about.
        let title = self.topics().find(|(topic, _)| **topic == ticket.topic);
        let title = title.map_or(&ticket.topic, |(_, title)| title);
        let settings = self.release.as_ref().map(|release| &release.settings);
        let contact = self.contact.as_ref();
        let locale = contact.and_then(|contact| contact.locale.clone());
        Preferences {
            organization: settings.map(|settings| settings.organization.clone()),
            locale: locale.or_else(|| settings.map(|settings| settings.locale.clone())),
            topic: (ticket.topic.clone(), title.clone()),
            permission: self.permission(&ticket.topic, now),
            topics: topics.collect(),
        }
    }
}

/// How it is asked on a page, where something is read first.
const PAGE: &str = "page";
/// Longer than the page takes to store a choice.
const WORD_AFTER: SignedDuration = SignedDuration::from_secs(60);
const RACES_MAX: u8 = 5;
