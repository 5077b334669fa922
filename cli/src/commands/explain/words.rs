//! What let somebody in, what came of a step and why they left, as it is said on the telephone.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use journey::{
    ALREADY_IN, Action, ChangeId, DateId, Enrollment, EnrollmentId, MERGED, Occasion, Plan, Taken,
    Trigger,
};

use crate::reasons::unmailed;
use crate::stack::moment;
use crate::words::list;

/// Says what let somebody in: an event, a yes, a date, a step of another journey, somebody by hand.
///
/// `label` names a run, if that is known.
pub(super) fn cause(
    run: &Enrollment,
    plan: Option<&Plan>,
    label: impl Fn(&EnrollmentId) -> Option<String>,
    zone: &TimeZone,
) -> String {
    let triggers = plan.map_or(&[][..], |plan| &plan.triggers);
    let says = |wanted: &dyn Fn(&Trigger) -> bool| {
        let wanted = triggers.iter().filter(|trigger| wanted(trigger));
        list(wanted.map(Trigger::says), "or")
    };
    let when = |text: &str| {
        let at: Option<Timestamp> = text.parse().ok();
        at.map(|at| moment(at, zone))
    };
    if let Some(id) = run.event.strip_prefix("by hand ") {
        // Where nobody gave it an id, it is called by its time, which stands beside it already.
        return match when(id) {
            Some(_) => "by hand".to_owned(),
            None => format!("by hand, as {id}"),
        };
    }
    if run.event.parse::<ChangeId>().is_ok() {
        return match says(&|trigger| is_change(&trigger.on)) {
            what if what.is_empty() => "by what was changed about them".to_owned(),
            what => format!("by what was changed about them: {what}"),
        };
    }
    let Some((first, last)) = run.event.rsplit_once(' ') else {
        return event(run, triggers);
    };
    if let Ok(other) = first.parse::<EnrollmentId>() {
        let other = label(&other).unwrap_or_else(|| "another journey".to_owned());
        return format!("by the step `{last}` of {other}");
    }
    let Some(at) = when(last) else {
        return event(run, triggers);
    };
    if let Ok(date) = first.parse::<DateId>() {
        let named = |trigger: &Trigger| {
            let own = trigger.date(&run.journey, &run.contact);
            own.is_some_and(|(id, _, _)| id == date)
        };
        return match says(&named) {
            what if what.is_empty() => format!("by a date, {at}"),
            what => format!("by the date {what}, {at}"),
        };
    }
    let yes = Occasion::OptedIn(first.to_owned());
    match triggers.iter().any(|trigger| trigger.on == yes) {
        true => format!("by their yes to {first}, {at}"),
        false => event(run, triggers),
    }
}

/// Says which event let somebody in; what it is called by its source stands behind, to find it there.
fn event(run: &Enrollment, triggers: &[Trigger]) -> String {
    let events = triggers.iter().filter_map(Trigger::event);
    match list(events, "or") {
        what if what.is_empty() => format!("by {}", run.event),
        what => format!("by the event {what} ({})", run.event),
    }
}

/// Returns whether it is a change of what is known about somebody that lets them in.
fn is_change(on: &Occasion) -> bool {
    match on {
        Occasion::Enters(_)
        | Occasion::Joins(_)
        | Occasion::Leaves(_)
        | Occasion::Tagged(_)
        | Occasion::Untagged(_) => true,
        Occasion::Date { .. }
        | Occasion::Event(_)
        | Occasion::Journey(_)
        | Occasion::Manual
        | Occasion::OptedIn(_) => false,
    }
}

/// Says why a run is over: what its author called it, or what has another sense here.
pub(super) fn left(reason: &str) -> &str {
    match reason {
        ALREADY_IN => "they turned out to be somebody who is or was in it already",
        MERGED => "they turned out to be somebody who was known already, and go on as that one",
        other => other,
    }
}

/// Says what came of a step.
pub(super) fn outcome(taken: &Taken, plan: Option<&Plan>) -> String {
    let step = plan.and_then(|plan| plan.step(&taken.step));
    if let Some(Action::Enroll { journey, .. }) = step.map(|step| &step.action) {
        return format!("sent them on to {journey}");
    }
    match taken.outcome.as_str() {
        "sent" => "mailed".to_owned(),
        "notified" => "others were told".to_owned(),
        other => match unmailed(other) {
            Some(why) => format!("not mailed: {why}"),
            None => other.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use journey::{ChangeId, ContactId, Enrollment, EnrollmentId, Phase, Plan};

    use super::cause;

    #[test]
    fn a_date_a_change_and_a_hand_are_told_in_words() {
        let plan = plan("birthday", "verjaardag");
        let contact = ContactId::of("anna");
        let date = plan.triggers[0].date(&plan.journey, &contact).unwrap().0;
        let change = ChangeId::of(&contact, "e1");
        let other = EnrollmentId::of("welcome", None, &contact, None);
        for (event, said) in [
            (
                format!("{date} 2026-11-29T08:00:00Z"),
                "by the date contact.date_of_birth at 09:00, 2026-11-29 08:00",
            ),
            (change.to_string(), "by what was changed about them"),
            ("by hand first".to_owned(), "by hand, as first"),
            ("by hand 2026-11-29T08:00:00Z".to_owned(), "by hand"),
            (
                format!("{other} step.3"),
                "by the step `step.3` of another journey",
            ),
            ("e 1".to_owned(), "by e 1"),
        ] {
            let run = run(&plan, &contact, &event);
            let found = cause(&run, Some(&plan), |_| None, &TimeZone::UTC);
            assert_eq!(found, said, "{event}");
        }
    }

    fn plan(example: &str, journey: &str) -> Plan {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let compiled = release::compile(&root.join("examples").join(example)).unwrap();
        compiled.journeys[journey].plan.clone()
    }

    fn run(plan: &Plan, contact: &ContactId, event: &str) -> Enrollment {
        Enrollment {
            id: EnrollmentId::of(&plan.journey, None, contact, Some(event)),
            contact: contact.clone(),
            journey: plan.journey.clone(),
            plan: String::new(),
            subject: None,
            event: event.to_owned(),
            entered: Timestamp::UNIX_EPOCH,
            params: Default::default(),
            notified: Default::default(),
            signals: Default::default(),
            hops: 0,
            campaign: false,
            phase: Phase::Entered,
            path: Vec::new(),
        }
    }
}
