//! How it is stored when a journey lets people go, and what holds its mails back.

use std::collections::BTreeSet;

use journey::{
    Cap, Goal, Holdout, Hours, Large, Limits, Moment, Over, Pace, Period, Priority, Rules, WarmUp,
    Window,
};
use serde::{Deserialize, Serialize};

use super::audience::condition;
use crate::Unreadable;

/// [`Rules`]; absent where there are none.
#[derive(Default, Deserialize, Serialize)]
pub(super) struct RulesDoc {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    stops: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    send_window: Option<HoursDoc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exit_when: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    goal: Option<GoalDoc>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    high_priority: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confirms: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limits: Option<LimitsDoc>,
}

impl RulesDoc {
    pub(super) fn of(rules: &Rules) -> Option<Self> {
        (*rules != Rules::default()).then(|| Self {
            stops: rules.stops,
            send_window: rules.send_window.as_ref().map(HoursDoc::from),
            exit_when: rules.exit_when.as_ref().map(|one| one.as_str().to_owned()),
            goal: rules.goal.as_ref().map(GoalDoc::from),
            high_priority: rules.priority == Priority::High,
            confirms: rules.confirms.clone(),
            limits: (rules.limits != Limits::default()).then(|| LimitsDoc::from(&rules.limits)),
        })
    }

    pub(super) fn read(self) -> Result<Rules, Unreadable> {
        Ok(Rules {
            stops: self.stops,
            send_window: self.send_window.map(TryInto::try_into).transpose()?,
            exit_when: self.exit_when.as_deref().map(condition).transpose()?,
            goal: self.goal.map(TryInto::try_into).transpose()?,
            priority: match self.high_priority {
                true => Priority::High,
                false => Priority::Normal,
            },
            confirms: self.confirms,
            limits: self
                .limits
                .map(TryInto::try_into)
                .transpose()?
                .unwrap_or_default(),
        })
    }
}

#[derive(Deserialize, Serialize)]
struct GoalDoc {
    event: String,
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    filter: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    within: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    exit: bool,
}

impl From<&Goal> for GoalDoc {
    fn from(goal: &Goal) -> Self {
        Self {
            event: goal.event.clone(),
            filter: goal.filter.as_ref().map(|one| one.as_str().to_owned()),
            within: goal.within.as_ref().map(|one| one.as_str().to_owned()),
            exit: goal.exit,
        }
    }
}

impl TryFrom<GoalDoc> for Goal {
    type Error = Unreadable;

    fn try_from(doc: GoalDoc) -> Result<Self, Unreadable> {
        Ok(Self {
            event: doc.event,
            filter: doc.filter.as_deref().map(condition).transpose()?,
            within: doc.within.as_deref().map(period).transpose()?,
            exit: doc.exit,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct LimitsDoc {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    send_window: Option<HoursDoc>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    at_most: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    over: Option<OverDoc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holdout: Option<HoldoutDoc>,
    /// How many a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pace: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    warm_up: Option<WarmUpDoc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    large: Option<LargeDoc>,
}

#[derive(Deserialize, Serialize)]
struct LargeDoc {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    above: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours: Option<HoursDoc>,
}

#[derive(Deserialize, Serialize)]
struct WarmUpDoc {
    from: String,
    days: u16,
    first_day: u32,
    growth: u16,
}

impl From<&WarmUp> for WarmUpDoc {
    fn from(warm_up: &WarmUp) -> Self {
        Self {
            from: warm_up.from.to_string(),
            days: warm_up.days,
            first_day: warm_up.first_day,
            growth: warm_up.growth,
        }
    }
}

impl TryFrom<WarmUpDoc> for WarmUp {
    type Error = Unreadable;

    fn try_from(doc: WarmUpDoc) -> Result<Self, Unreadable> {
        Ok(Self {
            from: doc.from.parse().map_err(|_| unreadable(&doc.from))?,
            days: doc.days.min(Self::DAYS_MAX),
            first_day: doc.first_day.clamp(1, Self::FIRST_DAY_MAX),
            growth: doc.growth.min(Self::GROWTH_MAX),
        })
    }
}

#[derive(Deserialize, Serialize)]
struct HoldoutDoc {
    name: String,
    share: u8,
}

impl From<&Limits> for LimitsDoc {
    fn from(limits: &Limits) -> Self {
        let caps = limits.at_most.iter();
        Self {
            send_window: limits.send_window.as_ref().map(HoursDoc::from),
            at_most: caps.map(|cap| cap.as_str().to_owned()).collect(),
            over: (limits.over != Over::default()).then(|| limits.over.into()),
            holdout: limits.holdout.clone().map(|out| HoldoutDoc {
                name: out.name,
                share: out.share,
            }),
            pace: limits.pace.map(Pace::per_minute),
            warm_up: limits.warm_up.as_ref().map(WarmUpDoc::from),
            large: (limits.large != Large::default()).then(|| LargeDoc {
                above: limits.large.above,
                hours: limits.large.hours.as_ref().map(HoursDoc::from),
            }),
        }
    }
}

impl TryFrom<LimitsDoc> for Limits {
    type Error = Unreadable;

    fn try_from(doc: LimitsDoc) -> Result<Self, Unreadable> {
        let caps = doc.at_most.iter();
        let caps = caps.map(|cap| Cap::parse(cap).map_err(|_| unreadable(cap)));
        Ok(Self {
            send_window: doc.send_window.map(TryInto::try_into).transpose()?,
            at_most: caps.collect::<Result<_, _>>()?,
            over: doc.over.map_or_else(Over::default, Into::into),
            holdout: doc.holdout.map(|out| Holdout {
                name: out.name,
                share: out.share,
            }),
            pace: doc.pace.and_then(Pace::new),
            warm_up: doc.warm_up.map(TryInto::try_into).transpose()?,
            large: match doc.large {
                None => Large::default(),
                Some(large) => Large {
                    above: large.above,
                    hours: large.hours.map(TryInto::try_into).transpose()?,
                },
            },
        })
    }
}

/// What becomes of a mail over a cap.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum OverDoc {
    Skip,
    Wait,
}

impl From<Over> for OverDoc {
    fn from(over: Over) -> Self {
        match over {
            Over::Skip => Self::Skip,
            Over::Wait => Self::Wait,
        }
    }
}

impl From<OverDoc> for Over {
    fn from(doc: OverDoc) -> Self {
        match doc {
            OverDoc::Skip => Self::Skip,
            OverDoc::Wait => Self::Wait,
        }
    }
}

/// [`Hours`].
#[derive(Deserialize, Serialize)]
pub(super) struct HoursDoc {
    windows: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    closed: BTreeSet<String>,
}

impl From<&Hours> for HoursDoc {
    fn from(hours: &Hours) -> Self {
        let windows = hours.windows.iter();
        Self {
            windows: windows.map(|one| one.as_str().to_owned()).collect(),
            closed: hours.closed.iter().map(ToString::to_string).collect(),
        }
    }
}

impl TryFrom<HoursDoc> for Hours {
    type Error = Unreadable;

    fn try_from(doc: HoursDoc) -> Result<Self, Unreadable> {
        let windows = doc.windows.iter();
        let windows = windows.map(|text| Window::parse(text).map_err(|_| unreadable(text)));
        let closed = doc.closed.iter();
        let closed = closed.map(|text| text.parse().map_err(|_| unreadable(text)));
        Ok(Self {
            windows: windows.collect::<Result<_, _>>()?,
            closed: closed.collect::<Result<_, _>>()?,
        })
    }
}

/// Reads a duration that was checked when it was published.
pub(super) fn period(source: &str) -> Result<Period, Unreadable> {
    Period::parse(source).map_err(|_| unreadable(source))
}

/// Reads a moment that was checked when it was published.
pub(super) fn moment(source: &str) -> Result<Moment, Unreadable> {
    Moment::parse(source).map_err(|_| unreadable(source))
}

pub(super) fn unreadable(text: &str) -> Unreadable {
    Unreadable::new(format!("the time `{text}`"))
}
