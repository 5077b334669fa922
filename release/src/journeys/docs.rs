//! Journeys, their triggers and their steps as they were written.

use std::collections::BTreeMap;

use journey::{
    Absent, Change, Condition, Moment, Over, Pace, Period, Priority, Publish, Reentry, Repeat,
    Silence, Wait,
};

use crate::Place;
use crate::audiences::AudienceDoc;
use crate::phrases::Read;
use crate::template::Purpose;
use crate::window::HoursDoc;
use crate::yaml::{At, Node};

/// A journey as it was written.
#[derive(Debug)]
pub(crate) struct JourneyDoc {
    /// Its name; the file's where it has none.
    pub(crate) name: At<String>,
    /// What people call it.
    pub(crate) title: String,
    /// Whether its mails are service or advertising.
    pub(crate) purpose: Option<Purpose>,
    /// What an unsubscribe withdraws.
    pub(crate) topic: Option<At<String>>,
    /// The topic that its mails ask people to confirm.
    pub(crate) confirms: Option<At<String>>,
    /// What lets people in.
    pub(crate) triggers: Vec<TriggerDoc>,
    /// Whether every trigger could be read and is one that this version knows.
    pub(crate) whole: bool,
    /// Who is enrolled.
    pub(crate) to: Option<AudienceDoc>,
    /// Whether somebody may come in again.
    pub(crate) reentry: Option<At<Reentry>>,
    /// How often somebody may come in at most.
    pub(crate) entries_max: Option<u16>,
    /// From when until when people may come in.
    pub(crate) publish: Publish,
    /// Where it says that those inside leave at the end.
    pub(crate) stops: Option<Place>,
    /// When it counts as silent.
    pub(crate) silence: Option<Silence>,
    /// The hours in which its mails may leave.
    pub(crate) send_window: Option<HoursDoc>,
    /// Whoever this holds for leaves.
    pub(crate) exit_when: Option<Read<Condition>>,
    /// What it is for.
    pub(crate) goal: Option<GoalDoc>,
    /// Whether its mails pass caps.
    pub(crate) priority: Option<At<Priority>>,
    /// How many of its mails may leave in a minute.
    pub(crate) pace: Option<At<Pace>>,
    /// The steps.
    pub(crate) steps: Vec<StepDoc>,
    /// The parameters that nothing needs to use.
    pub(crate) unused: Vec<At<String>>,
}

/// Something that lets people in, as it was written.
#[derive(Debug)]
pub(crate) struct TriggerDoc {
    /// Where its kind stands.
    pub(crate) place: Place,
    /// What has to happen.
    pub(crate) on: OccasionDoc,
    /// What must hold besides.
    pub(crate) filter: Option<Read<Condition>>,
}

/// What has to happen, as it was written.
#[derive(Debug)]
pub(crate) enum OccasionDoc {
    /// `date: contact.date_of_birth at 09:00`
    Date {
        moment: Box<Read<Moment>>,
        repeat: Repeat,
    },
    /// `enters: audience`
    Enters(AudienceDoc),
    /// `event: NAME`
    Event(At<String>),
    /// `joins: list`
    Joins(At<String>),
    /// `journey: name`
    Journey(At<String>),
    /// `leaves: list`
    Leaves(At<String>),
    /// `manual: true`
    Manual,
    /// `opted_in: topic`
    OptedIn(At<String>),
    /// `tagged: tag`
    Tagged(String),
    /// `untagged: tag`
    Untagged(String),
}

impl TriggerDoc {
    /// Returns the event that it waits for, if it waits for one.
    pub(crate) fn event(&self) -> Option<&At<String>> {
        match &self.on {
            OccasionDoc::Event(event) => Some(event),
            OccasionDoc::Date { .. }
            | OccasionDoc::Enters(_)
            | OccasionDoc::Joins(_)
            | OccasionDoc::Journey(_)
            | OccasionDoc::Leaves(_)
            | OccasionDoc::Manual
            | OccasionDoc::OptedIn(_)
            | OccasionDoc::Tagged(_)
            | OccasionDoc::Untagged(_) => None,
        }
    }
}

impl TriggerDoc {
    /// Returns the audience that it waits for somebody to enter, if it waits for that.
    pub(crate) fn audience(&self) -> Option<&AudienceDoc> {
        match &self.on {
            OccasionDoc::Enters(audience) => Some(audience),
            OccasionDoc::Date { .. }
            | OccasionDoc::Event(_)
            | OccasionDoc::Joins(_)
            | OccasionDoc::Journey(_)
            | OccasionDoc::Leaves(_)
            | OccasionDoc::Manual
            | OccasionDoc::OptedIn(_)
            | OccasionDoc::Tagged(_)
            | OccasionDoc::Untagged(_) => None,
        }
    }
}

/// What a journey is for, as it was written.
#[derive(Debug)]
pub(crate) struct GoalDoc {
    /// The event's type.
    pub(crate) event: At<String>,
    /// What must hold of it.
    pub(crate) filter: Option<Read<Condition>>,
    /// How long after the entry it still counts.
    pub(crate) within: Option<Period>,
    /// Whether who reaches it leaves.
    pub(crate) exit: bool,
}

/// A step as it was written.
#[derive(Debug)]
pub(crate) struct StepDoc {
    /// The name it was given.
    pub(crate) id: Option<At<String>>,
    /// Where it stands: its verb.
    pub(crate) place: Place,
    /// What it does.
    pub(crate) verb: Verb,
}

/// What a step does, as it was written.
#[derive(Debug)]
pub(crate) enum Verb {
    /// Something that has been reported, with the steps inside it.
    Broken(Vec<Vec<StepDoc>>),
    /// `call: hook`
    Call {
        hook: At<String>,
        with: BTreeMap<String, At<String>>,
    },
    /// `case: [{ when, steps }]`
    Case {
        arms: Vec<(Option<Read<Condition>>, Vec<StepDoc>)>,
        otherwise: Vec<StepDoc>,
    },
    /// `tag: …`, `untag: …`, `join: …`, `leave: …`, `score: …` or `set: …`
    Change(ChangeDoc),
    /// `enroll: journey`
    Enroll(At<String>),
    /// `exit: reason`
    Exit(String),
    /// `if: condition`
    If {
        condition: Option<Box<Read<Condition>>>,
        then: Vec<StepDoc>,
        otherwise: Vec<StepDoc>,
    },
    /// `jump: id`
    Jump(At<String>),
    /// `send: template`
    Send(Box<SendDoc>),
    /// `split: name`
    Split(SplitDoc),
    /// `wait: 3 days`
    Wait(Box<Wait>),
    /// `wait_for: EVENT`
    WaitFor {
        what: Option<Box<AwaitedDoc>>,
        within: Option<Box<Period>>,
        then: Vec<StepDoc>,
        otherwise: Vec<StepDoc>,
    },
    /// `wait_until: moment`
    WaitUntil {
        moment: Box<Read<Moment>>,
        absent: Option<Absent>,
    },
    /// `window: mon-fri 09:00-12:00`
    Window(HoursDoc),
}

/// What a step waits for, as it was written.
#[derive(Debug)]
pub(crate) enum AwaitedDoc {
    /// `{ clicked: send }`
    Clicked(At<String>),
    /// `{ condition: … }`
    Condition(Read<Condition>),
    /// `EVENT`
    Event {
        event: At<String>,
        filter: Option<Read<Condition>>,
    },
    /// `{ opened: send }`
    Opened(At<String>),
}

/// What a step changes, as it was written.
#[derive(Debug)]
pub(crate) enum ChangeDoc {
    /// A list, and what to do with it.
    List(At<String>, Change),
    /// Something that is known already.
    Plain(Change),
    /// Fields, whose types are looked up later.
    Set(Box<Node>),
}

/// A mail as it was written.
#[derive(Debug)]
pub(crate) struct SendDoc {
    /// The template's name.
    pub(crate) template: At<String>,
    /// The sender's name.
    pub(crate) from: Option<At<String>>,
    /// Who gets it instead of the contact.
    pub(crate) to: Option<AudienceDoc>,
    /// How late it may be.
    pub(crate) expires: Option<Read<Period>>,
    /// What becomes of it over a cap.
    pub(crate) over: Option<Over>,
}

/// A split as it was written.
#[derive(Debug)]
pub(crate) struct SplitDoc {
    /// The experiment.
    pub(crate) name: String,
    /// The sides: name, share and steps.
    pub(crate) branches: Vec<(String, u8, Vec<StepDoc>)>,
}

impl StepDoc {
    /// Returns the lists of steps inside it.
    pub(crate) fn branches(&self) -> Vec<&[Self]> {
        match &self.verb {
            Verb::Broken(branches) => branches.iter().map(Vec::as_slice).collect(),
            Verb::Case { arms, otherwise } => {
                let arms = arms.iter().map(|(_, steps)| steps.as_slice());
                arms.chain([otherwise.as_slice()]).collect()
            }
            Verb::If {
                then, otherwise, ..
            }
            | Verb::WaitFor {
                then, otherwise, ..
            } => vec![then, otherwise],
            Verb::Split(split) => {
                let branches = split.branches.iter();
                branches.map(|(.., steps)| steps.as_slice()).collect()
            }
            Verb::Call { .. }
            | Verb::Change(_)
            | Verb::Enroll(_)
            | Verb::Exit(_)
            | Verb::Jump(_)
            | Verb::Send(_)
            | Verb::Wait(_)
            | Verb::WaitUntil { .. }
            | Verb::Window(_) => Vec::new(),
        }
    }

    /// Returns the mail it sends, if it sends one.
    pub(crate) fn send(&self) -> Option<&SendDoc> {
        match &self.verb {
            Verb::Send(send) => Some(send),
            Verb::Broken(_)
            | Verb::Call { .. }
            | Verb::Case { .. }
            | Verb::Change(_)
            | Verb::Enroll(_)
            | Verb::Exit(_)
            | Verb::If { .. }
            | Verb::Jump(_)
            | Verb::Split(_)
            | Verb::Wait(_)
            | Verb::WaitFor { .. }
            | Verb::WaitUntil { .. }
            | Verb::Window(_) => None,
        }
    }

    /// Returns what a send is called: by its id, else by its template.
    pub(crate) fn send_id(&self) -> Option<&At<String>> {
        let send = self.send()?;
        Some(self.id.as_ref().unwrap_or(&send.template))
    }
}

/// Calls `look` with each of `steps` and those inside them, in the order of the file.
pub(crate) fn each<'s>(steps: &'s [StepDoc], look: &mut impl FnMut(&'s StepDoc)) {
    for step in steps {
        look(step);
        for branch in step.branches() {
            each(branch, look);
        }
    }
}
