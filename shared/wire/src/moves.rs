//! How what is to be looked at again travels in a queue.

use journey::{ContactId, DateId, EnrollmentId};
use serde::{Deserialize, Serialize};

use crate::Unreadable;

/// What is to be looked at again, several a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MovesMessage {
    /// What.
    pub moves: Vec<Move>,
}

/// Something to be looked at again.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Move {
    /// Something else is known about a contact: whoever that concerns must hear of it.
    Changed {
        /// Whose it is.
        contact: ContactId,
    },
    /// Somebody chose to get no more mails about a topic, or to get them again.
    Chose {
        /// Who.
        contact: ContactId,
        /// The topic.
        topic: String,
    },
    /// The dates of a contact are to be set, for journeys that are new.
    Dates {
        /// Whose they are.
        contact: ContactId,
    },
    /// A date trigger may have to go off.
    Date {
        /// Whose it is.
        contact: ContactId,
        /// Which.
        date: DateId,
    },
    /// Somebody is to come into a journey.
    Enter {
        /// Who.
        contact: ContactId,
        /// The journey's name.
        journey: String,
        /// The journey whose step says so, where one does.
        from: Option<String>,
        /// What it is about, where one contact has a run for each of several.
        subject: Option<String>,
        /// What lets them in: the same thing lets them in once.
        cause: String,
        /// How many journeys led to it.
        hops: u8,
        /// Whether so many others come in with them that their advertising leaves in the evening.
        campaign: bool,
    },
    /// An enrollment is to be moved on.
    Run {
        /// Whose it is.
        contact: ContactId,
        /// Which.
        enrollment: EnrollmentId,
        /// Why.
        cause: Cause,
    },
}

impl Move {
    /// Returns whose it is.
    pub fn contact(&self) -> &ContactId {
        match self {
            Self::Changed { contact }
            | Self::Dates { contact }
            | Self::Chose { contact, .. }
            | Self::Date { contact, .. }
            | Self::Enter { contact, .. }
            | Self::Run { contact, .. } => contact,
        }
    }
}

/// Why an enrollment is to be moved on.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Cause {
    /// The mail service says that it took the mail of this step.
    Accepted {
        /// The step that sent it.
        step: String,
    },
    /// Somebody clicked in the mail of this step.
    Clicked {
        /// The step that sent it.
        step: String,
        /// The link's name.
        link: String,
    },
    /// What it waits for may have come.
    Due,
    /// Somebody ends it.
    End,
    /// Somebody opened the mail of this step.
    Opened {
        /// The step that sent it.
        step: String,
    },
    /// A mail of it bounced for good.
    Bounced {
        /// The step that sent it.
        step: String,
    },
    /// Its contact called a mail of it spam.
    Complained {
        /// The step that sent it.
        step: String,
    },
    /// Somebody has mended why it was parked.
    Retry,
}

impl MovesMessage {
    /// Writes the message.
    pub fn to_json(&self) -> String {
        let moves: Vec<_> = self.moves.iter().map(MoveDoc::from).collect();
        let old = moves.iter().all(MoveDoc::is_old);
        crate::to_json(&MovesDoc {
            // An older version of Waypost can read what it knows, and must refuse what it does not.
            v: if old { 1 } else { 2 },
            moves,
        })
    }

    /// Reads a message of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: MovesDoc = serde_json::from_str(json)?;
        crate::version(doc.v, 2)?;
        let moves = doc.moves.into_iter().map(Move::try_from);
        Ok(Self {
            moves: moves.collect::<Result<_, Unreadable>>()?,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct MovesDoc {
    v: u8,
    moves: Vec<MoveDoc>,
}

#[derive(Default, Deserialize, Serialize)]
struct MoveDoc {
    contact: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enrollment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accepted: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    retry: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    campaign: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    dates: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opted_out: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clicked: Option<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opened: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bounced: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    complained: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    end: bool,
    /// The journey, the cause, and how many journeys led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enter: Option<(String, String, u8)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
}

impl MoveDoc {
    fn is_old(&self) -> bool {
        let seen = self.clicked.is_some() || self.opened.is_some();
        let new = seen || self.bounced.is_some() || self.complained.is_some() || self.end;
        self.enrollment.is_some() && !new
    }
}

impl From<&Move> for MoveDoc {
    fn from(one: &Move) -> Self {
        let mut doc = Self {
            contact: one.contact().to_string(),
            ..Self::default()
        };
        match one {
            Move::Changed { .. } => (),
            Move::Dates { .. } => doc.dates = true,
            Move::Chose { topic, .. } => doc.opted_out = Some(topic.clone()),
            Move::Date { date, .. } => doc.date = Some(date.to_string()),
            Move::Enter {
                journey,
                from,
                subject,
                cause,
                hops,
                campaign,
                ..
            } => {
                doc.campaign = *campaign;
                doc.enter = Some((journey.clone(), cause.clone(), *hops));
                doc.from.clone_from(from);
                doc.subject.clone_from(subject);
            }
            Move::Run {
                enrollment, cause, ..
            } => {
                doc.enrollment = Some(enrollment.to_string());
                match cause.clone() {
                    Cause::Accepted { step } => doc.accepted = Some(step),
                    Cause::Clicked { step, link } => doc.clicked = Some((step, link)),
                    Cause::Due => (),
                    Cause::End => doc.end = true,
                    Cause::Bounced { step } => doc.bounced = Some(step),
                    Cause::Complained { step } => doc.complained = Some(step),
                    Cause::Opened { step } => doc.opened = Some(step),
                    Cause::Retry => doc.retry = true,
                }
            }
        }
        doc
    }
}

impl TryFrom<MoveDoc> for Move {
    type Error = Unreadable;

    fn try_from(doc: MoveDoc) -> Result<Self, Unreadable> {
        let contact = doc.contact.parse()?;
        if let Some((journey, cause, hops)) = doc.enter {
            return Ok(Self::Enter {
                contact,
                journey,
                from: doc.from,
                subject: doc.subject,
                cause,
                hops,
                campaign: doc.campaign,
            });
        }
        if let Some(topic) = doc.opted_out {
            return Ok(Self::Chose { contact, topic });
        }
        if doc.dates {
            return Ok(Self::Dates { contact });
        }
        if let Some(date) = doc.date {
            let date = date.parse()?;
            return Ok(Self::Date { contact, date });
        }
        let Some(enrollment) = doc.enrollment else {
            return Ok(Self::Changed { contact });
        };
        let cause = match (doc.accepted, doc.clicked, doc.opened) {
            (Some(step), _, _) => Cause::Accepted { step },
            (None, Some((step, link)), _) => Cause::Clicked { step, link },
            (None, None, Some(step)) => Cause::Opened { step },
            (None, None, None) if doc.bounced.is_some() => Cause::Bounced {
                step: doc.bounced.unwrap_or_default(),
            },
            (None, None, None) if doc.complained.is_some() => Cause::Complained {
                step: doc.complained.unwrap_or_default(),
            },
            (None, None, None) if doc.retry => Cause::Retry,
            (None, None, None) if doc.end => Cause::End,
            (None, None, None) => Cause::Due,
        };
        Ok(Self::Run {
            contact,
            enrollment: enrollment.parse()?,
            cause,
        })
    }
}
