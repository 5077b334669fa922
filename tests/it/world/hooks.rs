//! Another system that is posted to: it takes, refuses, is down, loses its answer.

use std::collections::{BTreeMap, BTreeSet};

use engine::{HookPost, HookSecrets, Hooks, Unposted};
use jiff::Timestamp;
use journey::{Phase, ResultKind};
use serde_json::Value as Json;
use wire::{EnrollmentRecord, HookKeys, HookResult, Secret, Signed};

use super::{Kind, Pause, State, World};
use crate::given;

/// What the other system has heard: each post's body by its name, and how often it came.
pub(crate) type Heard = BTreeMap<String, (Json, u32)>;

impl HookSecrets for World {
    fn hook_secrets(&self, name: &str) -> Vec<Secret> {
        hook_keys().secrets(name)
    }
}

fn hook_keys() -> HookKeys {
    HookKeys::parse("dGhlIGtleSBvZiBhIHdvcmxk").expect("a key")
}

impl Hooks for World {
    async fn post(&self, post: &HookPost<'_>) -> Result<(), Unposted> {
        self.state().begin();
        Pause::default().await;
        let fault = self.state().fault(Kind::Mail, "hooks.post", &FAULTS);
        match fault {
            "refused" => Err(Unposted::Refused("answered 404".to_owned())),
            "no answer, not heard" => Err(Unposted::Unanswered("did not answer".to_owned())),
            "no answer, heard" => {
                self.state().hear(post);
                Err(Unposted::Unanswered("did not answer".to_owned()))
            }
            "crash before" => self.crash().await,
            "crash after" => {
                self.state().hear(post);
                self.crash().await
            }
            _ => {
                self.state().hear(post);
                Ok(())
            }
        }
    }
}

impl State {
    fn hear(&mut self, post: &HookPost<'_>) {
        let hook = given::hook();
        let timestamp = post.timestamp.to_string();
        let signed = Signed {
            id: post.id.as_str(),
            timestamp: &timestamp,
            signatures: post.signatures,
        };
        let secrets = hook_keys().secrets(&hook.secret);
        let genuine = signed.verify(&secrets, self.now, post.body.as_bytes());
        if genuine.is_none() {
            self.wrong(format!("{} is not signed", post.id));
        }
        if post.url != hook.url {
            self.wrong(format!("{} goes elsewhere", post.id));
        }
        let body: Json = serde_json::from_str(post.body).expect("JSON");
        self.log(|| format!("  the hook hears {} {}", post.id, body["type"]));
        let heard = self.heard.entry(post.id.to_string());
        heard.or_insert((body, 0)).1 += 1;
    }

    /// Returns whether the other system has ever refused a post.
    pub(super) fn is_refused_by_hook(&self) -> bool {
        self.reached.contains_key(&("hooks.post", "refused"))
    }

    /// Finds results of a run that the other system has never heard of.
    pub(super) fn untold(&self, record: &EnrollmentRecord) -> Vec<String> {
        let run = &record.enrollment;
        let gone = !self.people.contacts.contains_key(&run.contact);
        // Nobody is told about somebody who was erased; what was refused lies with the dead letters.
        let mut hooks = self.published.release.hooks.values();
        let nobody = hooks.all(|hook| hook.results.is_empty());
        if nobody || gone || self.is_refused_by_hook() {
            return Vec::new();
        }
        let result = |kind, step: Option<&str>| HookResult {
            enrollment: Some(run.id.clone()),
            step: step.map(str::to_owned),
            ..HookResult::new(kind, Timestamp::UNIX_EPOCH, run.contact.clone())
        };
        let mut expected = vec![result(ResultKind::Entered, None)];
        if let Phase::Left { .. } = run.phase {
            expected.push(result(ResultKind::Left, None));
        }
        // What was done before it was handed over was told of the run of then.
        let before = self
            .before_the_merge(run)
            .map_or(0, |before| before.path.len());
        let own = run.path.get(before..).unwrap_or_default();
        let sent = own.iter().filter(|taken| taken.outcome == "sent");
        expected.extend(sent.map(|taken| result(ResultKind::Sent, Some(&taken.step))));
        let unheard = expected.iter().filter(|result| {
            let id = result.id();
            !self.heard.contains_key(id.as_str())
        });
        let mut faults: Vec<_> = unheard
            .map(|result| format!("nobody heard of {} of {}", result.kind.as_str(), run.id))
            .collect();
        let called: BTreeSet<_> = self
            .heard
            .values()
            .filter(|(body, _)| body["type"] == "journey.call")
            .filter(|(body, _)| body["data"]["enrollment"] == run.id.as_str())
            .filter_map(|(body, _)| body["data"]["step"].as_str())
            .collect();
        let calls = own.iter().filter(|taken| taken.outcome == "called");
        let uncalled = calls.filter(|taken| !called.contains(taken.step.as_str()));
        faults.extend(uncalled.map(|taken| format!("{} of {} called nobody", taken.step, run.id)));
        faults
    }
}

/// What can go wrong when another system is posted to.
const FAULTS: [&str; 5] = [
    "refused",
    "no answer, not heard",
    "no answer, heard",
    "crash before",
    "crash after",
];
