//! What a write changed about a contact, kept until everybody whom that concerns has heard of it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::{ChangeId, Contact, ContactId, EmailAddress, Value};

/// One write of a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Its name, derived from what caused it.
    pub id: ChangeId,
    /// When it was written.
    pub at: Timestamp,
    /// How many journeys have each let the contact into the next one by what their steps changed.
    pub hops: u8,
    /// What was there before.
    pub before: Before,
    /// Who turned out to be this contact too, where that is what was written: nobody comes into a journey by it.
    pub absorbed: Option<ContactId>,
}

/// What was known of a contact before a write, as far as the write changed it.
#[derive(Clone, Default, PartialEq)]
pub struct Before {
    /// Whether nothing was known of them at all.
    pub nothing: bool,
    /// Where their mail went.
    pub address: Option<EmailAddress>,
    /// What they were called.
    pub full_name: Option<String>,
    /// The language they read, which may not have been known.
    pub locale: Option<Option<String>>,
    /// The zone their clock was in, which may not have been known.
    pub time_zone: Option<Option<String>>,
    /// Their other fields; `None` for one that was not there.
    pub fields: BTreeMap<String, Option<Value>>,
    /// When their score was counted or set, which may not have been known.
    pub scored: Option<Option<Timestamp>>,
    /// Whether they were on these lists.
    pub lists: BTreeMap<String, bool>,
    /// Whether they had these tags.
    pub tags: BTreeMap<String, bool>,
}

impl Before {
    /// Compares a contact with what was known of them.
    pub fn of(before: Option<&Contact>, after: &Contact) -> Self {
        let Some(before) = before else {
            return Self {
                nothing: true,
                ..Self::default()
            };
        };
        let names = before.fields.keys().chain(after.fields.keys());
        let fields = names
            .filter(|name| before.fields.get(*name) != after.fields.get(*name))
            .map(|name| (name.clone(), before.fields.get(name).cloned()));
        let left = |one: &std::collections::BTreeSet<String>, other| {
            let changed = one.symmetric_difference(other).cloned();
            changed
                .map(|name| {
                    let was = one.contains(&name);
                    (name, was)
                })
                .collect()
        };
        let changed = |one: &Option<String>, other| (one != other).then(|| one.clone());
        Self {
            nothing: false,
            address: (before.address != after.address).then(|| before.address.clone()),
            full_name: (before.full_name != after.full_name).then(|| before.full_name.clone()),
            locale: changed(&before.locale, &after.locale),
            time_zone: changed(&before.time_zone, &after.time_zone),
            fields: fields.collect(),
            scored: (before.scored != after.scored).then_some(before.scored),
            lists: left(&before.lists, &after.lists),
            tags: left(&before.tags, &after.tags),
        }
    }

    /// Returns what was known before a write that led to `after`; nothing where nothing was.
    pub fn restore(&self, after: &Contact) -> Option<Contact> {
        if self.nothing {
            return None;
        }
        let mut before = after.clone();
        for (name, value) in &self.fields {
            match value {
                Some(value) => before.fields.insert(name.clone(), value.clone()),
                None => before.fields.remove(name),
            };
        }
        for (set, changed) in [
            (&mut before.lists, &self.lists),
            (&mut before.tags, &self.tags),
        ] {
            for (name, was) in changed {
                match was {
                    true => set.insert(name.clone()),
                    false => set.remove(name),
                };
            }
        }
        before.address = self.address.clone().unwrap_or(before.address);
        before.full_name = self.full_name.clone().unwrap_or(before.full_name);
        before.locale = self.locale.clone().unwrap_or(before.locale);
        before.time_zone = self.time_zone.clone().unwrap_or(before.time_zone);
        before.scored = self.scored.unwrap_or(before.scored);
        Some(before)
    }

    /// Returns whether the write changed nothing that anybody can ask about.
    pub fn is_nothing_changed(&self) -> bool {
        *self == Self::default()
    }
}

/// It is personal data, as the contact is.
impl fmt::Debug for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Before")
            .field("nothing", &self.nothing)
            .field("fields", &self.fields.keys())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use jiff::Timestamp;

    use super::Before;
    use crate::{Contact, ContactId, Value};

    fn contact(fields: &[(&str, f64)], tags: &[&str], zone: Option<&str>) -> Contact {
        let fields = fields.iter();
        let tags = tags.iter().map(|tag| (*tag).to_owned());
        Contact {
            id: ContactId::of("anna"),
            source_id: "anna".to_owned(),
            address: "anna@example.org".parse().unwrap(),
            full_name: "Anna".to_owned(),
            locale: None,
            time_zone: zone.map(str::to_owned),
            fields: fields
                .map(|(name, value)| ((*name).to_owned(), Value::Number(*value)))
                .collect(),
            tags: tags.collect(),
            lists: BTreeSet::new(),
            consent: BTreeMap::new(),
            absorbed: BTreeSet::new(),
            scored: zone.map(|_| Timestamp::UNIX_EPOCH),
        }
    }

    #[test]
    fn what_was_there_before_a_write_can_be_told_from_what_is_there_after_it() {
        let contacts = [
            contact(&[], &[], None),
            contact(&[("a", 1.0)], &["vip"], Some("UTC")),
            contact(&[("a", 2.0), ("b", 1.0)], &["vip", "old"], None),
            contact(&[("b", 1.0)], &["old"], Some("Asia/Kolkata")),
        ];
        for before in &contacts {
            for after in &contacts {
                let kept = Before::of(Some(before), after);
                assert_eq!(kept.restore(after).as_ref(), Some(before));
                assert_eq!(kept.is_nothing_changed(), before == after);
            }
            let born = Before::of(None, before);
            assert!(!born.is_nothing_changed());
            assert_eq!(born.restore(before), None);
        }
    }
}
