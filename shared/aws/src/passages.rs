//! Goes through all runs and all mails, several parts of a table at once.
//!
//! A run is read with what its event said, which goes no further than this file.

use anyhow::Context;
use engine::{MailFacts, Page, Passages};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use journey::EnrollmentId;
use wire::Passage;

use crate::enrollments::RUNS;
use crate::item::{Item, key, take_number, take_text, text};
use crate::ledger::facts;
use crate::{Aws, Setting};

impl Passages for Aws {
    async fn passages_after(&self, after: &str) -> anyhow::Result<Page<(EnrollmentId, Passage)>> {
        let Page { some, next } = self.all_after(&ENROLLMENTS, after).await?;
        let runs = some.into_iter().map(|mut item| {
            let id = take_text(&mut item, "enrollment")?.parse()?;
            Ok((id, Passage::from_json(&take_text(&mut item, "doc")?)?))
        });
        let some = runs.collect::<anyhow::Result<_>>()?;
        Ok(Page { some, next })
    }

    async fn mails_after(&self, after: &str) -> anyhow::Result<Page<MailFacts>> {
        let Page { some, next } = self.all_after(&SENDS, after).await?;
        let mails = some.into_iter().map(|mut item| {
            let state = take_text(&mut item, "state")?;
            let mail = MailFacts {
                facts: facts(&item),
                enrollment: take_text(&mut item, "enrollment")?.parse()?,
                step: take_text(&mut item, "step")?,
                claimed: Timestamp::from_millisecond(take_number(&mut item, "claimed")?)?,
                own: take_text(&mut item, "contact")? == take_text(&mut item, "traveler")?,
                accepted: state == "accepted",
            };
            anyhow::Ok((state != "released").then_some(mail))
        });
        let mails: Vec<_> = mails.collect::<anyhow::Result<_>>()?;
        let some = mails.into_iter().flatten().collect();
        Ok(Page { some, next })
    }
}

/// What is read of a table.
struct Reading {
    table: Setting,
    sort: &'static str,
    attributes: &'static [&'static str],
    /// How the sort keys begin of what is wanted; then the sort key is one of the attributes.
    begins: Option<&'static str>,
}

impl Aws {
    /// Reads the next page of each part of a table; `after` says for each where that is.
    async fn all_after(&self, reading: &Reading, after: &str) -> anyhow::Result<Page<Item>> {
        let mut places: Vec<_> = after.split(',').map(Place::read).collect();
        places.resize(SEGMENTS, Place::Begin);
        let pages = places.into_iter().enumerate();
        let pages = pages.map(|(segment, place)| self.page(reading, segment, place));
        let (pages, next): (Vec<_>, Vec<_>) = try_join_all(pages).await?.into_iter().unzip();
        let some = pages.into_iter().flatten().collect();
        let more = next.iter().any(|place| *place != Place::End);
        let next = next.iter().map(Place::text).collect::<Vec<_>>().join(",");
        let next = more.then_some(next);
        Ok(Page { some, next })
    }

    async fn page(
        &self,
        reading: &Reading,
        segment: usize,
        place: Place,
    ) -> anyhow::Result<(Vec<Item>, Place)> {
        let start = match &place {
            Place::Begin => None,
            Place::After(contact, second) => {
                Some(key(("contact", contact), (reading.sort, second)))
            }
            Place::End => return Ok((Vec::new(), Place::End)),
        };
        let attributes = reading.attributes.iter();
        let wanted: Vec<_> = attributes.map(|name| format!("#{name}")).collect();
        let attributes = reading.attributes.iter();
        let names = attributes.map(|name| (format!("#{name}"), (*name).to_owned()));
        let scan = self.dynamodb.scan();
        let mut scan = scan
            .table_name(self.setting(reading.table))
            .segment(i32::try_from(segment)?)
            .total_segments(i32::try_from(SEGMENTS)?)
            .projection_expression(wanted.join(", "))
            .set_exclusive_start_key(start);
        if let Some(begins) = reading.begins {
            scan = scan
                .filter_expression(format!("begins_with(#{}, :begins)", reading.sort))
                .expression_attribute_values(":begins", text(begins));
        }
        let page = scan
            .set_expression_attribute_names(Some(names.collect()))
            .send()
            .await;
        let page = page.context("a table cannot be read")?;
        let next = match page.last_evaluated_key {
            Some(mut last) => Place::After(
                take_text(&mut last, "contact")?,
                take_text(&mut last, reading.sort)?,
            ),
            None => Place::End,
        };
        Ok((page.items.unwrap_or_default(), next))
    }
}

/// Where reading a part of a table goes on.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Place {
    Begin,
    After(String, String),
    End,
}

impl Place {
    /// Reads it; our ids have neither spaces nor commas.
    fn read(text: &str) -> Self {
        match text.split_once(' ') {
            Some((contact, second)) => Self::After(contact.to_owned(), second.to_owned()),
            None if text == END => Self::End,
            None => Self::Begin,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Begin => String::new(),
            Self::After(contact, second) => format!("{contact} {second}"),
            Self::End => END.to_owned(),
        }
    }
}

const ENROLLMENTS: Reading = Reading {
    table: Setting::EnrollmentsTable,
    sort: "enrollment",
    attributes: &["enrollment", "doc"],
    begins: Some(RUNS),
};
const SENDS: Reading = Reading {
    table: Setting::SendsTable,
    sort: "send",
    attributes: &[
        "claimed",
        "contact",
        "enrollment",
        "facts",
        "state",
        "step",
        "traveler",
    ],
    begins: None,
};

const END: &str = "end";
/// A function has room for as many pages of 1 MB.
const SEGMENTS: usize = 8;

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn where_reading_goes_on_is_read_as_it_is_written() {
        let after = Place::After("con_a".to_owned(), "enr_b".to_owned());
        for place in [Place::Begin, after, Place::End] {
            assert_eq!(Place::read(&place.text()), place);
        }
    }
}
