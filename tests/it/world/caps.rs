//! Whether anybody got more advertising than a cap allows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use journey::{Cap, ContactId, Priority};

use super::State;

impl State {
    /// Finds people who got more advertising in a stretch of time than a cap allows, counted when each was claimed.
    pub(super) fn crowded(&self) -> Vec<String> {
        let mut mailed: BTreeMap<&ContactId, Vec<_>> = BTreeMap::new();
        let mut caps: Vec<&Cap> = Vec::new();
        for plan in self.published.plans.values() {
            let normal = plan.rules.priority == Priority::Normal;
            if normal && plan.purpose.is_marketing() {
                caps.extend(&plan.rules.limits.at_most);
            }
        }
        let runs = self.runs.all().map(|record| &record.enrollment);
        let advertising = runs.filter(|run| {
            let plan = self.published.plans.get(&run.plan);
            plan.is_some_and(|plan| plan.purpose.is_marketing())
        });
        let advertising: BTreeSet<_> = advertising.map(|run| &run.id).collect();
        let mails = self.service.delivered.iter();
        for mail in mails.filter(|mail| advertising.contains(&mail.enrollment)) {
            let row = &self.service.ledger[&mail.send].row;
            mailed.entry(&mail.recipient).or_default().push(row.claimed);
        }
        let mut faults = Vec::new();
        for (contact, mut times) in mailed {
            times.sort_unstable();
            times.dedup();
            for (cap, at) in caps
                .iter()
                .flat_map(|cap| times.iter().map(move |at| (cap, at)))
            {
                let before = times.iter().filter(|one| *one < at).copied();
                let before: Vec<_> = before.collect();
                if cap.room(&before, *at) > *at + CLAIMED_WITHIN {
                    faults.push(format!("{contact} gets more than {}", cap.as_str()));
                }
            }
        }
        faults
    }
}

/// How long after it took its room a mail is claimed, at most.
const CLAIMED_WITHIN: SignedDuration = SignedDuration::from_mins(1);
