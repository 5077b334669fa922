//! What advertising people were sent, and the lines in which it waits: beside the contacts.

use anyhow::anyhow;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::ReturnValue;
use engine::{Pressure, Stored, Versioned};
use journey::ContactId;
use wire::Mailed;

use crate::contacts::contact_key;
use crate::item::{Item, number, take_number};
use crate::writes::{Put, versioned};
use crate::{Aws, Setting};

impl Pressure for Aws {
    async fn mailed(&self, contact: &ContactId) -> anyhow::Result<Option<Versioned<Mailed>>> {
        let item = self.item(contact_key(contact.as_str(), MAILED)).await?;
        item.map(|item| versioned(item, Mailed::from_json))
            .transpose()
    }

    async fn put_mailed(
        &self,
        contact: &ContactId,
        mailed: &Mailed,
        replaces: Option<u64>,
    ) -> anyhow::Result<Stored> {
        let key = contact_key(contact.as_str(), MAILED);
        let put = Put::new(key, mailed.to_json(), replaces, "contact");
        self.put_all(vec![(Setting::ContactsTable, put)]).await
    }

    async fn take_place(&self, line: &str, first: u64) -> anyhow::Result<u64> {
        for _ in 0..RACES_MAX {
            // Where somebody stands there already, behind them; else at the first place of now.
            let behind = ("SET #n = #n + :by", "#n >= :first", 1);
            let ahead = (
                "SET #n = :by",
                "attribute_not_exists(#n) OR #n < :first",
                first.saturating_add(1),
            );
            for (update, condition, by) in [behind, ahead] {
                if let Some(next) = self
                    .move_line(line, (update, condition), (by, first))
                    .await?
                {
                    return Ok(next.saturating_sub(1));
                }
            }
        }
        Err(anyhow!("a line moves all the time"))
    }

    async fn next_place(&self, line: &str) -> anyhow::Result<Option<u64>> {
        let item = self.item(line_key(line)).await?;
        item.map(|mut item| take_number(&mut item, NEXT))
            .transpose()
    }
}

impl Aws {
    /// Moves the end of a line under a condition; returns where it ends then, or nothing where the condition fails.
    async fn move_line(
        &self,
        line: &str,
        (update, condition): (&str, &str),
        (by, first): (u64, u64),
    ) -> anyhow::Result<Option<u64>> {
        let moved = self.dynamodb.update_item();
        let moved = moved
            .table_name(self.setting(Setting::ContactsTable))
            .set_key(Some(line_key(line)))
            .update_expression(update)
            .condition_expression(condition)
            .expression_attribute_names("#n", NEXT)
            .expression_attribute_values(":by", number(by))
            .expression_attribute_values(":first", number(first))
            .return_values(ReturnValue::UpdatedNew);
        match moved.send().await.map_err(SdkError::into_service_error) {
            Ok(done) => {
                let mut item = done.attributes.unwrap_or_default();
                Ok(Some(take_number(&mut item, NEXT)?))
            }
            Err(error) if error.is_conditional_check_failed_exception() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn line_key(line: &str) -> Item {
    contact_key(&format!("line#{line}"), "end")
}

const MAILED: &str = "mailed";
/// The next place in a line.
const NEXT: &str = "next";
const RACES_MAX: u8 = 8;
