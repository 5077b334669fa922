//! `SendEmail`: checks a request as SES does, stores the mail and queues its events in one transaction.

use std::{collections::BTreeMap, sync::Arc};

use rusqlite::Transaction;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    address::{address, domain},
    events::{self, MailEvent},
    identities, mail,
    mail::{Mail, Outcome},
    request::{SendEmail, draft},
    suppression,
};
use crate::{config::ConfigurationSet, names, refusal::Refusal, region::Region};

/// Answers `SendEmail`.
pub(super) fn send(region: &Arc<Region>, body: &[u8]) -> Result<Value, Refusal> {
    if !region.send_rate.take(Instant::now()) {
        return Err(too_many("Maximum sending rate exceeded."));
    }
    let request: SendEmail = super::read(body)?;
    let mut draft = draft(&request)?;
    let now_ms = region.clock.now_ms();
    draft.id = names::new_ses_id(now_ms);
    draft.at = crate::clock::timestamp(now_ms);
    let set = draft
        .configuration_set
        .as_deref()
        .map(|name| super::configuration_set(region, name))
        .transpose()?;
    let published = region
        .store
        .write(|db| accept(region, db, &mut draft, set, now_ms))?;
    region.counters.requests("Publish", published);
    match set {
        Some(set) => region.store.ring_queue(&set.queue),
        None => region.store.changed(),
    }
    Ok(json!({"MessageId": draft.id}))
}

/// Stores the mail and queues its events; gives the number of events.
fn accept(
    region: &Region,
    db: &Transaction<'_>,
    mail: &mut Mail,
    set: Option<&ConfigurationSet>,
    now_ms: i64,
) -> Result<usize, Refusal> {
    let sender = address(&mail.from)?;
    if !identities::may_send(db, sender)? {
        return Err(Refusal::bad(
            "MessageRejected",
            format!(
                "Email address is not verified. The following identities failed the check in region {}: {sender}",
                names::REGION.to_ascii_uppercase()
            ),
        ));
    }
    if let Some(most) = region.sending.per_day
        && mail::recipients_since(db, now_ms - DAY_MS)? >= u64::from(most)
    {
        return Err(too_many("Daily message quota exceeded."));
    }
    let mut fates = BTreeMap::new();
    for recipient in mail.recipients() {
        let address = address(recipient)?;
        fates.insert(address.to_owned(), fate(db, address)?);
    }
    mail.outcomes = fates
        .iter()
        .map(|(address, (outcome, _))| (address.clone(), *outcome))
        .collect();
    mail::insert(db, mail)?;
    let Some(set) = set else { return Ok(0) };
    let everyone: Vec<_> = fates.keys().cloned().collect();
    let mut published = usize::from(events::publish(
        db,
        set,
        mail,
        &MailEvent::Send,
        &everyone,
        now_ms,
    )?);
    for (address, (outcome, on_account_list)) in &fates {
        for event in MailEvent::of(*outcome, *on_account_list) {
            let address = std::slice::from_ref(address);
            published += usize::from(events::publish(db, set, mail, &event, address, now_ms)?);
        }
    }
    Ok(published)
}

/// What becomes of a mail to this address, and whether the account's suppression list is the reason.
///
/// SES Developer Guide, "Using the mailbox simulator manually"; labels (`bounce+x@...`) work as there.
fn fate(db: &Transaction<'_>, address: &str) -> rusqlite::Result<(Outcome, bool)> {
    if suppression::reason(db, address)?.is_some() {
        return Ok((Outcome::Suppressed, true));
    }
    if !domain(address).eq_ignore_ascii_case("simulator.amazonses.com") {
        return Ok((Outcome::Delivered, false));
    }
    let local = address.split(['+', '@']).next().unwrap_or_default();
    let outcome = match local.to_ascii_lowercase().as_str() {
        "bounce" => Outcome::Bounced,
        "complaint" => Outcome::Complained,
        "ooto" => Outcome::OutOfOffice,
        "suppressionlist" => Outcome::Suppressed,
        _ => Outcome::Delivered,
    };
    Ok((outcome, false))
}

/// Lets something happen to a mail that was accepted earlier, as its recipient or its provider would.
///
/// A permanent bounce and a complaint put the address on the account's suppression list, as SES does.
pub(crate) fn report(
    region: &Region,
    id: &str,
    recipient: &str,
    event: &MailEvent,
) -> Result<(), Refusal> {
    let unknown = |what: String| Refusal::with_status(404, "NotFoundException", what);
    let mail = region.store.read(|db| mail::find(db, id))?;
    let mail = &mail.ok_or_else(|| unknown(format!("there is no mail {id}")))?;
    if !mail.outcomes.contains_key(recipient) {
        return Err(unknown(format!("mail {id} was not sent to that recipient")));
    }
    let now_ms = region.clock.now_ms();
    let set = mail
        .configuration_set
        .as_deref()
        .map(|name| super::configuration_set(region, name))
        .transpose()?;
    region.store.write(|db| {
        match event {
            MailEvent::Bounce(events::Bounce::Permanent) => {
                suppression::put(db, recipient, "BOUNCE", now_ms)?;
            }
            MailEvent::Complaint => suppression::put(db, recipient, "COMPLAINT", now_ms)?,
            MailEvent::Bounce(_)
            | MailEvent::Send
            | MailEvent::Delivery
            | MailEvent::Reject
            | MailEvent::Open
            | MailEvent::Click { .. }
            | MailEvent::DeliveryDelay => {}
        }
        if let Some(set) = set {
            events::publish(db, set, mail, event, &[recipient.to_owned()], now_ms)?;
        }
        Ok::<_, Refusal>(())
    })?;
    if let Some(set) = set {
        region.store.ring_queue(&set.queue);
    }
    Ok(())
}

fn too_many(message: &str) -> Refusal {
    Refusal::with_status(429, "TooManyRequestsException", message)
}

const DAY_MS: i64 = 86_400_000;
