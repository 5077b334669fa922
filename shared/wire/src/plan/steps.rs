//! How triggers and steps are stored.

use std::collections::BTreeSet;

use journey::{Absent, Action, Moment, Period, Send, Step, Trigger, Wait};
use serde::{Deserialize, Serialize};

use super::audience::{AudienceDoc, condition};
use super::settings::SenderDoc;
use crate::Unreadable;

/// A [`Trigger`].
#[derive(Deserialize, Serialize)]
pub(super) struct TriggerDoc {
    event: String,
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    filter: Option<String>,
}

impl From<&Trigger> for TriggerDoc {
    fn from(trigger: &Trigger) -> Self {
        let filter = trigger.filter.as_ref();
        Self {
            event: trigger.event.clone(),
            filter: filter.map(|filter| filter.as_str().to_owned()),
        }
    }
}

impl TryFrom<TriggerDoc> for Trigger {
    type Error = Unreadable;

    fn try_from(doc: TriggerDoc) -> Result<Self, Unreadable> {
        Ok(Self {
            event: doc.event,
            filter: doc.filter.as_deref().map(condition).transpose()?,
        })
    }
}

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
    Exit {
        reason: String,
    },
    If {
        condition: String,
        then: Option<usize>,
        otherwise: Option<usize>,
    },
    Send {
        template: String,
        from: SenderDoc,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<AudienceDoc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<String>,
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        params: BTreeSet<String>,
        next: Option<usize>,
    },
    Wait {
        wait: String,
        next: Option<usize>,
    },
    WaitUntil {
        moment: String,
        absent: AbsentDoc,
        next: Option<usize>,
    },
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum AbsentDoc {
    Continue,
    Exit,
}

impl From<&Step> for StepDoc {
    fn from(step: &Step) -> Self {
        let action = match &step.action {
            Action::Exit { reason } => ActionDoc::Exit {
                reason: reason.clone(),
            },
            Action::If {
                condition,
                then,
                otherwise,
            } => ActionDoc::If {
                condition: condition.as_str().to_owned(),
                then: *then,
                otherwise: *otherwise,
            },
            Action::Send { send, next } => ActionDoc::Send {
                template: send.template.clone(),
                from: SenderDoc::from(&send.from),
                to: send.to.as_ref().map(AudienceDoc::from),
                expires: send
                    .expires
                    .as_ref()
                    .map(|period| period.as_str().to_owned()),
                params: send.params.clone(),
                next: *next,
            },
            Action::Wait { wait, next } => ActionDoc::Wait {
                wait: wait.as_str().to_owned(),
                next: *next,
            },
            Action::WaitUntil {
                moment,
                absent,
                next,
            } => ActionDoc::WaitUntil {
                moment: moment.as_str().to_owned(),
                absent: match absent {
                    Absent::Continue => AbsentDoc::Continue,
                    Absent::Exit => AbsentDoc::Exit,
                },
                next: *next,
            },
        };
        Self {
            id: step.id.clone(),
            action,
        }
    }
}

impl TryFrom<StepDoc> for Step {
    type Error = Unreadable;

    fn try_from(doc: StepDoc) -> Result<Self, Unreadable> {
        let unreadable = |text: &str| Unreadable::new(format!("the time `{text}`"));
        let action = match doc.action {
            ActionDoc::Exit { reason } => Action::Exit { reason },
            ActionDoc::If {
                condition: source,
                then,
                otherwise,
            } => Action::If {
                condition: condition(&source)?,
                then,
                otherwise,
            },
            ActionDoc::Send {
                template,
                from,
                to,
                expires,
                params,
                next,
            } => Action::Send {
                send: Send {
                    template,
                    from: from.try_into()?,
                    to: to.map(TryInto::try_into).transpose()?,
                    expires: expires
                        .map(|text| Period::parse(&text).map_err(|_| unreadable(&text)))
                        .transpose()?,
                    params,
                },
                next,
            },
            ActionDoc::Wait { wait, next } => Action::Wait {
                wait: Wait::parse(&wait).map_err(|_| unreadable(&wait))?,
                next,
            },
            ActionDoc::WaitUntil {
                moment,
                absent,
                next,
            } => Action::WaitUntil {
                moment: Moment::parse(&moment).map_err(|_| unreadable(&moment))?,
                absent: match absent {
                    AbsentDoc::Continue => Absent::Continue,
                    AbsentDoc::Exit => Absent::Exit,
                },
                next,
            },
        };
        Ok(Self { id: doc.id, action })
    }
}
