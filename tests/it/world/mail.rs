//! The ledger, and a mail service that takes, refuses, throttles, loses its reply and reports late.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use engine::{
    AddressKey, Claim, Claimed, Fact, Ledger, LedgerNotes, Mailer, News, Outgoing, Row, RowState,
    Turns, Undelivered,
};
use jiff::{SignedDuration, Timestamp};
use journey::{Action, ContactId, EmailAddress, EnrollmentId, Phase, SendId, Taken};
use serde_json::json;
use wire::{Cause, Move, Report};

use super::{Answer, Bug, Kind, Pause, State, World};

/// The mail service, and what we know of it.
#[derive(Default)]
pub(crate) struct Service {
    pub(crate) ledger: BTreeMap<SendId, Entry>,
    pub(crate) delivered: Vec<Delivery>,
    /// The mails whose claimant had trouble and ended without saying what became of them.
    pub(crate) doubted: BTreeSet<SendId>,
    /// Which claims each invocation took.
    pub(super) claims: BTreeMap<u64, Vec<(SendId, u32)>>,
    /// What mailboxes answer that do not just take everything.
    pub(crate) answers: BTreeMap<EmailAddress, Answer>,
    /// Whether the account may send nothing at all.
    pub(crate) closed: bool,
    /// Whether an invocation found an address suppressed when it looked.
    pub(super) looked: BTreeMap<(u64, AddressKey), bool>,
}

/// A row of the ledger, with what only the table knows.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) row: Row,
    pub(crate) recipient: ContactId,
    pub(crate) message_id: Option<String>,
    address: AddressKey,
}

/// A mail that the mail service took.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) send: SendId,
    pub(crate) enrollment: EnrollmentId,
    pub(crate) step: String,
    pub(crate) recipient: ContactId,
    pub(crate) to: EmailAddress,
    pub(crate) from: EmailAddress,
    pub(crate) text: String,
    pub(crate) at: Timestamp,
    pub(crate) tracked: bool,
    /// When it was due, where a run waits for it.
    pub(crate) due: Option<Timestamp>,
}

impl LedgerNotes for World {
    fn note(
        &self,
        _: &ContactId,
        send: &SendId,
        news: &News,
    ) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.write("ledger.note", move |state| {
            if let Some(entry) = state.service.ledger.get_mut(send) {
                entry.row.facts.extend(&news.facts);
                entry.row.clicks.extend(news.clicks.iter().cloned());
            }
        })
    }
}

impl Ledger for World {
    fn claim(&self, claim: &Claim) -> impl Future<Output = anyhow::Result<Claimed>> + Send {
        self.write("ledger.claim", |state| state.claim(claim))
    }

    fn accept(
        &self,
        recipient: &ContactId,
        send: &SendId,
        message_id: &str,
    ) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.write("ledger.accept", move |state| {
            let Some(entry) = state.service.ledger.get_mut(send) else {
                state.wrong(format!("{send} is accepted without a row"));
                return;
            };
            entry.row.state = RowState::Accepted;
            entry
                .message_id
                .get_or_insert_with(|| message_id.to_owned());
            if entry.recipient != *recipient {
                state.wrong(format!("{send} is accepted for somebody else"));
            }
        })
    }

    fn release(
        &self,
        _: &ContactId,
        send: &SendId,
        attempt: u32,
        _: &str,
    ) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.write("ledger.release", move |state| {
            state.decide(send, attempt, RowState::Released);
        })
    }

    fn give_up(
        &self,
        _: &ContactId,
        send: &SendId,
        attempt: u32,
    ) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.write("ledger.give_up", move |state| {
            state.decide(send, attempt, RowState::GivenUp);
        })
    }

    fn rows(
        &self,
        mails: &[(ContactId, SendId)],
    ) -> impl Future<Output = anyhow::Result<BTreeMap<SendId, Row>>> + Send {
        self.read("ledger.rows", |state| {
            let rows = mails.iter().filter_map(|(_, send)| {
                let entry = state.service.ledger.get(send)?;
                Some((send.clone(), entry.row.clone()))
            });
            rows.collect()
        })
    }
}

impl State {
    /// Has a person open the mail of a step, or follow a link in it.
    pub(super) fn open(&mut self, person: &ContactId, step: String, link: Option<String>) {
        let sent = |taken: &Taken| taken.step == step && taken.outcome == "sent";
        let runs = self.runs.all().map(|record| &record.enrollment);
        let runs = runs.filter(|run| run.contact == *person && run.path.iter().any(sent));
        let last = runs.max_by_key(|run| run.entered);
        if let Some(enrollment) = last.map(|run| run.id.clone()) {
            self.put_moves(&[Move::Run {
                contact: person.clone(),
                enrollment,
                cause: match link {
                    Some(link) => Cause::Clicked { step, link },
                    None => Cause::Opened { step },
                },
            }]);
        }
    }

    fn claim(&mut self, claim: &Claim) -> Claimed {
        let before = self.service.ledger.get(&claim.send);
        if let Some(entry) = before {
            let open = match entry.row.state {
                RowState::Dispatching | RowState::Released => true,
                RowState::Accepted | RowState::GivenUp => false,
            };
            let ours = open && entry.row.attempt == claim.attempts_before;
            if !ours && self.bug != Some(Bug::SendsWithoutClaim) {
                return Claimed::Taken(entry.row.clone());
            }
        }
        let row = Row {
            state: RowState::Dispatching,
            attempt: claim.attempts_before + 1,
            claimed: claim.at,
            contact: claim.contact.clone(),
            enrollment: claim.enrollment.clone(),
            step: claim.step.clone(),
            address: claim.address.clone(),
            clicks: Default::default(),
            facts: claim
                .simulated
                .then_some(Fact::Simulated)
                .into_iter()
                .collect(),
        };
        let entry = Entry {
            row,
            recipient: claim.recipient.clone(),
            message_id: before.and_then(|before| before.message_id.clone()),
            address: claim.address.clone(),
        };
        self.service.ledger.insert(claim.send.clone(), entry);
        let claims = self.service.claims.entry(self.current).or_default();
        claims.push((claim.send.clone(), claim.attempts_before + 1));
        Claimed::Ours
    }

    fn decide(&mut self, send: &SendId, attempt: u32, state: RowState) {
        if state == RowState::Released && self.bug == Some(Bug::ClaimNotReleased) {
            return;
        }
        let entry = self.service.ledger.get_mut(send);
        let held = entry.filter(|entry| {
            entry.row.state == RowState::Dispatching && entry.row.attempt == attempt
        });
        if let Some(entry) = held {
            entry.row.state = state;
        }
    }

    /// Takes a mail, and returns the mail service's name for it.
    fn deliver(&mut self, mail: &Outgoing<'_>) -> String {
        let id = format!("ses-{}", self.serial());
        let entry = self.service.ledger.get(mail.send).cloned();
        let step = match &entry {
            Some(entry) if entry.row.state == RowState::Dispatching => entry.row.step.clone(),
            _ => {
                self.wrong(format!("{} leaves without a claim", mail.send));
                String::new()
            }
        };
        if let Some(entry) = &entry
            && self.suppressed.contains_key(&entry.address)
            && !self.looked_free(&entry.address)
        {
            self.wrong(format!("{} leaves for a suppressed address", mail.send));
        }
        let due = self.due(mail.enrollment, &entry);
        let run = entry.as_ref();
        let run = run.and_then(|entry| self.runs.one(&entry.row.contact, mail.enrollment));
        if let Some(run) = run.map(|record| record.enrollment) {
            let plan = self.published.plans.get(&run.plan);
            let sent =
                plan.and_then(|plan| plan.step(&step).map(|step| (plan, step.action.send())));
            let is_marketing =
                matches!(sent, Some((plan, Some(send))) if plan.topic(send).is_some());
            self.note_paused(&run.journey, is_marketing);
        }
        self.service.delivered.push(Delivery {
            send: mail.send.clone(),
            enrollment: mail.enrollment.clone(),
            step,
            recipient: mail.recipient.clone(),
            to: mail.to.clone(),
            from: mail.from.address.clone(),
            text: mail.mail.text.clone(),
            at: self.now,
            tracked: mail.tracked,
            due,
        });
        self.log(|| format!("  {} leaves", mail.send));
        let bounce = |kind: &str| json!({ "bounceType": kind, "bounceSubType": "General" });
        let (kinds, bounce): (&[&str], _) = match self.service.answers.get(mail.to) {
            None => (&["Send", "Delivery"], json!({})),
            Some(Answer::Full) => (&["Send", "Bounce"], bounce("Transient")),
            Some(Answer::Gone) => (&["Send", "Bounce"], bounce("Permanent")),
            // Whoever calls a mail spam has got it.
            Some(Answer::Spam) => (&["Send", "Delivery", "Complaint"], json!({})),
        };
        let reports = kinds.iter().map(|kind| {
            let tags = Report::tags(mail.send, mail.recipient, mail.enrollment);
            let tags: BTreeMap<_, _> = tags.into_iter().map(|(key, id)| (key, [id])).collect();
            let about = json!({
                "timestamp": self.now.to_string(), "messageId": id, "tags": tags,
                "destination": [mail.to.as_str()],
            });
            json!({ "eventType": kind, "mail": about, "bounce": bounce }).to_string()
        });
        self.put_reports(&reports.collect::<Vec<_>>());
        id
    }

    /// Returns since when a run waits for the mail of a row, and holds it against its `expires`.
    fn due(&mut self, run: &EnrollmentId, entry: &Option<Entry>) -> Option<Timestamp> {
        let row = &entry.as_ref()?.row;
        let record = self.runs.one(&row.contact, run)?;
        let Phase::Sending { step, since, .. } = record.enrollment.phase else {
            return None;
        };
        if step != row.step {
            return None;
        }
        let plan = self.published.plans.get(&record.enrollment.plan)?;
        let zone = &plan.settings.zone;
        let contact = self.people.contact(self.people.by_now(&row.contact));
        let zone = contact.map_or_else(|| zone.clone(), |known| known.contact.zone(zone));
        if let Some(Action::Send { send, .. }) = plan.step(&step).map(|step| &step.action)
            && let Some(expires) = &send.expires
            && self.now > expires.after(since, &zone)
        {
            self.wrong(format!("{step} leaves after it expired"));
        }
        if self.now < since {
            self.wrong(format!("{step} leaves before it is due"));
        }
        Some(since)
    }

    /// Notes which of the mails that an invocation claimed it left in doubt.
    pub(super) fn note_doubt(&mut self, invocation: u64) {
        let claims = self.service.claims.remove(&invocation).unwrap_or_default();
        if !self.troubled.remove(&invocation) {
            return;
        }
        for (send, attempt) in claims {
            let entry = self.service.ledger.get(&send);
            let open = entry.is_some_and(|entry| {
                entry.row.state == RowState::Dispatching && entry.row.attempt == attempt
            });
            if open {
                self.service.doubted.insert(send);
            }
        }
    }

    /// Returns whether the address was free when it was last looked up.
    fn looked_free(&self, address: &AddressKey) -> bool {
        let blind = self.bug == Some(Bug::NoLookBeforeTheClaim);
        let look = (self.current, address.clone());
        !blind && self.service.looked.get(&look) == Some(&false)
    }
}

impl Turns for World {
    async fn turn(&self) -> Option<SignedDuration> {
        Pause::default().await;
        let fault = self.state().fault(Kind::Mail, "turns.turn", &["later"]);
        (fault == "later").then_some(SignedDuration::from_secs(20))
    }
}

impl Mailer for World {
    async fn send(&self, mail: &Outgoing<'_>) -> Result<String, Undelivered> {
        self.state().begin();
        Pause::default().await;
        let fault = self.state().fault(Kind::Mail, "mailer.send", &FAULTS);
        let why = || fault.to_owned();
        if AMBIGUOUS.contains(&fault) {
            self.state().trouble();
        }
        let closed = self.state().service.closed;
        let answer = match fault {
            _ if closed => Err(Undelivered::Paused("closed".to_owned())),
            "nobody reached" => Err(Undelivered::NotSent(why())),
            "paused" => Err(Undelivered::Paused(why())),
            "refused" => Err(Undelivered::Refused(why())),
            "throttled" => Err(Undelivered::Throttled(why())),
            "no reply, not sent" => Err(Undelivered::Unknown(why())),
            "no reply, sent" => {
                self.state().deliver(mail);
                Err(Undelivered::Unknown(why()))
            }
            "crash before" => self.crash().await,
            "crash after" => {
                self.state().deliver(mail);
                self.crash().await
            }
            _ => Ok(self.state().deliver(mail)),
        };
        let bug = self.state().bug;
        match (answer, bug) {
            (Err(Undelivered::Unknown(why)), Some(Bug::UnknownTakenForNotSent)) => {
                Err(Undelivered::NotSent(why))
            }
            (Err(Undelivered::Throttled(why)), Some(Bug::ThrottledTakenForUnknown)) => {
                Err(Undelivered::Unknown(why))
            }
            (Ok(_), Some(Bug::SuccessTakenForThrottled)) => {
                Err(Undelivered::Throttled("a proxy says so".to_owned()))
            }
            (answer, _) => answer,
        }
    }
}

/// What can go wrong when a mail is handed over.
const FAULTS: [&str; 8] = [
    "nobody reached",
    "paused",
    "refused",
    "throttled",
    "no reply, not sent",
    "no reply, sent",
    "crash before",
    "crash after",
];

/// After these, nobody on our side knows whether the mail left.
const AMBIGUOUS: [&str; 4] = [
    "no reply, not sent",
    "no reply, sent",
    "crash before",
    "crash after",
];
