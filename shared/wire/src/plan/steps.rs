//! How steps are stored.

use std::collections::{BTreeMap, BTreeSet};

use journey::{Absent, Action, Arm, Branch, Send, Step, Wait};
use serde::{Deserialize, Serialize};

use super::audience::{AudienceDoc, condition};
use super::change::{AwaitedDoc, ChangeDoc};
use super::rules::{HoursDoc, OverDoc, moment, period, unreadable};
use super::settings::SenderDoc;
use crate::Unreadable;

/// A [`Step`].
#[derive(Deserialize, Serialize)]
pub(super) struct StepDoc {
    id: String,
    #[serde(flatten)]
    action: ActionDoc,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum ActionDoc {
    Call {
        hook: String,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        with: BTreeMap<String, String>,
        next: Option<usize>,
    },
    Case {
        arms: Vec<ArmDoc>,
        otherwise: Option<usize>,
    },
    Change {
        change: ChangeDoc,
        next: Option<usize>,
    },
    Enroll {
        journey: String,
        next: Option<usize>,
    },
    Exit {
        reason: String,
    },
    If {
        condition: String,
        then: Option<usize>,
        otherwise: Option<usize>,
    },
    Jump {
        next: Option<usize>,
    },
    Send(Box<SendDoc>),
    Split {
        name: String,
        branches: Vec<BranchDoc>,
    },
    Wait {
        wait: String,
        next: Option<usize>,
    },
    WaitFor {
        #[serde(flatten)]
        what: AwaitedDoc,
        within: String,
        then: Option<usize>,
        otherwise: Option<usize>,
    },
    WaitUntil {
        moment: String,
        absent: AbsentDoc,
        next: Option<usize>,
    },
    Window {
        hours: HoursDoc,
        next: Option<usize>,
    },
}

#[derive(Deserialize, Serialize)]
struct SendDoc {
    template: String,
    from: SenderDoc,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<AudienceDoc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    over: Option<OverDoc>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    params: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
    next: Option<usize>,
}

impl SendDoc {
    fn of(send: Send, next: Option<usize>) -> Self {
        Self {
            template: send.template,
            from: SenderDoc::from(&send.from),
            to: send.to.as_ref().map(AudienceDoc::from),
            expires: send.expires.map(|period| period.as_str().to_owned()),
            over: send.over.map(OverDoc::from),
            params: send.params,
            sensitive: send.sensitive,
            next,
        }
    }

    fn read(self) -> Result<(Send, Option<usize>), Unreadable> {
        let send = Send {
            template: self.template,
            from: self.from.try_into()?,
            to: self.to.map(TryInto::try_into).transpose()?,
            expires: self.expires.as_deref().map(period).transpose()?,
            over: self.over.map(Into::into),
            params: self.params,
            sensitive: self.sensitive,
        };
        Ok((send, self.next))
    }
}

#[derive(Deserialize, Serialize)]
struct ArmDoc {
    when: String,
    next: Option<usize>,
}

#[derive(Deserialize, Serialize)]
struct BranchDoc {
    name: String,
    share: u8,
    next: Option<usize>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum AbsentDoc {
    Continue,
    Exit,
}

impl From<&Step> for StepDoc {
    fn from(step: &Step) -> Self {
        Self {
            id: step.id.clone(),
            action: ActionDoc::from(&step.action),
        }
    }
}

impl TryFrom<StepDoc> for Step {
    type Error = Unreadable;

    fn try_from(doc: StepDoc) -> Result<Self, Unreadable> {
        Ok(Self {
            id: doc.id,
            action: doc.action.try_into()?,
        })
    }
}

impl From<&Action> for ActionDoc {
    fn from(action: &Action) -> Self {
        match action.clone() {
            Action::Call { hook, with, next } => Self::Call { hook, with, next },
            Action::Case { arms, otherwise } => Self::Case {
                arms: arms.iter().map(ArmDoc::from).collect(),
                otherwise,
            },
            Action::Change { change, next } => Self::Change {
                change: ChangeDoc::from(change),
                next,
            },
            Action::Enroll { journey, next } => Self::Enroll { journey, next },
            Action::Exit { reason } => Self::Exit { reason },
            Action::If {
                condition,
                then,
                otherwise,
            } => Self::If {
                condition: condition.as_str().to_owned(),
                then,
                otherwise,
            },
            Action::Jump { next } => Self::Jump { next },
            Action::Send { send, next } => Self::Send(Box::new(SendDoc::of(send, next))),
            Action::Split { name, branches } => Self::Split {
                name,
                branches: branches.into_iter().map(BranchDoc::from).collect(),
            },
            Action::Wait { wait, next } => Self::Wait {
                wait: wait.as_str().to_owned(),
                next,
            },
            Action::WaitFor {
                what,
                within,
                then,
                otherwise,
            } => Self::WaitFor {
                what: AwaitedDoc::from(&what),
                within: within.as_str().to_owned(),
                then,
                otherwise,
            },
            Action::WaitUntil {
                moment,
                absent,
                next,
            } => Self::WaitUntil {
                moment: moment.as_str().to_owned(),
                absent: match absent {
                    Absent::Continue => AbsentDoc::Continue,
                    Absent::Exit => AbsentDoc::Exit,
                },
                next,
            },
            Action::Window { hours, next } => Self::Window {
                hours: HoursDoc::from(&hours),
                next,
            },
        }
    }
}

impl TryFrom<ActionDoc> for Action {
    type Error = Unreadable;

    fn try_from(doc: ActionDoc) -> Result<Self, Unreadable> {
        Ok(match doc {
            ActionDoc::Call { hook, with, next } => Self::Call { hook, with, next },
            ActionDoc::Case { arms, otherwise } => Self::Case {
                arms: arms
                    .into_iter()
                    .map(Arm::try_from)
                    .collect::<Result<_, _>>()?,
                otherwise,
            },
            ActionDoc::Change { change, next } => Self::Change {
                change: change.try_into()?,
                next,
            },
            ActionDoc::Enroll { journey, next } => Self::Enroll { journey, next },
            ActionDoc::Exit { reason } => Self::Exit { reason },
            ActionDoc::If {
                condition: source,
                then,
                otherwise,
            } => Self::If {
                condition: condition(&source)?,
                then,
                otherwise,
            },
            ActionDoc::Jump { next } => Self::Jump { next },
            ActionDoc::Send(doc) => {
                let (send, next) = doc.read()?;
                Self::Send { send, next }
            }
            ActionDoc::Split { name, branches } => Self::Split {
                name,
                branches: branches.into_iter().map(Branch::from).collect(),
            },
            ActionDoc::Wait { wait, next } => Self::Wait {
                wait: Wait::parse(&wait).map_err(|_| unreadable(&wait))?,
                next,
            },
            ActionDoc::WaitFor {
                what,
                within,
                then,
                otherwise,
            } => Self::WaitFor {
                what: what.try_into()?,
                within: period(&within)?,
                then,
                otherwise,
            },
            ActionDoc::WaitUntil {
                moment: source,
                absent,
                next,
            } => Self::WaitUntil {
                moment: moment(&source)?,
                absent: match absent {
                    AbsentDoc::Continue => Absent::Continue,
                    AbsentDoc::Exit => Absent::Exit,
                },
                next,
            },
            ActionDoc::Window { hours, next } => Self::Window {
                hours: hours.try_into()?,
                next,
            },
        })
    }
}

impl From<&Arm> for ArmDoc {
    fn from(arm: &Arm) -> Self {
        Self {
            when: arm.condition.as_str().to_owned(),
            next: arm.next,
        }
    }
}

impl TryFrom<ArmDoc> for Arm {
    type Error = Unreadable;

    fn try_from(doc: ArmDoc) -> Result<Self, Unreadable> {
        Ok(Self {
            condition: condition(&doc.when)?,
            next: doc.next,
        })
    }
}

impl From<Branch> for BranchDoc {
    fn from(Branch { name, share, next }: Branch) -> Self {
        Self { name, share, next }
    }
}

impl From<BranchDoc> for Branch {
    fn from(BranchDoc { name, share, next }: BranchDoc) -> Self {
        Self { name, share, next }
    }
}
