//! Whether somebody may come into a journey, now and again.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{Contact, Plan, Reentry};

/// What is known of a contact's earlier runs of a journey.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct History {
    /// When they came in last.
    pub last: Option<Timestamp>,
    /// Whether a run is on its way.
    pub running: bool,
    /// How often they came in, where it is counted.
    pub entries: u32,
}

/// Whether somebody may come in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "whoever is refused must not come in"]
pub enum Admission {
    /// They may.
    Admitted,
    /// They may not.
    Refused(Refusal),
    /// They may, and the run that is on its way ends.
    Restarts,
}

/// Why somebody may not come in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// The last time is not long enough ago.
    After,
    /// They have been in as often as they may.
    AtMost,
    /// They have been in.
    Never,
    /// The journey is not open.
    Publish,
    /// They are in.
    Single,
}

impl Refusal {
    /// Every reason, with the word that it is recorded under.
    pub const ALL: [(&'static str, Self); 5] = [
        ("after", Self::After),
        ("at_most", Self::AtMost),
        ("never", Self::Never),
        ("publish", Self::Publish),
        ("single", Self::Single),
    ];

    /// Returns the word that it is recorded under.
    pub fn as_str(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, refusal)| *refusal == self);
        found.map_or("", |(word, _)| word)
    }
}

/// Decides whether `contact` may come into the journey of `plan` now.
pub fn admit(plan: &Plan, contact: &Contact, history: History, now: Timestamp) -> Admission {
    let project = &plan.settings.zone;
    if !plan.publish.is_open(now, project) {
        return Admission::Refused(Refusal::Publish);
    }
    if plan
        .entries_max
        .is_some_and(|most| history.entries >= u32::from(most))
    {
        return Admission::Refused(Refusal::AtMost);
    }
    again(&plan.reentry, &contact.zone(project), history, now)
}

fn again(reentry: &Reentry, zone: &TimeZone, history: History, now: Timestamp) -> Admission {
    let History { last, running, .. } = history;
    match reentry {
        Reentry::After(period) => {
            let early = last.is_some_and(|last| now < period.after(last, zone));
            match running || early {
                true => Admission::Refused(Refusal::After),
                false => Admission::Admitted,
            }
        }
        Reentry::Never if last.is_some() => Admission::Refused(Refusal::Never),
        Reentry::Restart if running => Admission::Restarts,
        Reentry::Single if running => Admission::Refused(Refusal::Single),
        Reentry::Never | Reentry::Restart | Reentry::Single | Reentry::Unlimited => {
            Admission::Admitted
        }
    }
}
