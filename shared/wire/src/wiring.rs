//! What a stack consists of, as it tells the command: written by the template, read for every `--stack`.

use serde::{Deserialize, Serialize};

use crate::Unreadable;

/// The names that AWS gave to the parts of one stack.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wiring {
    /// Its tables, by what they hold.
    pub tables: Tables,
    /// Its queues, each with that of its dead letters.
    pub queues: Queues,
    /// SES's configuration set.
    pub configuration_set: String,
    /// Where a source posts its events.
    pub events_url: String,
    /// The domain that its mails are from; absent on a laptop.
    pub mail_domain: Option<String>,
    /// The SNS topic that its alarms go to; absent on a laptop.
    pub alarm_topic: Option<String>,
    /// The domain that measured links lead through; absent where that is SES's own.
    pub tracking: Option<Tracking>,
}

/// A domain of the organization's own that measured links lead through.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Tracking {
    /// The domain.
    pub domain: String,
    /// What it has to be a CNAME of.
    pub target: String,
    /// Whether a certificate for it is shown there.
    pub https: bool,
}

/// The names of the tables.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Tables {
    /// People, links, addresses.
    pub contacts: String,
    /// Who stands where.
    pub enrollments: String,
    /// The ledger.
    pub sends: String,
    /// What was refused or could not be done.
    pub events: String,
    /// What is published.
    pub releases: String,
}

/// The URLs of the queues.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Queues {
    /// Accepted posts.
    pub events: Queue,
    /// Posts to other systems; absent in a stack of a version that made none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<Queue>,
    /// Enrollments to be moved on.
    pub moves: Queue,
    /// Mails of service.
    pub orders: Queue,
    /// Mails of advertising.
    pub orders_marketing: Queue,
    /// What SES reports.
    pub reports: Queue,
    /// What the scheduler could not ring for.
    pub wake: DeadQueue,
}

/// A queue and its dead letters.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Queue {
    /// Its URL.
    pub url: String,
    /// The URL of its dead letters.
    pub dead_url: String,
}

/// A queue of dead letters that come from no queue.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct DeadQueue {
    /// The URL of the dead letters.
    pub dead_url: String,
}

impl Wiring {
    /// Writes it.
    pub fn to_json(&self) -> String {
        crate::to_json(&Doc {
            version: 1,
            tables: self.tables.clone(),
            queues: self.queues.clone(),
            configuration_set: self.configuration_set.clone(),
            events_url: self.events_url.clone(),
            mail_domain: self.mail_domain.clone().unwrap_or_default(),
            alarm_topic: self.alarm_topic.clone().unwrap_or_default(),
            tracking: self.tracking.clone(),
        })
    }

    /// Reads it; what a newer version may say besides is left alone.
    ///
    /// # Errors
    ///
    /// Names what is missing, or the version that this build cannot read.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: Doc = serde_json::from_str(json)?;
        crate::version(doc.version, 1)?;
        let known = |text: String| Some(text).filter(|text| !text.is_empty());
        Ok(Self {
            tables: doc.tables,
            queues: doc.queues,
            configuration_set: doc.configuration_set,
            events_url: doc.events_url,
            mail_domain: known(doc.mail_domain),
            alarm_topic: known(doc.alarm_topic),
            tracking: doc.tracking,
        })
    }
}

impl Queues {
    /// Returns every queue by name: its URL, unless only its dead letters are one, and theirs.
    pub fn all(&self) -> Vec<(&'static str, Option<&str>, &str)> {
        let calls = self.calls.as_ref().map(|queue| named("calls", queue));
        let mut all = vec![named("events", &self.events)];
        all.extend(calls);
        all.extend([
            named("moves", &self.moves),
            named("orders", &self.orders),
            named("orders-marketing", &self.orders_marketing),
            named("reports", &self.reports),
            ("wake", None, &self.wake.dead_url),
        ]);
        all
    }
}

fn named<'a>(name: &'static str, queue: &'a Queue) -> (&'static str, Option<&'a str>, &'a str) {
    (name, Some(&queue.url), &queue.dead_url)
}

#[derive(Deserialize, Serialize)]
struct Doc {
    version: u8,
    tables: Tables,
    queues: Queues,
    configuration_set: String,
    events_url: String,
    /// Empty where there is none: the template cannot leave a key out.
    #[serde(default)]
    mail_domain: String,
    #[serde(default)]
    alarm_topic: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tracking: Option<Tracking>,
}
