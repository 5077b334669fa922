//! Reads the statistics that were written down for good.

use anyhow::Context;
use wire::Statement;

use crate::item::{take_text, text};
use crate::statements::STATEMENT;
use crate::{Aws, Setting};

impl Aws {
    /// Reads every statement that was written, those that are being made as well.
    ///
    /// # Errors
    ///
    /// Fails where AWS does, or a newer version of Waypost wrote one.
    pub async fn statements(&self) -> anyhow::Result<Vec<Statement>> {
        let mut statements = Vec::new();
        let mut start = None;
        loop {
            let scan = self.dynamodb.scan();
            let scan = scan
                .table_name(self.setting(Setting::EventsTable))
                .projection_expression("#doc")
                // A source may name an event so, and an exception after it.
                .filter_expression("begins_with(#id, :statement) AND attribute_not_exists(#kind)")
                .expression_attribute_names("#doc", "doc")
                .expression_attribute_names("#id", "id")
                .expression_attribute_names("#kind", "kind")
                .expression_attribute_values(":statement", text(STATEMENT))
                .set_exclusive_start_key(start);
            let page = scan.send().await.context("the events table")?;
            for mut item in page.items.unwrap_or_default() {
                statements.push(Statement::from_json(&take_text(&mut item, "doc")?)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(statements);
            }
        }
    }
}
