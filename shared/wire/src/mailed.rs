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
    /// From when on mails may leave that have taken a place in a line, by the line's name.
    pub places: BTreeMap<SendId, BTreeMap<String, Timestamp>>,
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

    /// Notes the place of a mail in a line, and forgets those that are long over.
    pub fn take_place(&mut self, send: SendId, line: &str, opens: Timestamp, now: Timestamp) {
        self.places.retain(|_, places| {
            let mut places = places.values();
            places.any(|opens| now.duration_since(*opens) < PLACES_KEPT)
        });
        let places = self.places.entry(send).or_default();
        places.insert(line.to_owned(), opens);
    }

    /// Writes it.
    pub fn to_json(&self) -> String {
        let mails = self.mails.iter();
        crate::to_json(&Doc {
            v: 1,
            mails: mails
                .map(|(send, at)| (send.to_string(), Moment(*at)))
                .collect(),
            places: self
                .places
                .iter()
                .map(|(send, places)| {
                    let places = places.iter();
                    let places = places.map(|(line, at)| (line.clone(), Moment(*at)));
                    (send.to_string(), places.collect())
                })
                .collect(),
        })
    }

    /// Reads one of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: Doc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        let mails = doc.mails.into_iter();
        let mails = mails.map(|(send, Moment(at))| Ok((send.parse()?, at)));
        let places = doc.places.into_iter().map(|(send, places)| {
            let places = places.into_iter();
            let places = places.map(|(line, Moment(at))| (line, at)).collect();
            Ok((send.parse()?, places))
        });
        Ok(Self {
            mails: mails.collect::<Result<_, Unreadable>>()?,
            places: places.collect::<Result<_, Unreadable>>()?,
        })
    }
}

#[derive(Deserialize, Serialize)]
struct Doc {
    v: u8,
    mails: BTreeMap<String, Moment>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    places: BTreeMap<String, BTreeMap<String, Moment>>,
}

#[derive(Deserialize, Serialize)]
#[serde(transparent)]
struct Moment(#[serde(with = "crate::time")] Timestamp);

/// Longer than any place may be used.
const PLACES_KEPT: SignedDuration = SignedDuration::from_hours(48);
