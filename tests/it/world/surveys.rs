//! Going through everybody who is known.

use std::future::Future;

use engine::{Stored, Surveys, Versioned};
use journey::ContactId;
use wire::Survey;

use super::World;

impl Surveys for World {
    async fn survey(&self) -> anyhow::Result<Option<Versioned<Survey>>> {
        let found = self.read("surveys.survey", |state| state.survey.clone());
        let found = found.await?.map(|(version, json)| {
            let value = Survey::from_json(&json)?;
            anyhow::Ok(Versioned { value, version })
        });
        found.transpose()
    }

    fn put_survey(
        &self,
        survey: &Survey,
        replaces: Option<u64>,
    ) -> impl Future<Output = anyhow::Result<Stored>> + Send {
        self.write("surveys.put_survey", move |state| {
            if state.survey.as_ref().map(|(version, _)| *version) != replaces {
                return Stored::Conflict;
            }
            state.survey = Some((replaces.unwrap_or_default() + 1, survey.to_json()));
            Stored::Done
        })
    }

    fn known_after(
        &self,
        after: &str,
    ) -> impl Future<Output = anyhow::Result<(Vec<ContactId>, Option<String>)>> + Send {
        self.read("surveys.known_after", move |state| {
            let ids = state.people.contacts.keys();
            let mut ids: Vec<_> = ids.filter(|id| id.as_str() > after).cloned().collect();
            let more = ids.len() > PAGE;
            ids.truncate(PAGE);
            let last = ids.last().map(|id| id.as_str().to_owned());
            (ids, last.filter(|_| more))
        })
    }
}

/// So few that paging happens.
const PAGE: usize = 2;
