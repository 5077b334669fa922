//! SQS: visibility, receives, dead letters, batches, refusals.

use std::collections::BTreeSet;

use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, MessageAttributeValue, MessageSystemAttributeName,
    QueueAttributeName, SendMessageBatchRequestEntry,
};
use local::queue_url;

use crate::world::{World, code};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_hidden_while_in_flight_and_comes_again_after_its_timeout() {
    let world = World::new().await;
    world.send("work", "one").await;
    let first = world.receive("work").await;
    assert_eq!(first[0].body(), Some("one"));
    assert_eq!(world.receive("work").await.len(), 0);
    assert_eq!(world.depth("work"), (0, 1, 0));
    world.pass(31).await;
    let second = world.receive("work").await;
    assert_eq!(second[0].message_id(), first[0].message_id());
    let count = &MessageSystemAttributeName::ApproximateReceiveCount;
    assert_eq!(second[0].attributes().unwrap()[count], "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_received_too_often_becomes_a_dead_letter_and_keeps_its_id() {
    let world = World::new().await;
    world.send("work", "poison").await;
    let id = world.receive("work").await[0]
        .message_id()
        .unwrap()
        .to_owned();
    for _ in 0..2 {
        world.pass(31).await;
        world.receive("work").await;
    }
    assert_eq!(
        (world.depth("work"), world.depth("dead")),
        ((0, 0, 0), (1, 0, 0))
    );
    let dead = world.receive("dead").await.remove(0);
    assert_eq!(dead.message_id().unwrap(), id);
    let attributes = dead.attributes().unwrap();
    let source = &attributes[&MessageSystemAttributeName::DeadLetterQueueSourceArn];
    assert_eq!(source, &local::queue_arn("work"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_message_behind_dead_ones_is_received() {
    let world = World::new().await;
    for body in ["a", "b", "c"] {
        world.send("work", body).await;
    }
    for _ in 0..2 {
        assert_eq!(world.receive("work").await.len(), 3);
        world.pass(31).await;
    }
    world.send("work", "alive").await;
    let sqs = &world.clients.sqs;
    let receiving = sqs
        .receive_message()
        .queue_url(queue_url("work"))
        .wait_time_seconds(20);
    let received = receiving.max_number_of_messages(2).send().await.unwrap();
    assert_eq!(received.messages()[0].body(), Some("alive"));
    assert_eq!(world.depth("dead"), (3, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_poll_wakes_for_a_message_that_is_sent_delayed_or_let_go() {
    let world = World::new().await;
    let sqs = &world.clients.sqs;
    let poll = || {
        sqs.receive_message()
            .queue_url(queue_url("work"))
            .wait_time_seconds(20)
            .send()
    };
    let (received, ()) = tokio::join!(poll(), world.send("work", "sent"));
    let receipt = received
        .unwrap()
        .messages
        .unwrap()
        .remove(0)
        .receipt_handle
        .unwrap();

    let let_go = sqs.change_message_visibility().queue_url(queue_url("work"));
    let let_go = let_go.receipt_handle(&receipt).visibility_timeout(0).send();
    let (received, changed) = tokio::join!(poll(), let_go);
    changed.unwrap();
    assert_eq!(received.unwrap().messages()[0].body(), Some("sent"));

    let delayed = sqs
        .send_message()
        .queue_url(queue_url("work"))
        .message_body("delayed");
    delayed.delay_seconds(900).send().await.unwrap();
    assert_eq!(world.depth("work"), (0, 1, 1));
    let (received, ()) = tokio::join!(poll(), world.pass(900));
    assert_eq!(received.unwrap().messages().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pollers_side_by_side_get_each_message_once() {
    let world = World::new().await;
    let sent: BTreeSet<_> = (0..120).map(|number| number.to_string()).collect();
    for body in &sent {
        world.send("work", body).await;
    }
    let poll = async || {
        let mut bodies = Vec::new();
        loop {
            let messages = world.receive("work").await;
            if messages.is_empty() {
                return bodies;
            }
            for message in messages {
                let deleting = world
                    .clients
                    .sqs
                    .delete_message()
                    .queue_url(queue_url("work"));
                let receipt = message.receipt_handle.unwrap();
                deleting.receipt_handle(receipt).send().await.unwrap();
                bodies.push(message.body.unwrap());
            }
        }
    };
    let (one, two, three) = tokio::join!(poll(), poll(), poll());
    let bodies = [one, two, three].concat();
    assert_eq!(bodies.len(), sent.len());
    assert_eq!(bodies.into_iter().collect::<BTreeSet<_>>(), sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_receipt_deletes_nothing_and_is_no_error() {
    let world = World::new().await;
    world.send("work", "one").await;
    let old = world
        .receive("work")
        .await
        .remove(0)
        .receipt_handle
        .unwrap();
    world.pass(31).await;
    let new = world
        .receive("work")
        .await
        .remove(0)
        .receipt_handle
        .unwrap();
    let delete = |receipt: String| {
        let deleting = world
            .clients
            .sqs
            .delete_message()
            .queue_url(queue_url("work"));
        deleting.receipt_handle(receipt).send()
    };
    delete(old).await.unwrap();
    assert_eq!(world.depth("work"), (0, 1, 0));
    delete(new.clone()).await.unwrap();
    assert_eq!(world.depth("work"), (0, 0, 0));
    delete(new).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_entry_of_a_batch_succeeds_or_fails_by_itself() {
    let world = World::new().await;
    let sqs = &world.clients.sqs;
    let entry = |id: &str, body: &str, delay: i32| {
        let entry = SendMessageBatchRequestEntry::builder()
            .id(id)
            .message_body(body);
        entry.delay_seconds(delay).build().unwrap()
    };
    let sent = sqs
        .send_message_batch()
        .queue_url(queue_url("work"))
        .entries(entry("good", "hello", 0))
        .entries(entry("late", "hello", 901))
        .entries(entry("odd", "\u{1}", 0))
        .send()
        .await
        .unwrap();
    assert_eq!(sent.successful()[0].id(), "good");
    // The digest that md5sum gives for "hello".
    assert_eq!(
        sent.successful()[0].md5_of_message_body(),
        "5d41402abc4b2a76b9719d911017c592"
    );
    let failed: Vec<_> = sent
        .failed()
        .iter()
        .map(|entry| (entry.id(), entry.code()))
        .collect();
    assert_eq!(
        failed,
        [
            ("late", "InvalidParameterValue"),
            ("odd", "InvalidMessageContents")
        ]
    );

    let receipt = world
        .receive("work")
        .await
        .remove(0)
        .receipt_handle
        .unwrap();
    let entry = |id: &str, receipt: &str| {
        DeleteMessageBatchRequestEntry::builder()
            .id(id)
            .receipt_handle(receipt)
            .build()
            .unwrap()
    };
    let deleted = sqs
        .delete_message_batch()
        .queue_url(queue_url("work"))
        .entries(entry("mine", &receipt))
        .entries(entry("nonsense", "nonsense"))
        .send()
        .await
        .unwrap();
    assert_eq!((deleted.successful().len(), deleted.failed().len()), (1, 1));
    assert_eq!(world.depth("work"), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_come_back_with_the_digest_that_sdks_check() {
    let world = World::new().await;
    let text = |kind: &str, value: &str| {
        MessageAttributeValue::builder()
            .data_type(kind)
            .string_value(value)
            .build()
            .unwrap()
    };
    let sending = world
        .clients
        .sqs
        .send_message()
        .queue_url(queue_url("work"))
        .message_body("x");
    let sent = sending
        .message_attributes("reason", text("String", "refused"))
        .message_attributes("attempt", text("Number", "3"))
        .message_group_id("fair")
        .send()
        .await
        .unwrap();
    let received = world.receive("work").await.remove(0);
    let attributes = received.message_attributes().unwrap();
    assert_eq!(attributes["reason"].string_value(), Some("refused"));
    // Computed apart, with Python's hashlib, after the SQS guide's description.
    let digest = Some("90f352c71a1c98ea0dc354b6041f9926");
    assert_eq!(
        sent.md5_of_message_attributes(),
        received.md5_of_message_attributes()
    );
    assert_eq!(received.md5_of_message_attributes(), digest);
    let group = &MessageSystemAttributeName::MessageGroupId;
    assert_eq!(received.attributes().unwrap()[group], "fair");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sqs_refuses_is_refused_with_its_code() {
    let world = World::new().await;
    let sqs = &world.clients.sqs;
    let send = |queue: &str, body: String, delay: i32| {
        let sending = sqs
            .send_message()
            .queue_url(queue_url(queue))
            .message_body(body);
        sending.delay_seconds(delay).send()
    };
    assert_eq!(
        code(send("nowhere", "x".into(), 0).await),
        "QueueDoesNotExist"
    );
    assert_eq!(
        code(send("work", "x".into(), 901).await),
        "InvalidParameterValue"
    );
    assert_eq!(
        code(send("work", "x".repeat(1024 * 1024 + 1), 0).await),
        "InvalidParameterValue"
    );
    send("work", "x".repeat(1024 * 1024), 0).await.unwrap();
    assert_eq!(
        code(send("work", "a\u{0}b".into(), 0).await),
        "InvalidMessageContents"
    );

    let batch = |ids: Vec<String>, body: String| {
        let entries = ids.into_iter().map(|id| {
            SendMessageBatchRequestEntry::builder()
                .id(id)
                .message_body(&body)
                .build()
                .unwrap()
        });
        let entries = Some(entries.collect());
        sqs.send_message_batch()
            .queue_url(queue_url("work"))
            .set_entries(entries)
            .send()
    };
    let ids = |count: usize| {
        (0..count)
            .map(|number| number.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(code(batch(ids(0), "x".into()).await), "EmptyBatchRequest");
    assert_eq!(
        code(batch(ids(11), "x".into()).await),
        "TooManyEntriesInBatchRequest"
    );
    assert_eq!(
        code(batch(vec!["a".into(); 2], "x".into()).await),
        "BatchEntryIdsNotDistinct"
    );
    assert_eq!(
        code(batch(vec!["a b".into()], "x".into()).await),
        "InvalidBatchEntryId"
    );
    assert_eq!(
        code(batch(ids(10), "x".repeat(110_000)).await),
        "BatchRequestTooLong"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_is_none_is_refused() {
    let world = World::new().await;
    let sqs = &world.clients.sqs;
    let change = |receipt: &str| {
        let changing = sqs.change_message_visibility().queue_url(queue_url("work"));
        changing
            .receipt_handle(receipt)
            .visibility_timeout(1)
            .send()
    };
    assert_eq!(code(change("nonsense").await), "ReceiptHandleIsInvalid");
    assert_eq!(code(change("999.nonsense").await), "MessageNotInflight");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_created_described_and_purged() {
    let world = World::new().await;
    let sqs = &world.clients.sqs;
    let policy = format!(
        r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":"4"}}"#,
        local::queue_arn("dead")
    );
    let created = sqs
        .create_queue()
        .queue_name("new")
        .attributes(QueueAttributeName::VisibilityTimeout, "77")
        .attributes(QueueAttributeName::RedrivePolicy, policy)
        .send()
        .await
        .unwrap();
    let url = created.queue_url().unwrap();
    assert!(url.ends_with("/000000000000/new"), "{url}");
    let found = sqs.get_queue_url().queue_name("new").send().await.unwrap();
    assert_eq!(found.queue_url(), Some(url));
    world.send("new", "x").await;
    let all = QueueAttributeName::All;
    let described = sqs
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(all);
    let attributes = described.send().await.unwrap().attributes.unwrap();
    let attribute = |name: QueueAttributeName| attributes[&name].as_str();
    assert_eq!(attribute(QueueAttributeName::VisibilityTimeout), "77");
    assert_eq!(
        attribute(QueueAttributeName::ApproximateNumberOfMessages),
        "1"
    );
    assert!(attribute(QueueAttributeName::RedrivePolicy).contains(r#""maxReceiveCount":4"#));
    sqs.purge_queue().queue_url(url).send().await.unwrap();
    assert_eq!(world.depth("new"), (0, 0, 0));
    let urls = sqs.list_queues().send().await.unwrap();
    assert!(urls.queue_urls().contains(&url.to_owned()));
}
