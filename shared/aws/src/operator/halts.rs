//! Halts journeys, and lets them go on.

use engine::Stored;
use journey::{ContactId, EnrollmentId};
use wire::{EnrollmentRecord, Halts, Standing};

use crate::halts::HALTS;
use crate::item::{Item, take_text, text};
use crate::writes::Put;
use crate::{Aws, Setting};

impl Aws {
    /// Says which journeys are halted, in place of the version that was read.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn put_halts(&self, halts: &Halts, replaces: Option<u64>) -> anyhow::Result<Stored> {
        let item = Item::from([("hash".to_owned(), text(HALTS))]);
        let put = Put::new(item, halts.to_json(), replaces, "hash");
        self.put_all(vec![(Setting::ReleasesTable, put)]).await
    }

    /// Finds the runs of a journey whose moment came while it was paused.
    ///
    /// # Errors
    ///
    /// Fails where AWS does, or a newer version of Waypost wrote an enrollment.
    pub async fn held(&self, journey: &str) -> anyhow::Result<Vec<(ContactId, EnrollmentId)>> {
        let filter = ("contains(#doc, :part)", EnrollmentRecord::HELD);
        let mut held = Vec::new();
        for mut item in self.scan(filter, "#contact, #enrollment, #doc").await? {
            let standing = Standing::from_json(&take_text(&mut item, "doc")?)?;
            if standing.journey == journey {
                let contact = take_text(&mut item, "contact")?.parse()?;
                held.push((contact, take_text(&mut item, "enrollment")?.parse()?));
            }
        }
        held.sort();
        Ok(held)
    }
}
