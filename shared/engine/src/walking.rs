//! What it takes to move a run on, in one word for all who do.

use crate::{Alarms, Calls, Clock, Contacts, Enrollments, Metrics, Moves, Orders, Plans, Releases};

/// All that deciding what a run does next, storing it and doing it may touch.
///
/// A use case still lists its ports one by one: its bounds are read like a policy.
pub(crate) trait Walking:
    Clock + Contacts + Enrollments + Plans + Releases + Orders + Calls + Moves + Alarms + Metrics
{
}

impl<T> Walking for T where
    T: Clock
        + Contacts
        + Enrollments
        + Plans
        + Releases
        + Orders
        + Calls
        + Moves
        + Alarms
        + Metrics
{
}
