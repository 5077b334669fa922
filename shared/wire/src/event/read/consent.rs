//! Takes apart what somebody agreed to, or took back.

use std::collections::BTreeMap;

use journey::{Consent, nearest};
use serde_json::{Map, Value as Json};

use super::{NAME_MAX, Reader, SWITCHES_MAX, TEXT_MAX, escape};
use crate::Fault;

impl Reader {
    /// Reads what somebody agreed to, or took back, by topic.
    pub(super) fn consent(
        &mut self,
        json: Option<Json>,
        pointer: &str,
    ) -> BTreeMap<String, Consent> {
        let pointer = format!("{pointer}/consent");
        let topics = match json {
            None | Some(Json::Null) => return BTreeMap::new(),
            Some(json) => self.object(json, &pointer, "`consent`").unwrap_or_default(),
        };
        if topics.len() > SWITCHES_MAX {
            let detail = format!("`consent` names at most {SWITCHES_MAX} topics");
            self.faults.push(Fault::new(pointer.clone(), detail));
        }
        let mut consent = BTreeMap::new();
        for (topic, proof) in topics.into_iter().take(SWITCHES_MAX) {
            let pointer = format!("{pointer}/{}", escape(&topic));
            let Some(mut proof) = self.object(proof, &pointer, "a proof of consent") else {
                continue;
            };
            if topic.len() > NAME_MAX {
                let detail = format!("no topic's name is longer than {NAME_MAX} bytes");
                self.faults.push(Fault::new(pointer, detail));
                continue;
            }
            if let Some(proof) = self.proof(&mut proof, &pointer) {
                consent.insert(topic, proof);
            }
            for key in proof.into_iter().map(|(key, _)| key) {
                let detail = format!("a proof of consent has no `{key}`");
                let fault = Fault::new(format!("{pointer}/{}", escape(&key)), detail);
                self.faults
                    .push(fault.did_you_mean(nearest(&key, PROOF_KEYS)));
            }
        }
        consent
    }

    /// Reads a proof of consent, or of its end.
    fn proof(&mut self, map: &mut Map<String, Json>, pointer: &str) -> Option<Consent> {
        let faults = self.faults.len();
        let at = self.moment(map, pointer, "at");
        let how = self.text(map, pointer, "how", TEXT_MAX);
        let text = self.text(map, pointer, "text", TEXT_MAX);
        let version = self.text(map, pointer, "version", NAME_MAX);
        let proof = self.text(map, pointer, "proof", TEXT_MAX);
        let withdrawn = self.switch(map.remove("withdrawn"), pointer, "withdrawn");
        let plain = match (withdrawn, at, how, text) {
            (false, Some(at), Some(how), Some(text)) => Consent::posted(at, how, text, self.posted),
            (true, Some(at), Some(how), text) => {
                Consent::taken_back(at, how, text.unwrap_or_default(), self.posted)
            }
            (false | true, ..) => {
                if self.faults.len() == faults {
                    let detail = "a proof of consent has `at`, `how` and `text`; one that was taken back has `at`, \
                                  `how` and `\"withdrawn\": true`";
                    self.faults.push(Fault::new(pointer, detail));
                }
                return None;
            }
        };
        Some(Consent {
            version,
            proof,
            ..plain
        })
    }
}

const PROOF_KEYS: [&str; 6] = ["at", "how", "proof", "text", "version", "withdrawn"];
