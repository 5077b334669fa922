//! What a function must be told before it can start.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use jiff::SignedDuration;

/// A setting, by the name of its environment variable.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Setting {
    /// `ADDRESS_KEY_PARAMETER`: the parameter that holds the key under which addresses are hashed.
    AddressKeyParameter,
    /// `CALLS_QUEUE_URL`: the queue of posts to other systems.
    CallsQueueUrl,
    /// `WAYPOST_CLOCK_OFFSET_SECONDS`: how far a laptop's clock was moved.
    ClockOffsetSeconds,
    /// `CONCURRENCY`: how many of a function its queue may run at once.
    Concurrency,
    /// `CONFIGURATION_SET`: SES's configuration set.
    ConfigurationSet,
    /// `CONTACTS_TABLE`
    ContactsTable,
    /// `DEAD_LETTERS_QUEUE_URL`: where the function puts what can never succeed.
    DeadLettersQueueUrl,
    /// `ENROLLMENTS_TABLE`
    EnrollmentsTable,
    /// `EVENTS_QUEUE_URL`
    EventsQueueUrl,
    /// `EVENTS_TABLE`
    EventsTable,
    /// `EVIDENCE_SECONDS`: how long SES's own report of a mail may take.
    EvidenceSeconds,
    /// `LANE`: `transactional` or `marketing`, whose orders a `send` function serves.
    Lane,
    /// `LEASE_SECONDS`: how long a claim on a mail is taken to be alive.
    LeaseSeconds,
    /// `MARKETING_QUEUE_URL`
    MarketingQueueUrl,
    /// `MOVES_QUEUE_URL`
    MovesQueueUrl,
    /// `ORDERS_QUEUE_URL`
    OrdersQueueUrl,
    /// `PAGES_URL`: what the addresses of pages for recipients begin with.
    PagesUrl,
    /// `PRIVATE_HOOKS`: `allowed` where posts to other systems may stay on one machine.
    PrivateHooks,
    /// `RELEASES_TABLE`
    ReleasesTable,
    /// `REPORTS_QUEUE_URL`
    ReportsQueueUrl,
    /// `SCHEDULE_GROUP`
    ScheduleGroup,
    /// `SCHEDULE_ROLE_ARN`: the role in which the scheduler calls `wake`.
    ScheduleRoleArn,
    /// `SENDS_TABLE`
    SendsTable,
    /// `SIGNING_SECRETS_PARAMETER`: the parameter that holds what posts may be signed with.
    SigningSecretsParameter,
    /// `SOURCE_QUEUE_URL`: the queue that feeds the function.
    SourceQueueUrl,
    /// `STACK`: the stack's name, by which its metrics are told apart.
    Stack,
    /// `WAKE_DEAD_LETTERS_ARN`
    WakeDeadLettersArn,
    /// `WAKE_FUNCTION_ARN`
    WakeFunctionArn,
}

impl Setting {
    /// Returns the name of its environment variable.
    pub fn variable(self) -> &'static str {
        match self {
            Self::AddressKeyParameter => "ADDRESS_KEY_PARAMETER",
            Self::CallsQueueUrl => "CALLS_QUEUE_URL",
            Self::ClockOffsetSeconds => "WAYPOST_CLOCK_OFFSET_SECONDS",
            Self::Concurrency => "CONCURRENCY",
            Self::ConfigurationSet => "CONFIGURATION_SET",
            Self::ContactsTable => "CONTACTS_TABLE",
            Self::DeadLettersQueueUrl => "DEAD_LETTERS_QUEUE_URL",
            Self::EnrollmentsTable => "ENROLLMENTS_TABLE",
            Self::EventsQueueUrl => "EVENTS_QUEUE_URL",
            Self::EventsTable => "EVENTS_TABLE",
            Self::EvidenceSeconds => "EVIDENCE_SECONDS",
            Self::Lane => "LANE",
            Self::LeaseSeconds => "LEASE_SECONDS",
            Self::MarketingQueueUrl => "MARKETING_QUEUE_URL",
            Self::MovesQueueUrl => "MOVES_QUEUE_URL",
            Self::OrdersQueueUrl => "ORDERS_QUEUE_URL",
            Self::PagesUrl => "PAGES_URL",
            Self::PrivateHooks => "PRIVATE_HOOKS",
            Self::ReleasesTable => "RELEASES_TABLE",
            Self::ReportsQueueUrl => "REPORTS_QUEUE_URL",
            Self::ScheduleGroup => "SCHEDULE_GROUP",
            Self::ScheduleRoleArn => "SCHEDULE_ROLE_ARN",
            Self::SendsTable => "SENDS_TABLE",
            Self::SigningSecretsParameter => "SIGNING_SECRETS_PARAMETER",
            Self::SourceQueueUrl => "SOURCE_QUEUE_URL",
            Self::Stack => "STACK",
            Self::WakeDeadLettersArn => "WAKE_DEAD_LETTERS_ARN",
            Self::WakeFunctionArn => "WAKE_FUNCTION_ARN",
        }
    }
}

/// The settings of one function, read once.
#[derive(Clone, Default)]
pub struct Settings(BTreeMap<Setting, String>);

impl Settings {
    /// Reads `required` and `optional` settings.
    ///
    /// # Errors
    ///
    /// Names every required one that is missing, in one sentence.
    pub fn read(
        lookup: impl Fn(&str) -> Option<String>,
        required: &[Setting],
        optional: &[Setting],
    ) -> Result<Self, String> {
        let find = |setting: &Setting| {
            let value = lookup(setting.variable()).filter(|value| !value.is_empty());
            value.map(|value| (*setting, value))
        };
        let found: BTreeMap<_, _> = required.iter().chain(optional).filter_map(find).collect();
        let missing: Vec<_> = required
            .iter()
            .filter(|setting| !found.contains_key(setting))
            .map(|setting| setting.variable())
            .collect();
        if missing.is_empty() {
            Ok(Self(found))
        } else {
            Err(format!("not set: {}", missing.join(", ")))
        }
    }

    /// Returns a setting that was required; empty where it was not, and AWS will refuse that.
    pub fn get(&self, setting: Setting) -> &str {
        self.find(setting).unwrap_or_default()
    }

    /// Returns a setting that is a number of seconds, if it was given.
    ///
    /// # Errors
    ///
    /// Names the setting that is no number.
    pub fn seconds(&self, setting: Setting) -> Result<Option<SignedDuration>, String> {
        let Some(text) = self.find(setting) else {
            return Ok(None);
        };
        let seconds = text.parse().map(SignedDuration::from_secs);
        let wrong = |_| format!("{} is a number of seconds", setting.variable());
        seconds.map(Some).map_err(wrong)
    }

    /// Returns a setting that is a number above zero.
    ///
    /// # Errors
    ///
    /// Names the setting that is none.
    pub fn count(&self, setting: Setting) -> Result<NonZeroU32, String> {
        let wrong = |_| format!("{} is a number above zero", setting.variable());
        self.get(setting).parse().map_err(wrong)
    }

    /// Returns a setting, if it was given.
    pub fn find(&self, setting: Setting) -> Option<&str> {
        self.0.get(&setting).map(String::as_str)
    }
}

/// Some settings are secrets, so only their names may be printed.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Setting, Settings};

    #[test]
    fn every_missing_setting_is_named_at_once() {
        let required = [Setting::ContactsTable, Setting::OrdersQueueUrl];
        let error = Settings::read(|_| None, &required, &[Setting::Stack]).unwrap_err();
        assert_eq!(error, "not set: CONTACTS_TABLE, ORDERS_QUEUE_URL");
    }
}
