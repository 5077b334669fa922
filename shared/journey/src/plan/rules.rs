//! When a journey lets people go, and what holds its mails back.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Pace, WarmUp};
use crate::{Condition, Hours, Mistake, Period, Window};

/// What a journey says of itself beside its steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// Whether those inside leave when nobody comes in any more.
    pub stops: bool,
    /// The hours in which its mails may leave.
    pub send_window: Option<Hours>,
    /// Whoever this holds for leaves.
    pub exit_when: Option<Condition>,
    /// What it is all for.
    pub goal: Option<Goal>,
    /// Whether its mails are counted only, or also capped.
    pub priority: Priority,
    /// The topic that its mails ask people to confirm, if they do.
    pub confirms: Option<String>,
    /// What the project says about advertising; nothing holds service back.
    pub limits: Limits,
}

/// What a journey is for: an event that is to happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// The event's type.
    pub event: String,
    /// What must hold of it.
    pub filter: Option<Condition>,
    /// How long after the entry it still counts.
    pub within: Option<Period>,
    /// Whether who reaches it leaves.
    pub exit: bool,
}

/// Whether caps hold back a journey's mails.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Priority {
    /// They pass every cap, and count.
    High,
    /// They do.
    #[default]
    Normal,
}

/// What a project says about advertising.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// The hours in which it may leave.
    pub send_window: Option<Hours>,
    /// How much of it one person gets.
    pub at_most: Vec<Cap>,
    /// What becomes of a mail over a cap, unless its step says otherwise.
    pub over: Over,
    /// Who gets none of it, to compare with.
    pub holdout: Option<Holdout>,
    /// How fast it leaves, each journey for itself; its own word goes before the project's.
    pub pace: Option<Pace>,
    /// How much of it may leave on each of the first days.
    pub warm_up: Option<WarmUp>,
    /// When that of many who are let in at once leaves.
    pub large: Large,
}

/// How many people let in at once by hand are a campaign, and the hours in which its advertising leaves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Large {
    /// More than so many are; nothing where no number is.
    pub above: Option<u32>,
    /// The hours, beside those of the journey and the project; nothing for [the evening](Self::EVENING).
    pub hours: Option<Hours>,
}

impl Large {
    /// How many are not yet a campaign, unless the project says otherwise.
    pub const ABOVE: u32 = 2_500;
    /// The hours of a campaign, unless the project says otherwise.
    pub const EVENING: &str = "18:00-22:00";
    /// When it leaves that cannot wait for them.
    const DAY: &str = "08:00-22:00";

    /// Returns whether so many at once are a campaign.
    pub fn is_passed_by(&self, people: usize) -> bool {
        let above = self.above.map(u64::from);
        above.is_some_and(|above| people as u64 > above)
    }

    /// Returns the hours in which a campaign's advertising leaves.
    pub fn hours(&self) -> Hours {
        let evening = || all_days(Self::EVENING);
        self.hours.clone().unwrap_or_else(evening)
    }

    /// Returns the hours in which that leaves which cannot wait for [them](Self::hours).
    pub fn day(&self) -> Hours {
        all_days(Self::DAY)
    }
}

/// Returns a window that opens on all days.
fn all_days(window: &str) -> Hours {
    Hours {
        windows: Window::parse(window).into_iter().collect(),
        closed: BTreeSet::new(),
    }
}

impl Default for Large {
    fn default() -> Self {
        Self {
            above: Some(Self::ABOVE),
            hours: None,
        }
    }
}

/// What becomes of a mail over a cap.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Over {
    /// It is left out.
    #[default]
    Skip,
    /// It waits until there is room.
    Wait,
}

/// The people who get no advertising, to compare with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Holdout {
    /// What salts the draw.
    pub name: String,
    /// How many of a hundred.
    pub share: u8,
}

/// So many mails in any stretch of time: `1 per day`, `3 per 7 days`.
///
/// **Invariant:** neither is zero.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cap {
    source: String,
    count: u16,
    span: SignedDuration,
}

impl Cap {
    /// Reads `1 per day`, `3 per 7 days` or `10 per month`; a day is 24 hours here, a month 30 days.
    ///
    /// # Errors
    /// If it is no such thing.
    pub fn parse(source: &str) -> Result<Self, Mistake> {
        let mistake = || {
            let what = format!("`{source}` is not a cap");
            let help = "write one such as `1 per day` or `3 per 7 days`";
            Mistake::new(0..source.len(), what, help)
        };
        let (count, time) = source.split_once(" per ").ok_or_else(mistake)?;
        let count = count.trim().parse().ok().filter(|count| *count > 0);
        let time = time.trim();
        let period = Period::parse(time).or_else(|_| Period::parse(&format!("1 {time}")));
        Ok(Self {
            source: source.to_owned(),
            count: count.ok_or_else(mistake)?,
            span: period.map_err(|_| mistake())?.about(),
        })
    }

    /// Returns what the author wrote.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Returns the first moment from `now` on at which there is room, if `mailed` are all mails so
    /// far, the oldest first.
    ///
    /// A mail counts until the stretch is over, and not at its end.
    pub fn room(&self, mailed: &[Timestamp], now: Timestamp) -> Timestamp {
        let count = usize::from(self.count);
        let Some(oldest) = mailed.len().checked_sub(count).map(|at| mailed[at]) else {
            return now;
        };
        let over = oldest.checked_add(self.span).unwrap_or(Timestamp::MAX);
        over.max(now)
    }

    /// Returns how many mails there may be in any one stretch.
    pub fn count(&self) -> u16 {
        self.count
    }

    /// Returns how long ago a mail can be and still count.
    pub fn span(&self) -> SignedDuration {
        self.span
    }
}
