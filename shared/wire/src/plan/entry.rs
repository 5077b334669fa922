//! How it is stored who comes in, and whether more than once.

use journey::{Occasion, Reentry, Repeat, Trigger};
use serde::{Deserialize, Serialize};

use super::audience::{AudienceDoc, condition};
use super::rules::{moment, period};
use crate::Unreadable;

/// A [`Trigger`]: one of its keys says what has to happen.
#[derive(Default, Deserialize, Serialize)]
pub(super) struct TriggerDoc {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    filter: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    yearly: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enters: Option<AudienceDoc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    joins: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    journey: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    leaves: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    manual: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opted_in: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tagged: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    untagged: Option<String>,
}

impl From<&Trigger> for TriggerDoc {
    fn from(trigger: &Trigger) -> Self {
        let filter = trigger.filter.as_ref();
        let mut doc = Self {
            filter: filter.map(|filter| filter.as_str().to_owned()),
            ..Self::default()
        };
        match &trigger.on {
            Occasion::Date { moment, repeat } => {
                doc.date = Some(moment.as_str().to_owned());
                doc.yearly = *repeat == Repeat::Yearly;
            }
            Occasion::Enters(audience) => doc.enters = Some(audience.into()),
            Occasion::Event(event) => doc.event = Some(event.clone()),
            Occasion::Joins(list) => doc.joins = Some(list.clone()),
            Occasion::Journey(journey) => doc.journey = Some(journey.clone()),
            Occasion::Leaves(list) => doc.leaves = Some(list.clone()),
            Occasion::Manual => doc.manual = true,
            Occasion::OptedIn(topic) => doc.opted_in = Some(topic.clone()),
            Occasion::Tagged(tag) => doc.tagged = Some(tag.clone()),
            Occasion::Untagged(tag) => doc.untagged = Some(tag.clone()),
        }
        doc
    }
}

impl TryFrom<TriggerDoc> for Trigger {
    type Error = Unreadable;

    fn try_from(doc: TriggerDoc) -> Result<Self, Unreadable> {
        let repeat = match doc.yearly {
            true => Repeat::Yearly,
            false => Repeat::Never,
        };
        let named = doc.event.map(Occasion::Event);
        let named = named.or_else(|| doc.joins.map(Occasion::Joins));
        let named = named.or_else(|| doc.journey.map(Occasion::Journey));
        let named = named.or_else(|| doc.leaves.map(Occasion::Leaves));
        let named = named.or_else(|| doc.opted_in.map(Occasion::OptedIn));
        let named = named.or_else(|| doc.tagged.map(Occasion::Tagged));
        let named = named.or_else(|| doc.untagged.map(Occasion::Untagged));
        let on = match (named, doc.date, doc.enters) {
            (Some(on), ..) => on,
            (None, Some(date), _) => Occasion::Date {
                moment: moment(&date)?,
                repeat,
            },
            (None, None, Some(audience)) => Occasion::Enters(audience.try_into()?),
            (None, None, None) if doc.manual => Occasion::Manual,
            (None, None, None) => return Err(Unreadable::new("a trigger")),
        };
        Ok(Self {
            on,
            filter: doc.filter.as_deref().map(condition).transpose()?,
        })
    }
}

/// A [`Reentry`].
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ReentryDoc {
    After(String),
    Never,
    Restart,
    Single,
    Unlimited,
}

impl From<&Reentry> for ReentryDoc {
    fn from(reentry: &Reentry) -> Self {
        match reentry {
            Reentry::After(period) => Self::After(period.as_str().to_owned()),
            Reentry::Never => Self::Never,
            Reentry::Restart => Self::Restart,
            Reentry::Single => Self::Single,
            Reentry::Unlimited => Self::Unlimited,
        }
    }
}

impl TryFrom<ReentryDoc> for Reentry {
    type Error = Unreadable;

    fn try_from(doc: ReentryDoc) -> Result<Self, Unreadable> {
        Ok(match doc {
            ReentryDoc::After(source) => Self::After(period(&source)?),
            ReentryDoc::Never => Self::Never,
            ReentryDoc::Restart => Self::Restart,
            ReentryDoc::Single => Self::Single,
            ReentryDoc::Unlimited => Self::Unlimited,
        })
    }
}
