//! The sends table: the ledger.
//!
//! Every field is an attribute of its own, because conditions ask about them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::anyhow;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, ReturnValuesOnConditionCheckFailure,
};
use engine::{AddressKey, Claim, Claimed, Fact, Ledger, LedgerNotes, News, Row, RowState};
use jiff::{SignedDuration, Timestamp};
use journey::{ContactId, SendId};
use uuid::Uuid;

use crate::item::{Item, key, number, take_number, take_text, text};
use crate::{Aws, Setting};

impl LedgerNotes for Aws {
    async fn note(&self, recipient: &ContactId, send: &SendId, news: &News) -> anyhow::Result<()> {
        let facts = news.facts.iter().map(|fact| fact.as_str().to_owned());
        let clicks = news.clicks.iter().map(ToString::to_string);
        let update = self.dynamodb.update_item();
        let mut update = update
            .table_name(self.setting(Setting::SendsTable))
            .set_key(Some(row_key(recipient, send)))
            .condition_expression("attribute_exists(#state)")
            .expression_attribute_names("#state", "state");
        // Sets: what is in one already is in it once, in whatever order reports come. None may be empty.
        let mut added = Vec::new();
        for (name, value, column, words) in [
            ("#facts", ":facts", FACTS, facts.collect::<Vec<_>>()),
            ("#clicks", ":clicks", CLICKS, clicks.collect()),
        ] {
            if !words.is_empty() {
                added.push(format!("{name} {value}"));
                update = update
                    .expression_attribute_names(name, column)
                    .expression_attribute_values(value, AttributeValue::Ss(words));
            }
        }
        if added.is_empty() {
            return Ok(());
        }
        let update = update.update_expression(format!("ADD {}", added.join(", ")));
        ignoring_lost_races(update).await
    }
}

impl Ledger for Aws {
    async fn claim(&self, claim: &Claim) -> anyhow::Result<Claimed> {
        // When DynamoDB's answer is lost, the SDK asks again and is told that the mail is claimed: by
        // this token it is known that it was claimed by ourselves.
        let token = Uuid::new_v4().to_string();
        let mut item = claimed(claim);
        item.insert(TOKEN.to_owned(), text(&token));
        let put = self.dynamodb.put_item();
        let put = put
            .table_name(self.setting(Setting::SendsTable))
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = if claim.attempts_before == 0 {
            put.condition_expression("attribute_not_exists(#send)")
                .expression_attribute_names("#send", "send")
        } else {
            put.condition_expression("#attempt = :before AND #state IN (:dispatching, :released)")
                .expression_attribute_names("#attempt", "attempt")
                .expression_attribute_names("#state", "state")
                .expression_attribute_values(":before", number(claim.attempts_before))
                .expression_attribute_values(":dispatching", text(DISPATCHING))
                .expression_attribute_values(":released", text(RELEASED))
        };
        let Err(error) = put.send().await.map_err(|error| error.into_service_error()) else {
            return Ok(Claimed::Ours);
        };
        if let PutItemError::ConditionalCheckFailedException(failed) = error {
            let item = failed
                .item
                .ok_or_else(|| anyhow!("a claim failed without its row"))?;
            if is_ours(&item, &token) {
                return Ok(Claimed::Ours);
            }
            return Ok(Claimed::Taken(row(item)?.1));
        }
        Err(error.into())
    }

    async fn accept(
        &self,
        recipient: &ContactId,
        send: &SendId,
        message_id: &str,
    ) -> anyhow::Result<()> {
        let update = self.update(recipient, send, ACCEPTED);
        let update = update
            .update_expression("SET #state = :state, #id = if_not_exists(#id, :id)")
            .condition_expression("attribute_exists(#state)")
            .expression_attribute_names("#id", "message_id")
            .expression_attribute_values(":id", text(message_id));
        ignoring_lost_races(update).await
    }

    async fn release(
        &self,
        recipient: &ContactId,
        send: &SendId,
        attempt: u32,
        reason: &str,
    ) -> anyhow::Result<()> {
        let update = self.update(recipient, send, RELEASED);
        let update = update
            .update_expression("SET #state = :state, #reason = :reason")
            .condition_expression("#attempt = :attempt AND #state = :dispatching")
            .expression_attribute_names("#attempt", "attempt")
            .expression_attribute_names("#reason", "reason")
            .expression_attribute_values(":attempt", number(attempt))
            .expression_attribute_values(":dispatching", text(DISPATCHING))
            .expression_attribute_values(":reason", text(reason));
        ignoring_lost_races(update).await
    }

    async fn give_up(
        &self,
        recipient: &ContactId,
        send: &SendId,
        attempt: u32,
    ) -> anyhow::Result<()> {
        let update = self.update(recipient, send, GIVEN_UP);
        let update = update
            .update_expression("SET #state = :state")
            .condition_expression("#attempt = :attempt AND #state = :dispatching")
            .expression_attribute_names("#attempt", "attempt")
            .expression_attribute_values(":attempt", number(attempt))
            .expression_attribute_values(":dispatching", text(DISPATCHING));
        ignoring_lost_races(update).await
    }

    async fn rows(&self, mails: &[(ContactId, SendId)]) -> anyhow::Result<BTreeMap<SendId, Row>> {
        let table = self.setting(Setting::SendsTable);
        let mut found = BTreeMap::new();
        let keys = mails
            .iter()
            .map(|(recipient, send)| row_key(recipient, send));
        let mut left: Vec<Item> = keys.collect();
        for _ in 0..BATCH_GETS_MAX {
            if left.is_empty() {
                return Ok(found);
            }
            let later = left.split_off(left.len().min(BATCH_GET_MAX));
            let wanted = KeysAndAttributes::builder().consistent_read(true);
            let wanted = wanted.set_keys(Some(left)).build()?;
            let get = self.dynamodb.batch_get_item().request_items(table, wanted);
            let answer = get.send().await?;
            let mut tables = answer.responses.unwrap_or_default();
            for item in tables.remove(table).unwrap_or_default() {
                let (send, row) = row(item)?;
                found.insert(send, row);
            }
            let mut rest = answer.unprocessed_keys.unwrap_or_default();
            left = rest.remove(table).map(|rest| rest.keys).unwrap_or_default();
            left.extend(later);
        }
        Err(anyhow!("DynamoDB keeps leaving out rows of the ledger"))
    }
}

type Update = aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;

impl Aws {
    fn update(&self, recipient: &ContactId, send: &SendId, state: &str) -> Update {
        let update = self.dynamodb.update_item();
        update
            .table_name(self.setting(Setting::SendsTable))
            .set_key(Some(row_key(recipient, send)))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", text(state))
    }
}

/// Writes; a condition that no longer holds means that somebody has found out more meanwhile.
async fn ignoring_lost_races(update: Update) -> anyhow::Result<()> {
    match update
        .send()
        .await
        .map_err(|error| error.into_service_error())
    {
        Ok(_) => Ok(()),
        Err(error) if error.is_conditional_check_failed_exception() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn row_key(recipient: &ContactId, send: &SendId) -> Item {
    key(("contact", recipient.as_str()), ("send", send.as_str()))
}

fn claimed(claim: &Claim) -> Item {
    let mut item = row_key(&claim.recipient, &claim.send);
    let forget = claim.at + KEPT;
    let attributes: [(&str, AttributeValue); 8] = [
        ("address", text(&claim.address.0)),
        ("attempt", number(claim.attempts_before + 1)),
        ("claimed", number(claim.at.as_millisecond())),
        ("enrollment", text(claim.enrollment.as_str())),
        ("state", text(DISPATCHING)),
        ("step", text(&claim.step)),
        ("traveler", text(claim.contact.as_str())),
        ("ttl", number(forget.as_second())),
    ];
    item.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
    if claim.simulated {
        let words = vec![Fact::Simulated.as_str().to_owned()];
        item.insert(FACTS.to_owned(), AttributeValue::Ss(words));
    }
    item
}

/// Returns whether a row is still as the claim with this token left it.
fn is_ours(item: &Item, token: &str) -> bool {
    let is = |name: &str, value: &str| {
        let text = item.get(name).and_then(|text| text.as_s().ok());
        text.is_some_and(|text| text == value)
    };
    is(TOKEN, token) && is("state", DISPATCHING)
}

fn row(mut item: Item) -> anyhow::Result<(SendId, Row)> {
    let send = take_text(&mut item, "send")?.parse()?;
    let state = take_text(&mut item, "state")?;
    let row = Row {
        state: match state.as_str() {
            ACCEPTED => RowState::Accepted,
            DISPATCHING => RowState::Dispatching,
            GIVEN_UP => RowState::GivenUp,
            RELEASED => RowState::Released,
            _ => return Err(anyhow!("the ledger knows no state `{state}`")),
        },
        attempt: take_number(&mut item, "attempt")?,
        claimed: Timestamp::from_millisecond(take_number(&mut item, "claimed")?)?,
        contact: take_text(&mut item, "traveler")?.parse()?,
        enrollment: take_text(&mut item, "enrollment")?.parse()?,
        step: take_text(&mut item, "step")?,
        address: AddressKey(take_text(&mut item, "address")?),
        facts: facts(&item),
        clicks: words(&item, CLICKS).flat_map(|word| word.parse()).collect(),
    };
    Ok((send, row))
}

/// Reads what became of a mail; there is none of it in most rows.
pub(crate) fn facts(item: &Item) -> BTreeSet<Fact> {
    words(item, FACTS)
        .filter_map(|word| Fact::from_word(word))
        .collect()
}

/// Returns the words of a set; none where it is not there.
fn words<'a>(item: &'a Item, column: &str) -> impl Iterator<Item = &'a String> {
    let words = item.get(column).and_then(|words| words.as_ss().ok());
    words.into_iter().flatten()
}

const ACCEPTED: &str = "accepted";
const DISPATCHING: &str = "dispatching";
const GIVEN_UP: &str = "given_up";
const RELEASED: &str = "released";
const CLICKS: &str = "clicks";
const FACTS: &str = "facts";
const TOKEN: &str = "token";
const BATCH_GET_MAX: usize = 100;
const BATCH_GETS_MAX: u8 = 16;

/// Never less than an enrollment may run on, so that settling late cannot mail again.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

#[cfg(test)]
mod tests {
    use super::{DISPATCHING, GIVEN_UP, Item, TOKEN, is_ours, text};

    #[test]
    fn a_claim_is_ours_by_its_token_and_only_while_nothing_else_became_of_it() {
        for (token, state, ours) in [
            ("a", DISPATCHING, true),
            ("b", DISPATCHING, false),
            ("a", GIVEN_UP, false),
        ] {
            let item = [(TOKEN, token), ("state", state)];
            let item: Item = item
                .map(|(name, value)| (name.to_owned(), text(value)))
                .into();
            assert_eq!(is_ours(&item, "a"), ours, "{token} {state}");
        }
    }
}
