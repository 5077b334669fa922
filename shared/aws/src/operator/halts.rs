//! Finds those who were held.

use journey::{ContactId, EnrollmentId};
use wire::{EnrollmentRecord, Standing};

use crate::Aws;
use crate::item::take_text;

impl Aws {
    /// Finds the runs whose moment came while they were paused, and where they stand.
    ///
    /// # Errors
    ///
    /// Fails where AWS does, or a newer version of Waypost wrote an enrollment.
    pub async fn held(&self) -> anyhow::Result<Vec<(ContactId, EnrollmentId, Standing)>> {
        let filter = ("contains(#doc, :part)", EnrollmentRecord::HELD);
        let mut held = Vec::new();
        for mut item in self.scan(filter, "#contact, #enrollment, #doc").await? {
            let standing = Standing::from_json(&take_text(&mut item, "doc")?)?;
            let contact = take_text(&mut item, "contact")?.parse()?;
            held.push((
                contact,
                take_text(&mut item, "enrollment")?.parse()?,
                standing,
            ));
        }
        held.sort_by(|(one, run, _), (other, next, _)| (one, run).cmp(&(other, next)));
        Ok(held)
    }
}
