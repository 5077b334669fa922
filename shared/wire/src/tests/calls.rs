//! Posts to other systems, and what an operator has halted: every field there is.

use expect_test::expect;
use journey::ResultKind;

use super::documents::pinned;
use super::samples;
use crate::{About, Call, CallsMessage, Halt, Halts, HookResult, Strain};

#[test]
fn posts_to_other_systems() {
    let order = samples::order();
    let skipped = HookResult {
        kind: ResultKind::Skipped,
        at: order.decided,
        contact: order.contact.clone(),
        enrollment: Some(order.enrollment.clone()),
        step: Some(order.step.clone()),
        recipient: Some(order.recipient.clone()),
        detail: Some("over_cap".to_owned()),
    };
    let choice = HookResult {
        kind: ResultKind::OptedOut,
        enrollment: None,
        step: None,
        recipient: None,
        detail: Some("news".to_owned()),
        ..skipped.clone()
    };
    let told = |result| About::Result {
        hook: "crm".to_owned(),
        result,
    };
    let step = About::Step {
        contact: order.contact,
        enrollment: order.enrollment,
        step: order.step,
    };
    let call = |about, tries| Call { about, tries };
    let message = CallsMessage {
        calls: vec![
            call(told(skipped), 0),
            call(told(choice), 3),
            call(step, u16::MAX),
        ],
    };
    let json = message.to_json();
    assert_eq!(CallsMessage::from_json(&json).unwrap(), message);
    pinned(
        &json,
        &expect![[r#"
        {"v":1,"calls":[{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","enrollment":"enr_zkezs2hnnro42vhdqzrwhwn6zw","step":"hello","result":{"hook":"crm","kind":"mail.skipped","at":"2026-11-23T13:00:20Z","recipient":"con_siso4jmohpm3qjezledif5kdnw","detail":"over_cap"}},{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","result":{"hook":"crm","kind":"contact.opted_out","at":"2026-11-23T13:00:20Z","detail":"news"},"tries":3},{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","enrollment":"enr_zkezs2hnnro42vhdqzrwhwn6zw","step":"hello","tries":65535}]}
    "#]],
    );
}

#[test]
fn what_is_halted() {
    let mut halts = Halts::default();
    halts.journeys.extend([
        ("birthday".to_owned(), Halt::Draining),
        ("welcome".to_owned(), Halt::Paused),
    ]);
    let json = halts.to_json();
    assert_eq!(Halts::from_json(&json).unwrap(), halts);
    pinned(
        &json,
        &expect![[r#"
        {"v":1,"journeys":{"birthday":"draining","welcome":"paused"}}
    "#]],
    );
    let at = samples::order().decided;
    let mut held = halts.clone();
    held.hold_marketing(Strain::Complaints, at);
    let json = held.to_json();
    assert_eq!(Halts::from_json(&json).unwrap(), held);
    pinned(
        &json,
        &expect![[r#"
            {"v":1,"journeys":{"birthday":"draining","welcome":"paused"},"marketing":{"complaints":{"since":"2026-11-23T13:00:20Z","heard":"2026-11-23T13:00:20Z"}}}
        "#]],
    );
    let (draining, paused) = (Halt::Draining, Halt::Paused);
    assert_eq!(held.of("birthday", true), [draining, paused].into());
    assert_eq!(held.of("birthday", false), [draining].into());
    assert_eq!(held.of("another", true), [paused].into());
    assert_eq!(held.of("another", false), [].into());
    held.resume_marketing(&held.marketing());
    let json = held.to_json();
    assert_eq!(Halts::from_json(&json).unwrap(), held);
    pinned(
        &json,
        &expect![[r#"
        {"v":1,"journeys":{"birthday":"draining","welcome":"paused"},"marketing":{"complaints":{"since":"2026-11-23T13:00:20Z","heard":"2026-11-23T13:00:20Z","over":true}}}
    "#]],
    );
}

#[test]
fn marketing_is_held_once_for_each_time_that_an_alarm_begins_to_ring() {
    let at = |minute: i64| samples::order().decided + jiff::SignedDuration::from_mins(minute);
    let (bounces, complaints) = (Strain::Bounces, Strain::Complaints);
    let mut halts = Halts::default();
    halts.hold_marketing(bounces, at(1));
    halts.hold_marketing(bounces, at(5));
    let seen = halts.marketing();
    assert_eq!(seen, [(bounces, at(1))].into(), "since the first time");
    // Whatever comes while an operator thinks about it, they have not seen.
    halts.hold_marketing(complaints, at(6));
    halts.resume_marketing(&seen);
    assert_eq!(halts.marketing(), [(complaints, at(6))].into());
    halts.resume_marketing(&halts.marketing());
    for old in [at(1), at(5)] {
        halts.hold_marketing(bounces, old);
        assert_eq!(halts.marketing(), [].into(), "that comes late, or again");
    }
    halts.hold_marketing(bounces, at(7));
    assert_eq!(halts.marketing(), [(bounces, at(7))].into());
    // An operator's clock may be slow.
    for minute in [9, 8] {
        halts.resume_marketing(&halts.marketing());
        halts.hold_marketing(Strain::Operator, at(minute));
        assert_eq!(halts.marketing(), [(Strain::Operator, at(minute))].into());
    }
}

#[test]
fn a_result_keeps_its_name_and_another_has_another() {
    let order = samples::order();
    let result = |kind, detail: &str, at: i64| HookResult {
        kind,
        at: order.decided + jiff::SignedDuration::from_secs(at),
        contact: order.contact.clone(),
        enrollment: Some(order.enrollment.clone()),
        step: Some(order.step.clone()),
        recipient: None,
        detail: Some(detail.to_owned()),
    };
    // A reason that is found anew is the same result, a choice that is made anew is not.
    let skipped = result(ResultKind::Skipped, "quiet", 0).id();
    assert_eq!(skipped, result(ResultKind::Skipped, "opted_out", 9).id());
    let out = result(ResultKind::OptedOut, "news", 0).id();
    assert_ne!(out, result(ResultKind::OptedOut, "news", 9).id());
    let clicked = result(ResultKind::Clicked, "more", 0).id();
    assert_eq!(clicked, result(ResultKind::Clicked, "more", 9).id());
    assert_ne!(clicked, result(ResultKind::Clicked, "less", 0).id());
    assert_ne!(clicked, result(ResultKind::Opened, "more", 0).id());
}
