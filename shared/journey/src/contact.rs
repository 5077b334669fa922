//! What is known about a person.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::{ContactId, EmailAddress, Kind, SCORE, Settings, Value};

/// A person, as last heard of.
#[derive(Clone, PartialEq)]
pub struct Contact {
    /// Our name for them.
    pub id: ContactId,
    /// The source's name for them.
    pub source_id: String,
    /// Where their mail goes.
    pub address: EmailAddress,
    /// What to call them.
    pub full_name: String,
    /// The language they read, as a BCP 47 tag such as `nl` or `en-GB`, if the source said so.
    pub locale: Option<String>,
    /// The IANA zone their clock is in, if the source said so.
    pub time_zone: Option<String>,
    /// Their other fields, as far as the source has given them.
    pub fields: BTreeMap<String, Value>,
    /// Marks that journeys can ask about.
    pub tags: BTreeSet<String>,
    /// The lists they are on.
    pub lists: BTreeSet<String>,
    /// What they agreed to, by topic.
    pub consent: BTreeMap<String, Consent>,
    /// Our names for those who turned out to be them, too.
    pub absorbed: BTreeSet<ContactId>,
    /// When their score was last counted or set; it fades from then.
    pub scored: Option<Timestamp>,
}

/// The proof that somebody agreed to something (GDPR article 7), or took that back, as their source says it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Consent {
    /// When.
    pub at: Timestamp,
    /// How: a form, a letter, a phone call.
    pub how: String,
    /// The words they agreed to.
    pub text: String,
    /// Which version of the words, where the source counts them.
    pub version: Option<String>,
    /// Where the source keeps what proves it: the id of a form, of a recorded call.
    pub proof: Option<String>,
    /// When they last took it back by way of the source. Whatever was given no later than that is given no more.
    pub withdrawn: Option<Timestamp>,
    /// When a source last had it confirmed by a mail of its own; a form that anybody could fill in takes nothing from that.
    pub confirmed: Option<Timestamp>,
    /// The last date that was still to come when it was posted. Nobody knows when that was given, so it is never the
    /// later word, nor when its date has come and it is said again.
    pub ahead: Option<Timestamp>,
}

impl Consent {
    /// What a source writes as `how` of an agreement that it had confirmed by a mail of its own.
    const CONFIRMED_ELSEWHERE: &str = "double-opt-in";
    /// What a source writes as `how` of somebody who bought something, was told that mails about the like would come, and
    /// did not say no (ePrivacy directive, article 13.2).
    const BY_BUYING: &str = "soft-opt-in";

    /// What a source says: when, how, and the words.
    pub fn new(at: Timestamp, how: String, text: String) -> Self {
        let confirmed = (how == Self::CONFIRMED_ELSEWHERE).then_some(at);
        Self {
            at,
            how,
            text,
            version: None,
            proof: None,
            withdrawn: None,
            confirmed,
            ahead: None,
        }
    }

    /// What a source says of somebody who takes it back, in a post of some moment: from now on at the latest.
    pub fn taken_back(at: Timestamp, how: String, text: String, posted: Timestamp) -> Self {
        let at = at.min(posted);
        Self {
            confirmed: None,
            withdrawn: Some(at),
            ..Self::new(at, how, text)
        }
    }

    /// Returns whether it was given, and not taken back since by way of the source.
    pub fn is_given(&self) -> bool {
        self.withdrawn.is_none_or(|withdrawn| withdrawn < self.at)
    }

    /// Returns whether nobody said yes: they bought something and did not say no.
    pub fn is_soft(&self) -> bool {
        self.how == Self::BY_BUYING && self.is_given()
    }

    /// What a source says in a post of some moment. Clocks differ by [a few minutes](Self::CLOCKS_DIFFER_BY).
    pub fn posted(at: Timestamp, how: String, text: String, posted: Timestamp) -> Self {
        if at.duration_since(posted) <= Self::CLOCKS_DIFFER_BY {
            return Self::new(at.min(posted), how, text);
        }
        Self {
            confirmed: None,
            ahead: Some(at),
            ..Self::new(at, how, text)
        }
    }

    /// Returns whether its own date was still to come when it was posted.
    pub fn is_ahead(&self) -> bool {
        self.ahead == Some(self.at)
    }

    /// As much as a post may be older or newer than it says.
    const CLOCKS_DIFFER_BY: SignedDuration = SignedDuration::from_mins(5);
}

impl Contact {
    /// Takes over what was known of somebody who turned out to be this person, as far as nothing was known here.
    ///
    /// What was agreed to last holds.
    #[must_use]
    pub fn absorb(mut self, other: Self) -> Self {
        self.locale = self.locale.or(other.locale);
        self.time_zone = self.time_zone.or(other.time_zone);
        if !self.fields.contains_key(SCORE) {
            self.scored = other.scored;
        }
        for (name, value) in other.fields {
            self.fields.entry(name).or_insert(value);
        }
        self.tags.extend(other.tags);
        self.lists.extend(other.lists);
        self.absorbed.extend(other.absorbed);
        self.absorbed.insert(other.id);
        for (topic, proof) in other.consent {
            self.agree(topic, proof, Timestamp::MAX);
        }
        self
    }

    /// Notes that they agreed to a topic, or took that back: the later proof is kept, in whatever order the two are heard
    /// of, unless its date is or was still to come, or they only bought something, which outweighs no word of theirs.
    pub fn agree(&mut self, topic: String, mut proof: Consent, now: Timestamp) {
        match self.consent.entry(topic) {
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                let ahead = known.ahead.max(proof.ahead);
                if ahead == Some(proof.at) {
                    proof.confirmed = None;
                }
                let confirmed = known.confirmed.max(proof.confirmed);
                let withdrawn = known.withdrawn.max(proof.withdrawn);
                let later = match (known.is_ahead(), ahead == Some(proof.at)) {
                    (true, false) => true,
                    (false, true) => false,
                    (true, true) | (false, false) => known.at <= proof.at || known.at > now,
                };
                let replaced = match (known.is_soft(), proof.is_soft()) {
                    (true, false) => true,
                    (false, true) => false,
                    (true, true) | (false, false) => later,
                };
                if replaced {
                    *known = proof;
                }
                known.confirmed = confirmed;
                known.ahead = ahead;
                known.withdrawn = withdrawn;
            }
            Entry::Vacant(free) => {
                free.insert(proof);
            }
        }
    }

    /// Returns whether their source says that they agreed to a topic.
    pub(crate) fn agrees_to(&self, topic: &str) -> bool {
        let agreed = self.consent.get(topic);
        agreed.is_some_and(Consent::is_given)
    }

    /// Returns the contact as conditions and templates see them at a moment: with the declared defaults of fields that
    /// nobody has given, and what is left of their score.
    #[must_use]
    pub fn seen(mut self, settings: &Settings, now: Timestamp) -> Self {
        self.fade(settings, now);
        for (name, field) in &settings.fields {
            if let Some(default) = &field.default
                && !self.fields.contains_key(name)
            {
                self.fields.insert(name.clone(), default.clone());
            }
        }
        self
    }

    /// Takes off their score what has faded by now: it does so at midnight of the project's clock.
    pub(crate) fn fade(&mut self, settings: &Settings, now: Timestamp) {
        let Some(Value::Number(score)) = self.fields.get_mut(SCORE) else {
            return;
        };
        let Some(scored) = self.scored else {
            return;
        };
        let date = |moment: Timestamp| moment.to_zoned(settings.zone.clone()).date();
        let days = date(now).duration_since(date(scored)).as_hours() / 24;
        let left = settings
            .scoring
            .fade(*score, u32::try_from(days).unwrap_or(0));
        if left != *score {
            *score = left;
            self.scored = Some(now);
        }
    }

    /// Returns whether a name is or was theirs.
    pub fn is_called(&self, name: &ContactId) -> bool {
        self.id == *name || self.absorbed.contains(name)
    }

    /// Returns everything a condition or a template may read, by name.
    pub fn values(&self) -> BTreeMap<String, Value> {
        let text = |text: &str| Value::Text(text.to_owned());
        let list = |set: &BTreeSet<String>| Value::List(set.iter().cloned().collect());
        let mut values = self.fields.clone();
        values.insert("email".to_owned(), text(self.address.as_str()));
        values.insert("full_name".to_owned(), text(&self.full_name));
        values.insert("id".to_owned(), text(&self.source_id));
        values.insert("lists".to_owned(), list(&self.lists));
        values.insert("tags".to_owned(), list(&self.tags));
        if let Some(locale) = &self.locale {
            values.insert("locale".to_owned(), text(locale));
        }
        if let Some(zone) = &self.time_zone {
            values.insert("time_zone".to_owned(), text(zone));
        }
        values
    }

    /// Returns the zone their clock is in, or `otherwise` where that is not known.
    pub fn zone(&self, otherwise: &TimeZone) -> TimeZone {
        self.time_zone
            .as_deref()
            .and_then(crate::zone)
            .unwrap_or_else(|| otherwise.clone())
    }
}

/// The names that every contact has a value for, whatever a release declares.
pub const BUILT_IN: [(&str, Kind, Presence); 7] = [
    ("email", Kind::Text, Presence::Always),
    ("full_name", Kind::Text, Presence::Always),
    ("id", Kind::Text, Presence::Always),
    ("lists", Kind::List, Presence::Always),
    ("locale", Kind::Text, Presence::Sometimes),
    ("tags", Kind::List, Presence::Always),
    ("time_zone", Kind::Text, Presence::Sometimes),
];

/// Whether a value is certain to be there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Presence {
    /// It is there.
    Always,
    /// It may be absent.
    Sometimes,
}

/// Shows who it is, never what is known about them.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
