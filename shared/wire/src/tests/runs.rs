//! A run, at each place where one can stand.

use std::collections::{BTreeMap, BTreeSet};

use journey::{ContactId, Enrollment, EnrollmentId, Order, Phase, Signals, Taken};

use super::everything::enroll;
use super::samples::{at, values};
use crate::EnrollmentRecord;

pub(super) fn order() -> Order {
    let contact = ContactId::of("sot-17");
    Order {
        journey: "welcome".to_owned(),
        enrollment: EnrollmentId::of("welcome", Some("pupil-1"), &contact, Some("e1")),
        contact,
        step: "hello".to_owned(),
        recipient: ContactId::of("copa-3"),
        decided: at("2026-11-23T13:00:20Z"),
    }
}

pub(super) fn enrollment(phase: Phase) -> EnrollmentRecord {
    let order = order();
    EnrollmentRecord {
        enrollment: Enrollment {
            id: order.enrollment.clone(),
            contact: order.contact.clone(),
            journey: "welcome".to_owned(),
            plan: "0123456789abcdef".to_owned(),
            subject: Some("pupil-1".to_owned()),
            event: "e1".to_owned(),
            entered: at("2026-11-23T13:00:20Z"),
            params: values(),
            notified: BTreeMap::from([("note".to_owned(), vec![order.recipient.clone()])]),
            signals: Signals {
                opened: BTreeSet::from(["hello".to_owned()]),
                bounced: BTreeSet::from(["hello".to_owned()]),
                complained: BTreeSet::new(),
                clicks: BTreeSet::from([("hello".to_owned(), "more".to_owned())]),
                heard: BTreeSet::from(["e2".to_owned()]),
                goal: None,
            },
            hops: 1,
            campaign: false,
            phase,
            path: vec![Taken {
                step: "note".to_owned(),
                outcome: "notified".to_owned(),
                at: at("2026-11-23T13:00:20Z"),
            }],
        },
        pending: vec![order],
        held: None,
        enrolls: vec![enroll()],
        changed: true,
        end: Some(at("2027-06-01T22:00:00Z")),
        version: 7,
    }
}

pub(super) fn phases() -> [Phase; 9] {
    let step = || "pause".to_owned();
    let moment = at("2026-11-26T13:01:00Z");
    let before = at("2026-11-25T20:00:00Z");
    [
        Phase::Entered,
        Phase::Calling {
            step: step(),
            since: moment,
        },
        Phase::Holding {
            step: step(),
            since: before,
            due: moment,
        },
        Phase::Met {
            step: step(),
            since: moment,
        },
        Phase::Sending {
            step: step(),
            since: before,
            due: moment,
        },
        Phase::Left {
            reason: "finished".to_owned(),
            at: moment,
        },
        Phase::Parked {
            step: step(),
            reason: "mend it".to_owned(),
            at: moment,
        },
        Phase::Sending {
            step: step(),
            since: moment,
            due: moment,
        },
        Phase::Waiting {
            step: step(),
            due: moment,
        },
    ]
}
