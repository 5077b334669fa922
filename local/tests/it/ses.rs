//! SES: what is accepted, what is refused, identities, quota.

use aws_sdk_sesv2::{
    error::ProvideErrorMetadata,
    operation::send_email::builders::SendEmailFluentBuilder,
    primitives::Blob,
    types::{
        Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag, RawMessage,
    },
};
use local::{Outcome, Sending};

use crate::world::{World, code};

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_stored_as_it_was_sent() {
    let world = World::new().await;
    let message = message("Grüße", Some("Hello."), Some("<p>Hello.</p>"));
    let header = MessageHeader::builder()
        .name("List-Id")
        .value("<news.example.com>")
        .build();
    let sent = mail(
        &world,
        "=?utf-8?q?J=C3=BCrg?= <j@mail.example.com>",
        &["ann@example.org"],
    )
    .content(
        EmailContent::builder()
            .simple(message.headers(header.unwrap()).build())
            .build(),
    )
    .reply_to_addresses("answers@example.com")
    .email_tags(tag("wp-send", "s1"))
    .send()
    .await
    .unwrap();
    let mail = world.cloud.mails().unwrap().remove(0);
    assert_eq!(Some(mail.id.as_str()), sent.message_id());
    assert_eq!(mail.from, "=?utf-8?q?J=C3=BCrg?= <j@mail.example.com>");
    assert_eq!(
        (mail.to.as_slice(), mail.subject.as_str()),
        (&["ann@example.org".into()][..], "Grüße")
    );
    assert_eq!(mail.text.as_deref(), Some("Hello."));
    assert_eq!(mail.html.as_deref(), Some("<p>Hello.</p>"));
    assert_eq!(mail.header("list-id"), Some("<news.example.com>"));
    assert_eq!(mail.header("Reply-To"), Some("answers@example.com"));
    assert_eq!(mail.tags["wp-send"], "s1");
    assert_eq!(mail.outcomes["ann@example.org"], Outcome::Delivered);
    assert!(!format!("{mail:?}").contains("ann"));
    assert_eq!(world.cloud.mails_after(mail.number).unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raw_mail_is_read_with_its_parts_and_its_ses_headers() {
    let world = World::new().await;
    let raw = "From: News <news@mail.example.com>\r\nTo: Ann <ann@example.org>, bob@example.org\r\n\
               Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nX-SES-CONFIGURATION-SET: waypost\r\n\
               X-SES-MESSAGE-TAGS: wp-send=s1, kind=x\r\nMIME-Version: 1.0\r\n\
               Content-Type: multipart/alternative; boundary=b\r\n\r\n\
               --b\r\nContent-Type: text/plain\r\n\r\nHello.\r\n\
               --b\r\nContent-Type: text/html\r\n\r\n<p>Hello.</p>\r\n--b--\r\n";
    let raw = RawMessage::builder().data(Blob::new(raw)).build().unwrap();
    let content = EmailContent::builder().raw(raw).build();
    world
        .clients
        .ses
        .send_email()
        .content(content)
        .send()
        .await
        .unwrap();
    let mail = world.cloud.mails().unwrap().remove(0);
    assert_eq!(mail.to, ["ann@example.org", "bob@example.org"]);
    assert_eq!(
        (mail.subject.as_str(), mail.text.as_deref()),
        ("Grüße", Some("Hello."))
    );
    assert_eq!(mail.html.as_deref(), Some("<p>Hello.</p>"));
    assert_eq!(mail.tags["kind"], "x");
    assert_eq!(world.depth("events"), (3, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ses_refuses_is_refused_and_not_stored() {
    let world = World::new().await;
    let good = ["ann@example.org"];
    let many: Vec<_> = (0..51)
        .map(|number| format!("p{number}@example.org"))
        .collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let from = "news@mail.example.com";
    let cases = [
        (mail(&world, "news@example.com", &good), "MessageRejected"),
        (mail(&world, "news@other.example", &good), "MessageRejected"),
        (
            mail(&world, from, &good).configuration_set_name("none"),
            "NotFoundException",
        ),
        (mail(&world, from, &many), "BadRequestException"),
        (mail(&world, from, &[]), "BadRequestException"),
        (
            mail(&world, from, &["zoë@example.org"]),
            "BadRequestException",
        ),
        (
            mail(&world, from, &["ann@bücher.example"]),
            "BadRequestException",
        ),
        (mail(&world, from, &["ann"]), "BadRequestException"),
        (
            mail(&world, "Zoë <news@mail.example.com>", &good),
            "BadRequestException",
        ),
        (
            mail(&world, from, &good).email_tags(tag("to", "a@b")),
            "BadRequestException",
        ),
        (
            mail(&world, from, &good).email_tags(tag("", "x")),
            "BadRequestException",
        ),
        (
            mail(&world, from, &good).content(EmailContent::builder().build()),
            "BadRequestException",
        ),
        (
            with_headers(&world, &[("A", "a\r\nBcc: x@y.example")]),
            "BadRequestException",
        ),
        (with_headers(&world, &[("A", "é")]), "BadRequestException"),
        (with_headers(&world, &[("A:", "a")]), "BadRequestException"),
        (
            with_headers(&world, &[("A", &"a".repeat(996))]),
            "BadRequestException",
        ),
        (
            with_headers(&world, &[("A", "a"); 16]),
            "BadRequestException",
        ),
    ];
    for (number, (sending, expected)) in cases.into_iter().enumerate() {
        assert_eq!(code(sending.send().await), expected, "case {number}");
    }
    assert_eq!(world.cloud.mail_count().unwrap(), 0);
    assert_eq!(world.depth("events"), (0, 0, 0));
    // A subdomain of a verified domain may send.
    mail(&world, "news@deep.mail.example.com", &good)
        .send()
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn identities_come_and_go_and_are_verified_only_when_they_should_be() {
    let world = World::with(|config| config.sending.verifies_at_once = false).await;
    let ses = &world.clients.ses;
    let create = || {
        ses.create_email_identity()
            .email_identity("shop.example")
            .send()
    };
    let created = create().await.unwrap();
    assert!(!created.verified_for_sending_status());
    assert_eq!(created.dkim_attributes().unwrap().tokens().len(), 3);
    assert_eq!(code(create().await), "AlreadyExistsException");
    let send = || mail(&world, "x@shop.example", &["ann@example.org"]).send();
    assert_eq!(code(send().await), "MessageRejected");
    world.cloud.set_identity("shop.example", true).unwrap();
    send().await.unwrap();
    let listed = ses.list_email_identities().send().await.unwrap();
    let names: Vec<_> = listed
        .email_identities()
        .iter()
        .filter_map(|one| one.identity_name())
        .collect();
    assert_eq!(names, ["mail.example.com", "shop.example"]);
    let found = ses
        .get_email_identity()
        .email_identity("shop.example")
        .send()
        .await
        .unwrap();
    assert!(found.verified_for_sending_status());
    ses.delete_email_identity()
        .email_identity("shop.example")
        .send()
        .await
        .unwrap();
    assert_eq!(code(send().await), "MessageRejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rate_and_the_quota_hold() {
    let sending = Sending {
        per_second: 1,
        per_day: Some(2),
        verifies_at_once: true,
    };
    let world = World::with(|config| config.sending = sending).await;
    let quota = world
        .clients
        .ses
        .get_account()
        .send()
        .await
        .unwrap()
        .send_quota
        .unwrap();
    assert_eq!((quota.max_send_rate(), quota.max24_hour_send()), (1.0, 2.0));
    let send = || {
        mail(
            &world,
            "news@mail.example.com",
            &["ann@example.org", "b@example.org"],
        )
        .send()
    };
    send().await.unwrap();
    let refused = send().await.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 429);
    assert_eq!(refused.message(), Some("Maximum sending rate exceeded."));
    crate::world::eventually("the quota's refusal", async || {
        send().await.unwrap_err().message() == Some("Daily message quota exceeded.")
    })
    .await;
    let quota = world
        .clients
        .ses
        .get_account()
        .send()
        .await
        .unwrap()
        .send_quota
        .unwrap();
    assert_eq!(quota.sent_last24_hours(), 2.0);
}

pub(crate) fn mail(world: &World, from: &str, to: &[&str]) -> SendEmailFluentBuilder {
    let to = to.iter().map(ToString::to_string).collect();
    let message = message("Hello", Some("Hello."), None).build();
    world
        .clients
        .ses
        .send_email()
        .from_email_address(from)
        .destination(Destination::builder().set_to_addresses(Some(to)).build())
        .content(EmailContent::builder().simple(message).build())
}

fn with_headers(world: &World, headers: &[(&str, &str)]) -> SendEmailFluentBuilder {
    let headers = headers.iter().map(|(name, value)| {
        MessageHeader::builder()
            .name(*name)
            .value(*value)
            .build()
            .unwrap()
    });
    let message = message("Hello", Some("Hello."), None).set_headers(Some(headers.collect()));
    let content = EmailContent::builder().simple(message.build()).build();
    mail(world, "news@mail.example.com", &["ann@example.org"]).content(content)
}

fn message(
    subject: &str,
    text: Option<&str>,
    html: Option<&str>,
) -> aws_sdk_sesv2::types::builders::MessageBuilder {
    let content = |data: &str| Content::builder().data(data).build().unwrap();
    let body = Body::builder()
        .set_text(text.map(content))
        .set_html(html.map(content))
        .build();
    Message::builder().subject(content(subject)).body(body)
}

pub(crate) fn tag(name: &str, value: &str) -> MessageTag {
    MessageTag::builder()
        .name(name)
        .value(value)
        .build()
        .unwrap()
}
