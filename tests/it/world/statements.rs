//! All runs and all mails page by page, and the statistics that are written down of them.

use std::future::Future;

use engine::{MailFacts, Page, Passages, RowState, Statements, Stored, Versioned};
use journey::EnrollmentId;
use wire::{Closing, Passage, Statement};

use super::World;

impl Passages for World {
    fn passages_after(
        &self,
        after: &str,
    ) -> impl Future<Output = anyhow::Result<Page<(EnrollmentId, Passage)>>> + Send {
        self.read("passages.passages_after", move |state| {
            let runs = state.runs.all().map(|record| {
                let passage = Passage::from_json(&record.to_json());
                let passage = passage.expect("what is written can be read");
                (record.enrollment.id.clone(), passage)
            });
            page(runs.collect(), after)
        })
    }

    fn mails_after(
        &self,
        after: &str,
    ) -> impl Future<Output = anyhow::Result<Page<MailFacts>>> + Send {
        self.read("passages.mails_after", move |state| {
            let entries = state.service.ledger.values();
            let entries = entries.filter(|entry| entry.row.state != RowState::Released);
            let mails = entries.map(|entry| MailFacts {
                enrollment: entry.row.enrollment.clone(),
                step: entry.row.step.clone(),
                claimed: entry.row.claimed,
                own: entry.recipient == entry.row.contact,
                accepted: entry.row.state == RowState::Accepted,
                facts: entry.row.facts.clone(),
            });
            page(mails.collect(), after)
        })
    }
}

impl Statements for World {
    async fn closing(&self) -> anyhow::Result<Option<Versioned<Closing>>> {
        let found = self.read("statements.closing", |state| state.closing.clone());
        let found = found.await?.map(|(version, json)| {
            let value = Closing::from_json(&json)?;
            anyhow::Ok(Versioned { value, version })
        });
        found.transpose()
    }

    fn put_closing(
        &self,
        closing: &Closing,
        replaces: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send {
        self.write("statements.put_closing", move |state| {
            if state.closing.as_ref().map(|(version, _)| *version) != replaces {
                return Stored::Conflict;
            }
            state.closing = Some((replaces.unwrap_or_default() + 1, closing.to_json()));
            Stored::Done
        })
    }

    fn put_statement(
        &self,
        statement: &Statement,
    ) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.write("statements.put_statement", move |state| {
            let version = (statement.journey.clone(), statement.plan.clone());
            let key = (statement.until, version);
            state.statements.insert(key, statement.to_json());
        })
    }
}

/// Returns the next few, so few that paging happens.
fn page<T>(all: Vec<T>, after: &str) -> Page<T> {
    let from: usize = after.parse().unwrap_or_default();
    let more = all.len() > from + PAGE;
    let some = all.into_iter().skip(from).take(PAGE).collect();
    let next = more.then(|| (from + PAGE).to_string());
    Page { some, next }
}

const PAGE: usize = 3;
