//! What is advised leads to something that is accepted, and not to the next mistake.

use crate::folder::{good, table};

const STEP: &str = "- wait: 3 days at 09:30";
const ASKED: &str = "opened('start') and has(contact.since)";
const TRIGGER: &str = "trigger:
  - event: MEMBER_NEW
    where: event.form == 'vrienden' and not contact.member
";

#[test]
fn conditions_of_other_languages_are_translated() {
    let asked = [
        "contact.first_name is empty",
        "contact.first_name is not empty",
        "contact.first_name is set",
        "contact.first_name is 'Jan'",
        "contact.first_name contains 'dam'",
        "contact.tags contains 'vip'",
        "contact.first_name.contains('dam')",
        "contact.tags.includes('vip')",
        "contact.member and contact.tags contains 'vip'",
        "contact.email ends_with '.nl'",
        "contact.email.endsWith('.nl')",
        "starts_with(contact.email, 'a')",
        "contact.email like '%.nl'",
        "event.Track.Hours between 1 and 5",
        "event.Track.Hours exceeds 5",
        "contact.first_name exists",
        "contact.member contact.since",
        "signal.amount > 5",
        "contact in sot",
        "not contact in sot and contact.membr",
        "contact in ['a', 'b']",
        "contact.full_name == \"a | #1\"",
        "contact.full_name == \"a | 1\"",
        "contact.full_name == \"a",
        "'vip' in contact.tags",
    ];
    let edits = asked.map(|asked| (ASKED, asked));
    table(
        "advice/conditions_of_other_languages_are_translated",
        "journeys/start.yaml",
        &edits,
    );
}

#[test]
fn verbs_of_other_systems_are_translated() {
    let verbs = [
        "end",
        "unenroll",
        "unsubscribe",
        "subscribe",
        "notify",
        "webhook",
        "goto",
        "delay",
        "sleep",
        "email",
        "mail",
        "condition",
        "Send Email",
        "enrol",
    ];
    let edits = verbs.map(|verb| format!("- {verb}: x"));
    let edits = edits.each_ref().map(|edit| (STEP, edit.as_str()));
    table(
        "advice/verbs_of_other_systems_are_translated",
        "journeys/start.yaml",
        &edits,
    );
}

#[test]
fn moments_and_durations_that_are_advised_are_accepted() {
    let steps = [
        "- wait_until: 2026-12-24T09:00:00Z",
        "- wait_until: 2026-12-24T09:00",
        "- wait_until: 2026-12-24 09:00:00+01:00",
        "- wait_until: 3 days before event.Track.StartDate at 09:00",
        "- wait_until: since",
        "- wait_until: tomorrow",
        "- wait: 0",
        "- id: weer\n    send: { template: start, expires: 0 }",
        "- id: weer\n    send: { template: start, to: { address: contact.owner_email } }",
        "- id: weer\n    send: { template: start, to: { address: Request.Email } }",
        "- wait_for: [MEMBER_NEW, TRACK_START]\n    within: 3 days",
        "- wait_for: [MEMBER_NEW]\n    within: 3 days",
        "- wait_for: MEMBER_NEW\n    within: 3 days\n    when: contact.member",
    ];
    let edits = steps.map(|step| (STEP, step));
    table(
        "advice/moments_and_durations_that_are_advised_are_accepted",
        "journeys/start.yaml",
        &edits,
    );
}

#[test]
fn triggers_are_said_how_to_write() {
    let triggers = [
        "{ date: since at 09:00, every: year }",
        "{ date: since - 3 days at 09:00 }",
        "{ date: 3 days before contact.since }",
        "{ date: 1 week after since at 10:00 }",
        "{ date: contact.since, at: 09:00 }",
        "{ event: [TRACK_START, MEMBER_NEW] }",
        "{ joins: [] }",
        "{ event: MEMBER_NEW, when: contact.member }",
        "{ event: MEMBER_NEW, at: 09:00 }",
    ];
    let edits = triggers.map(|trigger| format!("trigger: {trigger}\n"));
    let heads = [
        "at_most: 3 per day",
        "holdout: { share: 5 }",
        "time_zone: Europe/Paris",
    ];
    let heads = heads.map(|head| format!("{TRIGGER}{head}\n"));
    let edits = edits.iter().chain(&heads);
    let edits: Vec<_> = edits.map(|edit| (TRIGGER, edit.as_str())).collect();
    table(
        "advice/triggers_are_said_how_to_write",
        "journeys/nieuws.yaml",
        &edits,
    );
}

#[test]
fn what_is_advised_is_accepted() {
    for (from, to) in [
        (ASKED, "not has(contact.first_name)"),
        (ASKED, "\"'vip' in contact.tags\""),
        (ASKED, "\"contact.full_name == 'a | #1'\""),
        (STEP, "- wait_until: 2026-12-24 09:00"),
        (
            STEP,
            "- wait_until: event.Track.StartDate - 3 days at 09:00",
        ),
        (
            STEP,
            "- id: weer\n    send: { template: start, expires: 1 day }",
        ),
    ] {
        let compiled = good().edit("journeys/start.yaml", from, to).compile();
        assert!(compiled.is_ok(), "{to}");
    }
}
