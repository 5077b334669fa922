//! Kills and restarts: nothing that was acknowledged is lost.

use std::collections::BTreeSet;

use local::{Cloud, Config};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    host::Host,
    world::{Clients, World, config, eventually, invoke},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_cloud_loses_no_message_and_no_mail() {
    let folder = TempDir::new().unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..4 {
        let host = Host::start(folder.path()).await;
        let clients = Clients::of(&host.endpoint).await;
        for number in 0..40 {
            let address = format!("person-{round}-{number}@example.org");
            let sending = clients.sqs.send_message().queue_url(local::queue_url("in"));
            sending
                .message_body(format!("mail {address}"))
                .send()
                .await
                .unwrap();
            acknowledged.insert(address);
        }
        // While the functions are at it.
        host.kill();
    }
    let cloud = Cloud::start(config(folder.path())).await.unwrap();
    eventually("the end of the queue", async || {
        let depth = cloud.queue_depths().unwrap()["in"];
        cloud.is_quiet().unwrap() && depth.visible + depth.in_flight == 0
    })
    .await;
    let mails = cloud.mails().unwrap();
    let mailed: BTreeSet<_> = mails.iter().map(|mail| mail.to[0].clone()).collect();
    assert_eq!(mailed, acknowledged);
    // Each accepted mail has its two events: they were one transaction.
    let events = cloud.queue_depths().unwrap()["events"].visible;
    assert_eq!(events, 2 * u64::try_from(mails.len()).unwrap());
    assert_eq!(cloud.queue_depths().unwrap()["dead"].visible, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receive_that_died_with_its_cloud_is_void_and_one_that_was_given_up_is_not() {
    let world = World::new().await;
    world.send("work", "held").await;
    world.send("in", "fail this").await;
    world.settle().await;
    world.receive("work").await;
    assert_eq!(
        (world.depth("work"), world.depth("in")),
        ((0, 1, 0), (0, 1, 0))
    );
    let world = world.restart().await;
    world.settle().await;
    assert_eq!(
        (world.depth("work"), world.depth("in")),
        ((1, 0, 0), (0, 1, 0))
    );
    let held = world.receive("work").await.remove(0);
    let count = &aws_sdk_sqs::types::MessageSystemAttributeName::ApproximateReceiveCount;
    assert_eq!(held.attributes().unwrap()[count], "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_that_came_due_while_nothing_ran_rings_at_the_start() {
    let folder = TempDir::new().unwrap();
    let host = Host::start(folder.path()).await;
    let clients = Clients::of(&host.endpoint).await;
    let due = jiff::Timestamp::from_second(system_second() + 2).unwrap();
    let target = aws_sdk_scheduler::types::Target::builder()
        .arn(local::queue_arn("out"))
        .role_arn("arn:aws:iam::000000000000:role/x")
        .input("<aws.scheduler.scheduled-time>")
        .build()
        .unwrap();
    let off = aws_sdk_scheduler::types::FlexibleTimeWindow::builder()
        .mode(aws_sdk_scheduler::types::FlexibleTimeWindowMode::Off)
        .build()
        .unwrap();
    clients
        .scheduler
        .create_schedule()
        .name("alarm")
        .schedule_expression(due.strftime("at(%Y-%m-%dT%H:%M:%S)").to_string())
        .flexible_time_window(off)
        .target(target)
        .send()
        .await
        .unwrap();
    host.kill();
    eventually("the due second", async || system_second() > due.as_second()).await;
    let host = Host::start(folder.path()).await;
    let rung = Clients::of(&host.endpoint).await.take("out").await;
    assert_eq!(rung, due.to_string());
    host.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_functions_of_a_killed_cloud_end_by_themselves() {
    let folder = TempDir::new().unwrap();
    let host = Host::start(folder.path()).await;
    assert!(host.front.starts_with("http://127.0.0.1:"));
    let (_, id) = invoke(&host.endpoint, "echo", &json!({"do": "pid"})).await;
    host.kill();
    if cfg!(target_os = "linux") {
        let process = format!("/proc/{id}");
        eventually("the function's end", async || {
            !std::path::Path::new(&process).exists()
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_use_is_refused_and_free_after_a_stop() {
    let world = World::new().await;
    let again = || Cloud::start(Config::new(world.folder.path()));
    let error = format!("{:#}", again().await.unwrap_err());
    assert!(error.contains("is in use by another process"), "{error}");
    let World { cloud, folder, .. } = world;
    cloud.stop().await;
    Cloud::start(config(folder.path()))
        .await
        .unwrap()
        .stop()
        .await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "the host's clock, which the test waits for"
)]
fn system_second() -> i64 {
    jiff::Timestamp::now().as_second()
}
