//! What CloudWatch says when an alarm about the account's good name with SES begins to ring, by way of SNS and SQS.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html>

use jiff::Timestamp;
use serde::Deserialize;

use crate::{Report, Strain, Unreadable};

/// An alarm that has begun to ring.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Alarm {
    /// What rises.
    pub why: Strain,
    /// Since when it rings: the same each time that CloudWatch says so.
    pub at: Timestamp,
}

/// What is told by way of the queue of reports.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Notice {
    /// CloudWatch says that an alarm has begun to ring.
    Alarm(Alarm),
    /// SES says what became of a mail.
    Mail(Report),
}

impl Notice {
    /// Reads either; `None` where it is of a kind that is not kept.
    ///
    /// # Errors
    ///
    /// Fails on what is neither.
    pub fn from_json(json: &str) -> Result<Option<Self>, Unreadable> {
        // Alarms are rare: they are looked for in what is no report.
        match Report::from_json(json) {
            Ok(report) => Ok(report.map(Self::Mail)),
            Err(unreadable) => match serde_json::from_str::<Doc>(json) {
                Ok(doc) => Ok(doc.read()?.map(Self::Alarm)),
                Err(_) => Err(unreadable),
            },
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Doc {
    new_state_value: String,
    state_change_time: String,
    trigger: Trigger,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Trigger {
    metric_name: String,
}

impl Doc {
    fn read(self) -> Result<Option<Alarm>, Unreadable> {
        let why = match self.trigger.metric_name.as_str() {
            "Reputation.BounceRate" => Strain::Bounces,
            "Reputation.ComplaintRate" => Strain::Complaints,
            _ => return Ok(None),
        };
        if self.new_state_value != "ALARM" {
            return Ok(None);
        }
        // CloudWatch writes `2026-11-27T21:00:00.123+0000`.
        let at = Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", &self.state_change_time)?;
        Ok(Some(Alarm { why, at }))
    }
}
