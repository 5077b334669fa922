//! SES's events: which follow a mail, in what shape, and what they do to the suppression list.

use aws_sdk_sesv2::types::SuppressionListReason;
use expect_test::{Expect, expect};
use http_body_util::Full;
use hyper::Request;
use local::{Bounce, MailEvent, Outcome};
use serde_json::Value;

use crate::{
    ses::{mail, tag},
    world::{World, ask, code},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_mailbox_simulator_answers_with_its_events() {
    let world = World::new().await;
    let cases = [
        ("success+a", &["Send", "Delivery"][..], Outcome::Delivered),
        (
            "bounce+b",
            &["Send", "Bounce Permanent General"],
            Outcome::Bounced,
        ),
        (
            "ooto",
            &["Send", "Delivery", "Bounce Transient General"],
            Outcome::OutOfOffice,
        ),
        (
            "complaint",
            &["Send", "Delivery", "Complaint"],
            Outcome::Complained,
        ),
        (
            "suppressionlist",
            &["Send", "Bounce Permanent Suppressed"],
            Outcome::Suppressed,
        ),
    ];
    for (local_part, expected, outcome) in cases {
        let address = format!("{local_part}@simulator.amazonses.com");
        let sending = mail(&world, "news@mail.example.com", &[&address]);
        sending
            .configuration_set_name("waypost")
            .send()
            .await
            .unwrap();
        assert_eq!(kinds(&world).await, expected, "{local_part}");
        let mail = world.cloud.mails().unwrap().pop().unwrap();
        assert_eq!(mail.outcomes[&address], outcome);
    }
    // The simulator never puts an address on the account's list.
    let listed = world
        .clients
        .ses
        .list_suppressed_destinations()
        .send()
        .await
        .unwrap();
    assert_eq!(listed.suppressed_destination_summaries().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_have_the_shape_that_aws_publishes() {
    let (id, events) = five_events().await;
    shape(
        &events[0]["mail"],
        &expect![[r#"
        commonHeaders: ["News <news@mail.example.com>"] ["ann@example.org"] "Hello"
        destination: ["ann@example.org"]
        headers: [{"name":"From","value":"News <news@mail.example.com>"},{"name":"To","value":"ann@example.org"},{"name":"Subject","value":"Hello"},{"name":"MIME-Version","value":"1.0"},{"name":"Content-Type","value":"text/plain; charset=UTF-8"}]
        headersTruncated: false
        messageId: an id
        sendingAccountId: "000000000000"
        source: "News <news@mail.example.com>"
        sourceArn: "arn:aws:ses:eu-west-1:000000000000:identity/mail.example.com"
        tags: {"ses:caller-identity":["local"],"ses:configuration-set":["waypost"],"ses:from-domain":["mail.example.com"],"ses:source-ip":["127.0.0.1"],"wp-send":["s1"]}
        timestamp: a time
    "#]],
    );
    for (event, name) in events
        .iter()
        .zip(["send", "delivery", "bounce", "complaint", "click"])
    {
        assert_eq!(event["mail"]["messageId"], *id);
        assert!(event[name].is_object(), "{event}");
    }
    shape(
        &events[1]["delivery"],
        &expect![[r#"
        processingTimeMillis: 0
        recipients: ["ann@example.org"]
        remoteMtaIp: "127.0.0.1"
        reportingMTA: "a0-0.smtp-out.eu-west-1.amazonses.com"
        smtpResponse: "250 2.6.0 Message received"
        timestamp: a time
    "#]],
    );
    shape(
        &events[2]["bounce"],
        &expect![[r#"
        bounceSubType: "General"
        bounceType: "Permanent"
        bouncedRecipients: [{"action":"failed","diagnosticCode":"smtp; 550 5.1.1 user unknown","emailAddress":"ann@example.org","status":"5.1.1"}]
        feedbackId: an id
        reportingMTA: "dsn; a0-0.smtp-out.eu-west-1.amazonses.com"
        timestamp: a time
    "#]],
    );
    shape(
        &events[3]["complaint"],
        &expect![[r#"
        arrivalDate: a time
        complainedRecipients: [{"emailAddress":"ann@example.org"}]
        complaintFeedbackType: "abuse"
        complaintSubType: null
        feedbackId: an id
        timestamp: a time
        userAgent: "Amazon SES Mailbox Simulator"
    "#]],
    );
    shape(
        &events[4]["click"],
        &expect![[r#"
        ipAddress: "127.0.0.1"
        link: "https://example.com/"
        linkTags: null
        timestamp: a time
        userAgent: "Mozilla/5.0 (laptop)"
    "#]],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_can_be_reported_over_http() {
    let world = World::new().await;
    mail(&world, "news@mail.example.com", &["ann@example.org"])
        .configuration_set_name("waypost")
        .send()
        .await
        .unwrap();
    assert_eq!(kinds(&world).await, ["Send", "Delivery"]);
    let id = &world.cloud.mails().unwrap()[0].id;
    let report = async |event: &str| {
        let url = format!("{}/_local/mails/{id}/events", world.cloud.aws_endpoint());
        let body = format!(r#"{{"recipient":"ann@example.org","event":{event}}}"#);
        let request = Request::post(url).body(Full::from(body)).unwrap();
        ask(request).await.unwrap().0
    };
    assert_eq!(report(r#""open""#).await, 200);
    assert_eq!(report(r#"{"bounce":"mailbox_full"}"#).await, 200);
    assert_eq!(
        report(r#"{"click":{"link":"https://example.com/"}}"#).await,
        200
    );
    assert_eq!(report(r#""delivery_delay""#).await, 200);
    assert_eq!(report(r#""vanish""#).await, 400);
    // The set does not ask for delays.
    assert_eq!(
        kinds(&world).await,
        ["Open", "Bounce Transient MailboxFull", "Click"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounce_puts_its_address_on_the_list_and_the_next_mail_is_not_sent() {
    let world = World::new().await;
    let send = || {
        let sending = mail(&world, "news@mail.example.com", &["Ann@example.org"]);
        sending.configuration_set_name("waypost").send()
    };
    send().await.unwrap();
    let id = world.cloud.mails().unwrap()[0].id.clone();
    let bounce = MailEvent::Bounce(Bounce::Permanent);
    world.cloud.report(&id, "Ann@example.org", &bounce).unwrap();
    assert_eq!(
        kinds(&world).await,
        ["Send", "Delivery", "Bounce Permanent General"]
    );
    send().await.unwrap();
    assert_eq!(
        kinds(&world).await,
        ["Send", "Bounce Permanent OnAccountSuppressionList"]
    );
    assert_eq!(
        world.cloud.mails().unwrap()[1].outcomes["Ann@example.org"],
        Outcome::Suppressed
    );

    let ses = &world.clients.ses;
    let listed = ses
        .get_suppressed_destination()
        .email_address("ann@example.org")
        .send()
        .await;
    let listed = listed.unwrap().suppressed_destination.unwrap();
    assert_eq!(listed.reason(), &SuppressionListReason::Bounce);
    let delete = || {
        ses.delete_suppressed_destination()
            .email_address("ann@example.org")
            .send()
    };
    delete().await.unwrap();
    assert_eq!(code(delete().await), "NotFoundException");
    send().await.unwrap();
    assert_eq!(kinds(&world).await, ["Send", "Delivery"]);
    assert!(
        world
            .cloud
            .report("none", "Ann@example.org", &bounce)
            .is_err()
    );
    assert!(world.cloud.report(&id, "bob@example.org", &bounce).is_err());
}

/// A mail and what happened to it.
async fn five_events() -> (String, Vec<Value>) {
    let world = World::new().await;
    mail(&world, "News <news@mail.example.com>", &["ann@example.org"])
        .configuration_set_name("waypost")
        .email_tags(tag("wp-send", "s1"))
        .send()
        .await
        .unwrap();
    let id = world.cloud.mails().unwrap()[0].id.clone();
    for event in [
        MailEvent::Bounce(Bounce::Permanent),
        MailEvent::Complaint,
        MailEvent::Click {
            link: "https://example.com/".into(),
        },
    ] {
        world.cloud.report(&id, "ann@example.org", &event).unwrap();
    }
    let mut events = Vec::new();
    for _ in 0..5 {
        events.push(serde_json::from_str::<Value>(&world.take("events").await).unwrap());
    }
    (id, events)
}

/// What the queue of events holds, and empties it.
async fn kinds(world: &World) -> Vec<String> {
    let mut kinds = Vec::new();
    while world.depth("events").0 > 0 {
        let event: Value = serde_json::from_str(&world.take("events").await).unwrap();
        let mut kind = event["eventType"].as_str().unwrap().to_owned();
        for part in ["bounceType", "bounceSubType"] {
            kind.extend(
                event["bounce"][part]
                    .as_str()
                    .map(|part| format!(" {part}")),
            );
        }
        kinds.push(kind);
    }
    kinds
}

/// Compares field by field, with ids and times made the same.
fn shape(object: &Value, expected: &Expect) {
    let mut lines = String::new();
    for (name, value) in object.as_object().unwrap() {
        let shown = match name.as_str() {
            "messageId" | "feedbackId" => "an id".to_owned(),
            "timestamp" | "arrivalDate" => {
                let time = value.as_str().unwrap();
                assert!(time.ends_with('Z') && time.len() == "2026-01-01T00:00:00.000Z".len());
                "a time".to_owned()
            }
            "commonHeaders" => {
                assert!(value["messageId"].is_string());
                format!("{} {} {}", value["from"], value["to"], value["subject"])
            }
            _ => value.to_string(),
        };
        lines.push_str(&format!("{name}: {shown}\n"));
    }
    expected.assert_eq(&lines);
}
