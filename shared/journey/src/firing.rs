//! Whether a write of what is known about a contact lets them into a journey.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{
    Audience, Contact, ContactId, Crowd, DateId, Happening, Known, Moment, Occasion, Person,
    Repeat, Trigger, Value,
};

impl Trigger {
    /// Returns whether a write of a contact goes off: what was known before, if anything, and what is now.
    ///
    /// Only a contact's own change does; a definition that changed lets nobody in.
    pub fn fires(
        &self,
        before: Option<&Contact>,
        after: &Contact,
        zone: &TimeZone,
        now: Timestamp,
    ) -> bool {
        let had = |has: &dyn Fn(&Contact) -> bool| before.is_some_and(has);
        let happened = match &self.on {
            Occasion::Enters(audience) => {
                let inside = |contact: &Contact| is_in(audience, contact, zone, now);
                inside(after) && !had(&inside)
            }
            Occasion::Joins(list) => {
                let on = |contact: &Contact| contact.lists.contains(list);
                on(after) && !had(&on)
            }
            Occasion::Leaves(list) => {
                let on = |contact: &Contact| contact.lists.contains(list);
                !on(after) && had(&on)
            }
            Occasion::Tagged(tag) => {
                let tagged = |contact: &Contact| contact.tags.contains(tag);
                tagged(after) && !had(&tagged)
            }
            Occasion::Untagged(tag) => {
                let tagged = |contact: &Contact| contact.tags.contains(tag);
                !tagged(after) && had(&tagged)
            }
            Occasion::Date { .. }
            | Occasion::Event(_)
            | Occasion::Journey(_)
            | Occasion::Manual
            | Occasion::OptedIn(_) => false,
        };
        happened && self.passes(after, &BTreeMap::new(), zone, now)
    }

    /// Returns whether what must hold besides holds.
    pub fn passes(
        &self,
        contact: &Contact,
        params: &BTreeMap<String, Value>,
        zone: &TimeZone,
        now: Timestamp,
    ) -> bool {
        let known = Known::new(contact, params, zone, now);
        let filter = self.filter.as_ref();
        filter.is_none_or(|filter| filter.holds(&known))
    }

    /// Returns what a date trigger of `journey` is called for a contact, the moment at which it goes off, and whether
    /// it does so again.
    pub fn date(&self, journey: &str, contact: &ContactId) -> Option<(DateId, &Moment, Repeat)> {
        match &self.on {
            Occasion::Date { moment, repeat } => {
                let again = match repeat {
                    Repeat::Never => "once",
                    Repeat::Yearly => "yearly",
                };
                let words = format!("{} {again}", moment.as_str());
                Some((DateId::of(journey, &words, contact), moment, *repeat))
            }
            Occasion::Enters(_)
            | Occasion::Event(_)
            | Occasion::Joins(_)
            | Occasion::Journey(_)
            | Occasion::Leaves(_)
            | Occasion::Manual
            | Occasion::OptedIn(_)
            | Occasion::Tagged(_)
            | Occasion::Untagged(_) => None,
        }
    }

    /// Says, in a few words, what lets somebody in by this.
    pub fn says(&self) -> String {
        match &self.on {
            Occasion::Date { moment, .. } => moment.as_str().to_owned(),
            Occasion::Enters(_) => "is one of the audience now".to_owned(),
            Occasion::Event(event) => format!("event {event}"),
            Occasion::Joins(list) => format!("joins {list}"),
            Occasion::Journey(journey) => format!("a step of {journey}"),
            Occasion::Leaves(list) => format!("leaves {list}"),
            Occasion::Manual => "by hand".to_owned(),
            Occasion::OptedIn(topic) => format!("says yes to {topic}"),
            Occasion::Tagged(tag) => format!("gets the tag {tag}"),
            Occasion::Untagged(tag) => format!("loses the tag {tag}"),
        }
    }
}

impl Contact {
    /// Returns the field that a date trigger is reckoned from.
    pub fn date(&self, moment: &Moment) -> Option<&Value> {
        self.fields.get(moment.path()?.strip_prefix("contact.")?)
    }
}

/// Returns whether somebody of whom nothing but this is known is one of an audience.
fn is_in(audience: &Audience, contact: &Contact, zone: &TimeZone, now: Timestamp) -> bool {
    let person = Person {
        contact: contact.clone(),
        named: true,
        posted: Default::default(),
        linked: Default::default(),
        standing: Default::default(),
    };
    let crowd = Crowd {
        people: [(contact.id.clone(), person)].into(),
    };
    let happening = Happening {
        params: &BTreeMap::new(),
        zone,
        now,
    };
    !audience.of(&crowd, &happening).is_empty()
}
