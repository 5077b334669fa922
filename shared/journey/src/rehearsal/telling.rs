//! What is told of a rehearsal.

use jiff::Timestamp;

use super::Stage;
use crate::{Action, Change, Phase, Refusal};

/// Something that came of a rehearsal.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// Which of the contact's runs it is about, counted from zero; none of them if nobody came in.
    pub run: Option<usize>,
    /// What.
    pub told: Told,
}

/// What is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// A hook was called.
    Called {
        /// The step.
        step: String,
    },
    /// A step changed the contact.
    Changed {
        /// The step.
        step: String,
        /// How.
        change: Change,
    },
    /// Another journey was started for the contact.
    Enrolls {
        /// The step.
        step: String,
        /// The other journey.
        journey: String,
    },
    /// The contact came in.
    Enters(String),
    /// A mail may not leave yet.
    Holds {
        /// The step.
        step: String,
        /// When it is looked at again.
        until: Timestamp,
    },
    /// The run is over.
    Leaves(String),
    /// A step led one way.
    Looks {
        /// The step.
        step: String,
        /// Which.
        outcome: String,
    },
    /// A mail was not sent, on purpose.
    Omits {
        /// The step.
        step: String,
        /// Why: `expired`, `opted_out`, `over_cap` or `withheld`.
        why: String,
    },
    /// A step cannot be done.
    Parks {
        /// The step.
        step: String,
        /// Why not.
        reason: String,
    },
    /// The contact may not come in.
    Refused(Barred),
    /// A mail was sent.
    Sends {
        /// The step.
        step: String,
    },
    /// The run waits.
    Waits {
        /// The step.
        step: String,
        /// Until when at most.
        until: Timestamp,
    },
}

/// What keeps somebody out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Barred {
    /// Entries led to one another too often.
    Circle,
    /// A rule of the journey.
    Rule(Refusal),
}

impl Barred {
    /// Returns the word that production records it under.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Circle => "circle",
            Self::Rule(refusal) => refusal.as_str(),
        }
    }
}

impl Told {
    /// Returns whether it belongs to the story that a scenario expects: what people would notice.
    pub fn is_story(&self) -> bool {
        match self {
            Self::Changed { .. }
            | Self::Enrolls { .. }
            | Self::Leaves(_)
            | Self::Omits { .. }
            | Self::Parks { .. }
            | Self::Refused(_)
            | Self::Sends { .. } => true,
            Self::Called { .. }
            | Self::Enters(_)
            | Self::Holds { .. }
            | Self::Looks { .. }
            | Self::Waits { .. } => false,
        }
    }
}

impl Stage<'_> {
    pub(super) fn tell(&mut self, run: Option<usize>, told: Told) {
        self.told.push(Line {
            at: self.now,
            run,
            told,
        });
    }

    /// Tells what a run did since its path had `before` steps and it rested as it `was`.
    pub(super) fn tell_run(&mut self, at: usize, before: usize, was: &Phase) {
        let run = &self.runs[at];
        let phase = run.phase.clone();
        let taken: Vec<_> = run.path.iter().skip(before).cloned().collect();
        for taken in taken {
            let step = taken.step.clone();
            let action = self.plan.step(&step).map(|step| &step.action);
            let told = match action {
                Some(Action::Send { .. }) if ["sent", "notified"].contains(&&*taken.outcome) => {
                    Told::Sends { step }
                }
                Some(Action::Send { .. }) => Told::Omits {
                    step,
                    why: taken.outcome,
                },
                Some(Action::Call { .. }) => Told::Called { step },
                Some(Action::Change { change, .. }) => Told::Changed {
                    step,
                    change: change.clone(),
                },
                Some(Action::Enroll { journey, .. }) => Told::Enrolls {
                    step,
                    journey: journey.clone(),
                },
                Some(
                    Action::Case { .. }
                    | Action::Exit { .. }
                    | Action::If { .. }
                    | Action::Jump { .. }
                    | Action::Split { .. }
                    | Action::Wait { .. }
                    | Action::WaitFor { .. }
                    | Action::WaitUntil { .. }
                    | Action::Window { .. },
                )
                | None => Told::Looks {
                    step,
                    outcome: taken.outcome,
                },
            };
            self.tell(Some(at), told);
        }
        if phase == *was {
            return;
        }
        let told = match phase {
            Phase::Holding { step, due, .. } => Told::Holds { step, until: due },
            Phase::Left { reason, .. } => Told::Leaves(reason),
            Phase::Parked { step, reason, .. } => Told::Parks { step, reason },
            Phase::Waiting { step, due } => Told::Waits { step, until: due },
            Phase::Calling { .. } | Phase::Entered | Phase::Met { .. } | Phase::Sending { .. } => {
                return;
            }
        };
        self.tell(Some(at), told);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Barred, Told};
    use crate::{Change, Refusal};

    #[test]
    fn what_people_would_notice_is_the_story_and_the_way_there_is_not() {
        let (step, name) = (|| "hello".to_owned(), || "name".to_owned());
        let until = Timestamp::UNIX_EPOCH;
        let outcome = name();
        let change = Change::Tag(name());
        for told in [
            Told::Changed {
                step: step(),
                change,
            },
            Told::Enrolls {
                step: step(),
                journey: name(),
            },
            Told::Leaves(name()),
            Told::Omits {
                step: step(),
                why: name(),
            },
            Told::Parks {
                step: step(),
                reason: name(),
            },
            Told::Refused(Barred::Circle),
            Told::Sends { step: step() },
        ] {
            assert!(told.is_story(), "{told:?}");
        }
        for told in [
            Told::Called { step: step() },
            Told::Enters(name()),
            Told::Holds {
                step: step(),
                until,
            },
            Told::Looks {
                step: step(),
                outcome,
            },
            Told::Waits {
                step: step(),
                until,
            },
        ] {
            assert!(!told.is_story(), "{told:?}");
        }
        assert_eq!(Barred::Circle.as_str(), "circle");
        assert_eq!(Barred::Rule(Refusal::Single).as_str(), "single");
    }
}
