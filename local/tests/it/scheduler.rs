//! The Scheduler: what is due rings once, what fails rings again, what is over is gone.

use std::time::Duration;

use aws_sdk_scheduler::{
    error::SdkError,
    operation::create_schedule::builders::CreateScheduleFluentBuilder,
    types::{
        ActionAfterCompletion, DeadLetterConfig, FlexibleTimeWindow, FlexibleTimeWindowMode,
        RetryPolicy, Target,
    },
};
use jiff::{SignedDuration, Timestamp};
use local::{Rate, function_arn, queue_arn};

use crate::world::{World, code};

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_rings_at_its_time_tells_that_time_and_deletes_itself() {
    let world = World::new().await;
    let due = in_seconds(&world, 33 * 86_400);
    let input = r#"{"do":"tell","text":"rung for <aws.scheduler.scheduled-time>"}"#;
    create(&world, "alarm", due, &function_arn("echo"), input)
        .send()
        .await
        .unwrap();
    world.settle().await;
    assert_eq!(
        world.cloud.next_due().unwrap().map(|at| at.as_second()),
        Some(due.as_second())
    );
    world.pass(32 * 86_400).await;
    world.settle().await;
    assert_eq!(world.depth("out"), (0, 0, 0));
    world.pass(86_400).await;
    assert_eq!(world.take("out").await, format!("rung for {}", shown(due)));
    world.settle().await;
    assert_eq!(
        code(get(&world, "alarm").await),
        "ResourceNotFoundException"
    );
    assert_eq!(world.cloud.next_due().unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_gets_its_message_once_even_if_it_is_deleted_only_by_hand() {
    let world = World::new().await;
    let due = in_seconds(&world, 60);
    let creating = create(&world, "kept", due, &queue_arn("out"), "ring");
    creating
        .action_after_completion(ActionAfterCompletion::None)
        .send()
        .await
        .unwrap();
    for _ in 0..3 {
        world.pass(3600).await;
        world.settle().await;
    }
    assert_eq!(world.depth("out"), (1, 0, 0));
    get(&world, "kept").await.unwrap();
    let deleting = world
        .clients
        .scheduler
        .delete_schedule()
        .name("kept")
        .group_name("waypost");
    deleting.send().await.unwrap();
    assert_eq!(code(get(&world, "kept").await), "ResourceNotFoundException");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_scheduler_refuses_is_refused_with_its_code() {
    let world = World::new().await;
    let due = in_seconds(&world, 60);
    let make = |name: &str| create(&world, name, due, &queue_arn("out"), "x");
    make("a").send().await.unwrap();
    assert_eq!(code(make("a").send().await), "ConflictException");
    let elsewhere = make("b").group_name("nowhere");
    assert_eq!(code(elsewhere.send().await), "ResourceNotFoundException");
    for expression in [
        "at(2020-01-01T00:00:00)",
        "at(soon)",
        "cron(0 8 * * ? *)",
        "rate(1 hours)x",
    ] {
        let refused = make("c").schedule_expression(expression).send().await;
        assert_eq!(code(refused), "ValidationException", "{expression}");
    }
    let refused = create(&world, "c", due, &function_arn("nobody"), "x")
        .send()
        .await;
    assert_eq!(code(refused), "ValidationException");
    assert_eq!(code(make("a b").send().await), "ValidationException");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_sent_again_is_no_conflict() {
    let world = World::new().await;
    let due = in_seconds(&world, 60);
    let make = || {
        create(&world, "a", due, &queue_arn("out"), "x")
            .client_token("t1")
            .send()
    };
    let first = make().await.unwrap();
    assert_eq!(make().await.unwrap().schedule_arn(), first.schedule_arn());
    let other = create(&world, "a", due, &queue_arn("out"), "x")
        .client_token("t2")
        .send();
    assert_eq!(code(other.await), "ConflictException");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_fails_is_tried_again_and_then_given_up_into_the_dead_letters() {
    let world = World::new().await;
    let due = in_seconds(&world, 60);
    let retries = RetryPolicy::builder().maximum_retry_attempts(2).build();
    let dead = DeadLetterConfig::builder().arn(queue_arn("dead")).build();
    let target = target(&function_arn("echo"), r#"{"do":"fail"}"#);
    let target = target
        .retry_policy(retries)
        .dead_letter_config(dead)
        .build()
        .unwrap();
    let creating = create(&world, "fails", due, "", "").target(target);
    creating.send().await.unwrap();
    for attempt in 1..=3 {
        world.pass(61).await;
        world.settle().await;
        assert_eq!(world.cloud.meter().invocations["echo"], attempt);
    }
    assert_eq!(world.take("dead").await, r#"{"do":"fail"}"#);
    assert_eq!(
        code(get(&world, "fails").await),
        "ResourceNotFoundException"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_moves_the_alarm() {
    let world = World::new().await;
    let due = in_seconds(&world, 60);
    create(&world, "moved", due, &queue_arn("out"), "old")
        .send()
        .await
        .unwrap();
    let later = in_seconds(&world, 7200);
    let update = world
        .clients
        .scheduler
        .update_schedule()
        .name("moved")
        .group_name("waypost");
    update
        .schedule_expression(at(later))
        .flexible_time_window(off())
        .target(target(&queue_arn("out"), "new").build().unwrap())
        .send()
        .await
        .unwrap();
    world.pass(3600).await;
    world.settle().await;
    assert_eq!(world.depth("out"), (0, 0, 0));
    world.pass(3600).await;
    assert_eq!(world.take("out").await, "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_are_listed_page_by_page() {
    let world = World::new().await;
    let due = in_seconds(&world, 60);
    for name in ["a1", "a2", "a3", "b1"] {
        create(&world, name, due, &queue_arn("out"), "x")
            .send()
            .await
            .unwrap();
    }
    let listing = world
        .clients
        .scheduler
        .list_schedules()
        .name_prefix("a")
        .max_results(2);
    let pages = listing
        .group_name("waypost")
        .into_paginator()
        .items()
        .send();
    let names: Vec<_> = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    let names: Vec<_> = names
        .iter()
        .filter_map(|schedule| schedule.name())
        .collect();
    assert_eq!(names, ["a1", "a2", "a3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_calls_again_and_again_and_makes_up_for_no_missed_turn() {
    let world = World::with(|config| {
        config.rates.push(Rate {
            name: "sweep".into(),
            every: Duration::from_secs(900),
            function: "echo".into(),
            input: r#"{"do":"tell","text":"swept"}"#.into(),
        });
    })
    .await;
    world.settle().await;
    assert_eq!(world.depth("out"), (0, 0, 0));
    for turns in 1..=2 {
        world.pass(900).await;
        world.settle().await;
        assert_eq!(world.depth("out"), (turns, 0, 0));
    }
    world.pass(900 * 100).await;
    world.settle().await;
    assert_eq!(world.depth("out"), (3, 0, 0));
}

fn create(
    world: &World,
    name: &str,
    due: Timestamp,
    arn: &str,
    input: &str,
) -> CreateScheduleFluentBuilder {
    let creating = world
        .clients
        .scheduler
        .create_schedule()
        .name(name)
        .group_name("waypost");
    creating
        .schedule_expression(at(due))
        .flexible_time_window(off())
        .action_after_completion(ActionAfterCompletion::Delete)
        .target(target(arn, input).build().unwrap())
}

fn target(arn: &str, input: &str) -> aws_sdk_scheduler::types::builders::TargetBuilder {
    Target::builder()
        .arn(arn)
        .role_arn("arn:aws:iam::000000000000:role/x")
        .input(input)
}

async fn get(
    world: &World,
    name: &str,
) -> Result<
    aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput,
    SdkError<aws_sdk_scheduler::operation::get_schedule::GetScheduleError>,
> {
    world
        .clients
        .scheduler
        .get_schedule()
        .name(name)
        .group_name("waypost")
        .send()
        .await
}

fn off() -> FlexibleTimeWindow {
    FlexibleTimeWindow::builder()
        .mode(FlexibleTimeWindowMode::Off)
        .build()
        .unwrap()
}

/// So many seconds from now, on a whole second.
fn in_seconds(world: &World, seconds: i64) -> Timestamp {
    let at = world.cloud.now() + SignedDuration::from_secs(seconds);
    Timestamp::from_second(at.as_second()).unwrap()
}

fn shown(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn at(due: Timestamp) -> String {
    due.strftime("at(%Y-%m-%dT%H:%M:%S)").to_string()
}
