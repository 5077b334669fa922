//! Going through everybody who is known; how far stands beside the exceptions.

use engine::{Stored, Surveys, Versioned};
use journey::ContactId;
use wire::Survey;

use crate::item::{Item, key, take_text, text};
use crate::writes::{Put, versioned};
use crate::{Aws, Setting};

impl Surveys for Aws {
    async fn survey(&self) -> anyhow::Result<Option<Versioned<Survey>>> {
        let get = self.dynamodb.get_item().consistent_read(true);
        let get = get
            .table_name(self.setting(Setting::EventsTable))
            .key("id", text(SURVEY));
        let item = get.send().await?.item;
        item.map(|item| versioned(item, Survey::from_json))
            .transpose()
    }

    async fn put_survey(&self, survey: &Survey, replaces: Option<u64>) -> anyhow::Result<Stored> {
        let item = Item::from([("id".to_owned(), text(SURVEY))]);
        let put = Put::new(item, survey.to_json(), replaces, "id");
        self.put_all(vec![(Setting::EventsTable, put)]).await
    }

    async fn known_after(&self, after: &str) -> anyhow::Result<(Vec<ContactId>, Option<String>)> {
        let start = (!after.is_empty()).then(|| {
            let (contact, item) = after.split_once(' ').unwrap_or((after, ""));
            key(("contact", contact), ("item", item))
        });
        let scan = self.dynamodb.scan().limit(PAGE);
        let scan = scan
            .table_name(self.setting(Setting::ContactsTable))
            .projection_expression("#c")
            .filter_expression("#i = :profile")
            .expression_attribute_names("#c", "contact")
            .expression_attribute_names("#i", "item")
            .expression_attribute_values(":profile", text("profile"))
            .set_exclusive_start_key(start);
        let page = scan.send().await?;
        let items = page.items.unwrap_or_default().into_iter();
        let people = items.map(|mut item| Ok(take_text(&mut item, "contact")?.parse()?));
        let next = page.last_evaluated_key.map(|mut last| {
            let contact = take_text(&mut last, "contact")?;
            let item = take_text(&mut last, "item")?;
            anyhow::Ok(format!("{contact} {item}"))
        });
        Ok((people.collect::<anyhow::Result<_>>()?, next.transpose()?))
    }
}

const SURVEY: &str = "survey";
const PAGE: i32 = 2_000;
