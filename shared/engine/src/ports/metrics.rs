//! What an operator is called for: counted here, turned into alarms by the template.

/// Something that is counted.
///
/// **Invariant:** this is the list of all that there is: an alarm can be about nothing else.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Metric {
    /// How long the longest overdue wait is overdue, in seconds; measured by every sweep.
    OldestDueAge,
    /// Runs, and mails that nobody waits for, that somebody must mend.
    ParkedEnrollments,
    /// Posts that do not match the release.
    RefusedEvents,
    /// Deliveries that failed and went back to their queue, and mails that SES did not take now.
    Retries,
    /// How much of what SES lets the account send in 24 hours is used, in percent; measured by every sweep.
    SendQuotaUsed,
    /// Mails that wait because SES cannot be reached or lets the whole account send nothing, counted at every try.
    SendsHeld,
    /// Mails of which SES's reply was lost, counted whenever one is looked at.
    SendsInDoubt,
    /// Mails in doubt of which nothing was heard in time: given up, or sent again.
    SendsUnsettled,
    /// Journeys that normally start and have not for long; measured by every sweep.
    SilentJourneys,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 9] = [
        Self::OldestDueAge,
        Self::ParkedEnrollments,
        Self::RefusedEvents,
        Self::Retries,
        Self::SendQuotaUsed,
        Self::SendsHeld,
        Self::SendsInDoubt,
        Self::SendsUnsettled,
        Self::SilentJourneys,
    ];

    /// The namespace of all of them.
    pub const NAMESPACE: &'static str = "Waypost";

    /// Their one dimension: the stack's name. More of them would cost money for every journey.
    pub const DIMENSION: &'static str = "Stack";

    /// Returns the name that CloudWatch knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::OldestDueAge => "OldestDueAge",
            Self::ParkedEnrollments => "ParkedEnrollments",
            Self::RefusedEvents => "RefusedEvents",
            Self::Retries => "Retries",
            Self::SendQuotaUsed => "SendQuotaUsed",
            Self::SendsHeld => "SendsHeld",
            Self::SendsInDoubt => "SendsInDoubt",
            Self::SendsUnsettled => "SendsUnsettled",
            Self::SilentJourneys => "SilentJourneys",
        }
    }

    /// Returns the unit, in CloudWatch's words.
    pub fn unit(self) -> &'static str {
        match self {
            Self::OldestDueAge => "Seconds",
            Self::SendQuotaUsed => "Percent",
            Self::ParkedEnrollments
            | Self::RefusedEvents
            | Self::Retries
            | Self::SendsHeld
            | Self::SendsInDoubt
            | Self::SendsUnsettled
            | Self::SilentJourneys => "Count",
        }
    }
}

/// Counts. It cannot fail: whatever becomes of the numbers, the work goes on.
pub trait Metrics {
    /// Adds to what this invocation has counted.
    fn count(&self, metric: Metric, value: u64);
}
