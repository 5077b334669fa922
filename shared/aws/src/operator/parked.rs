//! Runs that are parked: finding them, and letting them go on.

use anyhow::Context;
use jiff::Timestamp;
use journey::{ContactId, EnrollmentId, Phase};
use wire::{Cause, EnrollmentRecord, Move, MovesMessage};

use super::Operator;
use crate::item::{Item, take_number, take_text, text};

/// A run that somebody must mend.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parked {
    /// Whose it is.
    pub contact: ContactId,
    /// Which.
    pub enrollment: EnrollmentId,
    /// The journey it runs.
    pub journey: String,
    /// The step that could not be done.
    pub step: String,
    /// Why not.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

impl Operator {
    /// Finds every run that is parked. It reads the whole table of enrollments, which costs as much.
    ///
    /// # Errors
    ///
    /// Fails where AWS does, or where a record cannot be read.
    pub async fn parked(&self) -> anyhow::Result<Vec<Parked>> {
        let dynamodb = aws_sdk_dynamodb::Client::new(&self.config);
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let scan = dynamodb.scan().table_name(&self.wiring.tables.enrollments);
            let scan = scan
                .filter_expression("contains(#doc, :parked)")
                .expression_attribute_names("#doc", "doc")
                .expression_attribute_values(":parked", text(PARKED))
                .set_exclusive_start_key(start);
            let page = scan.send().await;
            let page = page.map_err(|error| error.into_service_error());
            let page = page.context("cannot read the enrollments")?;
            for item in page.items.unwrap_or_default() {
                found.extend(parked(item).context("an enrollment")?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                found.sort_by_key(|one| one.at);
                return Ok(found);
            }
        }
    }

    /// Asks for parked runs to take the step again that could not be done.
    ///
    /// # Errors
    ///
    /// Fails where AWS does; asking for one twice is harmless.
    pub async fn retry(&self, parked: &[Parked]) -> anyhow::Result<()> {
        let sqs = aws_sdk_sqs::Client::new(&self.config);
        for some in parked.chunks(MOVES_PER_MESSAGE) {
            let moves = some.iter().map(|one| Move {
                contact: one.contact.clone(),
                enrollment: one.enrollment.clone(),
                cause: Cause::Retry,
            });
            let moves = moves.collect();
            let send = sqs.send_message().queue_url(&self.wiring.queues.moves.url);
            let sent = send.message_body(MovesMessage { moves }.to_json()).send();
            let sent = sent.await.map_err(|error| error.into_service_error());
            sent.context("cannot ask for them to go on")?;
        }
        Ok(())
    }
}

/// Reads a run; `None` where the filter has let something else through.
fn parked(mut item: Item) -> anyhow::Result<Option<Parked>> {
    let contact: ContactId = take_text(&mut item, "contact")?.parse()?;
    let enrollment: EnrollmentId = take_text(&mut item, "enrollment")?.parse()?;
    let version = take_number(&mut item, "v")?;
    let doc = take_text(&mut item, "doc")?;
    let record = EnrollmentRecord::from_json(contact, enrollment, version, &doc)?;
    let run = record.enrollment;
    let Phase::Parked { step, reason, at } = run.phase else {
        return Ok(None);
    };
    Ok(Some(Parked {
        contact: run.contact,
        enrollment: run.id,
        journey: run.journey,
        step,
        reason,
        at,
    }))
}

/// How a parked run is written down; what it says of its reason is looked at afterwards.
const PARKED: &str = r#""phase":{"parked":"#;
const MOVES_PER_MESSAGE: usize = 25;
