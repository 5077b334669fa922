//! How posts to other systems travel in a queue.

use jiff::Timestamp;
use journey::{CallId, ContactId, EnrollmentId, ResultKind};
use serde::{Deserialize, Serialize};

use crate::{Unreadable, time};

/// Posts to be made, several a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CallsMessage {
    /// The posts.
    pub calls: Vec<Call>,
}

/// A post to be made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Call {
    /// What it is about.
    pub about: About,
    /// How often it was tried, since somebody has last looked at it.
    pub tries: u16,
}

/// What a post is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum About {
    /// A result, for a hook that wants to hear of it.
    Result {
        /// The hook's name.
        hook: String,
        /// The result.
        result: HookResult,
    },
    /// A step of a run that waits for it.
    Step {
        /// Whose run.
        contact: ContactId,
        /// Which run.
        enrollment: EnrollmentId,
        /// Which step.
        step: String,
    },
}

/// A result: something that happened, for other systems to hear.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HookResult {
    /// What.
    pub kind: ResultKind,
    /// When.
    pub at: Timestamp,
    /// To whom; for mails, who travels in the run that sends them.
    pub contact: ContactId,
    /// In which run, unless it is about none.
    pub enrollment: Option<EnrollmentId>,
    /// By which step, if by one.
    pub step: Option<String>,
    /// Who got the mail, where that is somebody else.
    pub recipient: Option<ContactId>,
    /// The link, the kind of bounce, the reason or the topic.
    pub detail: Option<String>,
}

impl HookResult {
    /// Begins to tell what happened to somebody.
    pub fn new(kind: ResultKind, at: Timestamp, contact: ContactId) -> Self {
        Self {
            kind,
            at,
            contact,
            enrollment: None,
            step: None,
            recipient: None,
            detail: None,
        }
    }

    /// Returns the name that a repeat is known by.
    pub fn id(&self) -> CallId {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let (detail, at) = match self.kind {
            ResultKind::Bounced | ResultKind::Clicked => (text(self.detail.as_deref()), None),
            // Who changes their mind twice says three things.
            ResultKind::OptedIn | ResultKind::OptedOut => {
                (text(self.detail.as_deref()), Some(self.at.to_string()))
            }
            // A reason that is found anew when it is looked at again is not another result.
            ResultKind::Complained
            | ResultKind::Delivered
            | ResultKind::Entered
            | ResultKind::Left
            | ResultKind::Opened
            | ResultKind::Sent
            | ResultKind::Skipped => (String::new(), None),
        };
        CallId::of(&[
            self.kind.as_str(),
            self.contact.as_str(),
            &text(self.enrollment.as_ref().map(EnrollmentId::as_str)),
            &text(self.step.as_deref()),
            &text(self.recipient.as_ref().map(ContactId::as_str)),
            &detail,
            &text(at.as_deref()),
        ])
    }
}

impl CallsMessage {
    /// Writes the message.
    pub fn to_json(&self) -> String {
        crate::to_json(&CallsDoc {
            v: 1,
            calls: self.calls.iter().map(CallDoc::from).collect(),
        })
    }

    /// Reads a message of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: CallsDoc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        let calls = doc.calls.into_iter().map(TryInto::try_into);
        Ok(Self {
            calls: calls.collect::<Result<_, Unreadable>>()?,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct CallsDoc {
    v: u8,
    calls: Vec<CallDoc>,
}

#[derive(Deserialize, Serialize)]
struct CallDoc {
    contact: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enrollment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<ResultDoc>,
    #[serde(default, skip_serializing_if = "is_zero")]
    tries: u16,
}

#[derive(Deserialize, Serialize)]
struct ResultDoc {
    hook: String,
    kind: String,
    #[serde(with = "time")]
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recipient: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &u16) -> bool {
    *number == 0
}

impl From<&Call> for CallDoc {
    fn from(call: &Call) -> Self {
        let (contact, enrollment, step, result) = match &call.about {
            About::Step {
                contact,
                enrollment,
                step,
            } => (contact, Some(enrollment), Some(step), None),
            About::Result { hook, result } => (
                &result.contact,
                result.enrollment.as_ref(),
                result.step.as_ref(),
                Some(ResultDoc {
                    hook: hook.clone(),
                    kind: result.kind.as_str().to_owned(),
                    at: result.at,
                    recipient: result.recipient.as_ref().map(ToString::to_string),
                    detail: result.detail.clone(),
                }),
            ),
        };
        Self {
            contact: contact.to_string(),
            enrollment: enrollment.map(ToString::to_string),
            step: step.cloned(),
            result,
            tries: call.tries,
        }
    }
}

impl TryFrom<CallDoc> for Call {
    type Error = Unreadable;

    fn try_from(doc: CallDoc) -> Result<Self, Unreadable> {
        let contact = doc.contact.parse()?;
        let enrollment = doc.enrollment.map(|id| id.parse()).transpose()?;
        let about = match (doc.result, enrollment, doc.step) {
            (Some(result), enrollment, step) => About::Result {
                hook: result.hook,
                result: HookResult {
                    kind: ResultKind::from_word(&result.kind)
                        .ok_or_else(|| Unreadable::new("the kind of a result"))?,
                    at: result.at,
                    contact,
                    enrollment,
                    step,
                    recipient: result.recipient.map(|id| id.parse()).transpose()?,
                    detail: result.detail,
                },
            },
            (None, Some(enrollment), Some(step)) => About::Step {
                contact,
                enrollment,
                step,
            },
            (None, _, _) => return Err(Unreadable::new("what a post is about")),
        };
        Ok(Self {
            about,
            tries: doc.tries,
        })
    }
}
