//! The events table's other items: on which days journeys started.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};
use aws_sdk_dynamodb::types::KeysAndAttributes;
use engine::Firings;
use journey::Fired;

use crate::item::{Item, take_text, text};
use crate::{Aws, Setting};

impl Firings for Aws {
    async fn fired(&self, journeys: &[&str]) -> anyhow::Result<BTreeMap<String, Fired>> {
        let table = self.setting(Setting::EventsTable);
        let mut found = BTreeMap::new();
        for chunk in journeys.chunks(BATCH_GET_MAX) {
            let mut left: Vec<Item> = chunk.iter().map(|journey| key(journey)).collect();
            for _ in 0..BATCH_GETS_MAX {
                if left.is_empty() {
                    break;
                }
                let wanted = KeysAndAttributes::builder().set_keys(Some(left)).build()?;
                let get = self.dynamodb.batch_get_item().request_items(table, wanted);
                let answer = get.send().await?;
                let mut tables = answer.responses.unwrap_or_default();
                for item in tables.remove(table).unwrap_or_default() {
                    let (journey, fired) = fired(item)?;
                    found.insert(journey, fired);
                }
                let mut rest = answer.unprocessed_keys.unwrap_or_default();
                left = rest.remove(table).map(|rest| rest.keys).unwrap_or_default();
            }
            if !left.is_empty() {
                return Err(anyhow!(
                    "DynamoDB keeps leaving out items of the events table"
                ));
            }
        }
        Ok(found)
    }

    async fn put_fired(&self, journey: &str, fired: &Fired) -> anyhow::Result<()> {
        let mut item = key(journey);
        item.insert("doc".to_owned(), text(wire::fired_to_json(fired)));
        let put = self.dynamodb.put_item();
        let put = put.table_name(self.setting(Setting::EventsTable));
        put.set_item(Some(item)).send().await?;
        Ok(())
    }
}

fn key(journey: &str) -> Item {
    Item::from([("id".to_owned(), text(format!("{FIRED}{journey}")))])
}

fn fired(mut item: Item) -> anyhow::Result<(String, Fired)> {
    let id = take_text(&mut item, "id")?;
    let journey = id.strip_prefix(FIRED).context("an item of another kind")?;
    let fired = wire::fired_from_json(&take_text(&mut item, "doc")?)?;
    Ok((journey.to_owned(), fired))
}

/// What the ids of these items begin with.
const FIRED: &str = "fired#";
const BATCH_GET_MAX: usize = 100;
const BATCH_GETS_MAX: u8 = 8;
