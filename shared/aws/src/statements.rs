//! Statistics that are written down for good; they stand beside the exceptions, and have no end.

use engine::{Statements, Stored, Versioned};
use wire::{Closing, Statement};

use crate::item::{Item, text};
use crate::writes::{Put, versioned};
use crate::{Aws, Setting};

impl Statements for Aws {
    async fn closing(&self) -> anyhow::Result<Option<Versioned<Closing>>> {
        let get = self.dynamodb.get_item().consistent_read(true);
        let get = get
            .table_name(self.setting(Setting::EventsTable))
            .key("id", text(CLOSING));
        let item = get.send().await?.item;
        item.map(|item| versioned(item, Closing::from_json))
            .transpose()
    }

    async fn put_closing(
        &self,
        closing: &Closing,
        replaces: Option<u64>,
    ) -> anyhow::Result<Stored> {
        let item = Item::from([("id".to_owned(), text(CLOSING))]);
        let put = Put::new(item, closing.to_json(), replaces, "id");
        self.put_all(vec![(Setting::EventsTable, put)]).await
    }

    async fn put_statement(&self, statement: &Statement) -> anyhow::Result<()> {
        let Statement {
            until,
            journey,
            plan,
            ..
        } = statement;
        let id = format!("{STATEMENT}{until}#{journey}#{plan}");
        let put = self.dynamodb.put_item();
        put.table_name(self.setting(Setting::EventsTable))
            .item("id", text(id))
            .item("doc", text(statement.to_json()))
            .send()
            .await?;
        Ok(())
    }
}

const CLOSING: &str = "closing";
/// How the ids of statements begin.
pub(crate) const STATEMENT: &str = "statement#";
