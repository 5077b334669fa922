//! How it is stored when a contact was sent advertising.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use journey::SendId;
use serde::{Deserialize, Serialize};

use crate::Unreadable;

/// When a contact was sent advertising, over all journeys, as far back as a cap looks.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Mailed {
    /// Each mail, and when it was claimed.
    pub mails: BTreeMap<SendId, Timestamp>,
}

impl Mailed {
    /// Returns when there was a mail other than `but`, the oldest first.
    pub fn times(&self, but: &SendId) -> Vec<Timestamp> {
        let others = self.mails.iter().filter(|(send, _)| *send != but);
        let mut times: Vec<_> = others.map(|(_, at)| *at).collect();
        times.sort_unstable();
        times
    }

    /// Notes a mail, and forgets those that are older than any cap looks back.
    pub fn note(&mut self, send: SendId, at: Timestamp, span: SignedDuration) {
        self.mails.retain(|_, one| at.duration_since(*one) < span);
        self.mails.insert(send, at);
    }

    /// Writes it.
    pub fn to_json(&self) -> String {
        let mails = self.mails.iter();
        crate::to_json(&Doc {
            v: 1,
            mails: mails
                .map(|(send, at)| (send.to_string(), Moment(*at)))
                .collect(),
        })
    }

    /// Reads one of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: Doc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        let mails = doc.mails.into_iter();
        let mails = mails.map(|(send, Moment(at))| Ok((send.parse()?, at)));
        Ok(Self {
            mails: mails.collect::<Result<_, Unreadable>>()?,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct Doc {
    v: u8,
    mails: BTreeMap<String, Moment>,
}

#[derive(Deserialize, Serialize)]
#[serde(transparent)]
struct Moment(#[serde(with = "crate::time")] Timestamp);
