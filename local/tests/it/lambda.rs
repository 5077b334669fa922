//! Functions as processes: invocations, failures, restarts, batches.

use std::time::Duration;

use local::EventSource;
use serde_json::{Value, json};

use crate::world::{World, eventually, invoke};

#[tokio::test(flavor = "multi_thread")]
async fn a_function_answers_over_the_real_runtime() {
    let world = World::new().await;
    let answer = call(&world, json!({"any": ["thing"]})).await;
    assert_eq!(answer, json!({"any": ["thing"]}));
    world.send("in", "hello").await;
    assert_eq!(world.take("out").await, "hello");
    world.settle().await;
    assert_eq!(world.depth("in"), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_gets_its_own_environment_and_none_of_the_hosts() {
    let world = World::new().await;
    assert_eq!(call(&world, json!({"do": "env"})).await, "hello");
    assert_eq!(call(&world, json!({"do": "home"})).await, "");
    assert_eq!(call(&world, json!({"do": "offset"})).await, "0");
    world.pass(3600).await;
    assert_eq!(call(&world, json!({"do": "offset"})).await, "3600");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_in_a_function_is_told_as_lambda_tells_it() {
    let world = World::new().await;
    let kind = async |what: &str| {
        let answer = call(&world, json!({"do": what})).await;
        (
            answer["errorType"].clone(),
            answer["errorMessage"].as_str().unwrap().to_owned(),
        )
    };
    let (_, message) = kind("fail").await;
    assert!(message.contains("told to fail"), "{message}");
    let (_, message) = kind("panic").await;
    assert!(message.contains("told to panic"), "{message}");
    let (kind_of_death, message) = kind("die").await;
    assert_eq!(kind_of_death, "Runtime.ExitError");
    assert!(message.contains("exit status: 3"), "{message}");
    let (kind_of_delay, message) = kind("hang").await;
    assert_eq!(kind_of_delay, "Sandbox.Timedout");
    assert!(
        message.contains("Task timed out after 6.00 seconds"),
        "{message}"
    );
    let (kind_of_size, _) = kind("swell").await;
    assert_eq!(kind_of_size, "Function.ResponseSizeTooLarge");
    // And it still works.
    assert_eq!(call(&world, json!("fine")).await, "fine");
    let (status, _) = invoke(world.cloud.aws_endpoint(), "nobody", &json!({})).await;
    assert_eq!(status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_died_is_replaced_and_its_last_words_are_kept() {
    let world = World::with(|config| config.functions[0].concurrency = 1).await;
    let first = call(&world, json!({"do": "pid"})).await;
    call(&world, json!({"do": "die"})).await;
    let second = call(&world, json!({"do": "pid"})).await;
    assert_ne!(first, second);
    eventually("its last words", async || {
        world
            .cloud
            .function_log("echo")
            .iter()
            .any(|line| line == "these are its last words")
    })
    .await;
    assert!(world.cloud.kill_function("echo"));
    let third = call(&world, json!({"do": "pid"})).await;
    assert_ne!(second, third);
    assert!(!world.cloud.kill_function("nobody"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_batch_only_what_failed_comes_again_and_ends_as_a_dead_letter() {
    let world = World::new().await;
    for body in ["good", "fail this", "better"] {
        world.send("in", body).await;
    }
    world.settle().await;
    assert_eq!(
        (world.depth("in"), world.depth("out")),
        ((0, 1, 0), (2, 0, 0))
    );
    for _ in 0..2 {
        world.pass(31).await;
        world.settle().await;
    }
    assert_eq!(
        (world.depth("in"), world.depth("out")),
        ((0, 0, 0), (2, 0, 0))
    );
    assert_eq!(world.take("dead").await, "fail this");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_answer_makes_no_sense_or_never_comes_fails_as_a_whole() {
    for trouble in [
        "name a stranger",
        "name nobody",
        "fail",
        "panic",
        "die",
        "hang",
    ] {
        let world = World::new().await;
        world.send("in", trouble).await;
        world.settle().await;
        assert_eq!(world.depth("in"), (0, 1, 0), "{trouble}");
        world.pass(31).await;
        world.settle().await;
        assert_eq!(world.depth("in"), (0, 1, 0), "{trouble}: the second time");
        world.pass(31).await;
        world.settle().await;
        assert_eq!(
            (world.depth("in"), world.depth("dead")),
            ((0, 0, 0), (1, 0, 0)),
            "{trouble}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_gathers_messages_into_one_batch() {
    let world = World::with(|config| {
        config.functions[0].source = Some(EventSource {
            queue: "in".into(),
            batch_size: 3,
            window: Duration::from_secs(300),
        });
    })
    .await;
    for _ in 0..3 {
        world.send("in", "how many").await;
    }
    // The window is far from over: the batch is full.
    for _ in 0..3 {
        assert_eq!(world.take("out").await, "3");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_dies_at_once_is_tried_again_with_pauses_and_blocks_nothing_else() {
    let world = World::with(|config| {
        let mut broken = config.functions[0].clone();
        broken.name = "broken".into();
        broken.args = vec!["--no-such-option".into()];
        broken.source = None;
        config.functions.push(broken);
    })
    .await;
    for _ in 0..2 {
        let (_, answer) = invoke(world.cloud.aws_endpoint(), "broken", &json!({})).await;
        assert_eq!(answer["errorType"], "Runtime.ExitError");
    }
    eventually("its complaint", async || {
        let log = world.cloud.function_log("broken");
        log.iter().any(|line| line.contains("no-such-option"))
    })
    .await;
    assert_eq!(call(&world, json!("fine")).await, "fine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_starts_when_it_is_needed_and_only_then() {
    let world = World::new().await;
    let pid = async || call(&world, json!({"do": "pid"})).await;
    assert!(world.cloud.function_log("echo").is_empty());
    let first = pid().await;
    for _ in 0..20 {
        assert_eq!(pid().await, first);
    }
    // A second one only while the first is busy.
    let (_, second) = tokio::join!(call(&world, json!({"do": "hang"})), async {
        eventually("the second process", async || pid().await != first).await;
        pid().await
    });
    assert_ne!(first, second);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_not_there_is_named_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = crate::world::config(folder.path());
    config.functions[0].program = "/no/such/program".into();
    let error = format!("{:#}", local::Cloud::start(config).await.unwrap_err());
    assert!(
        error.contains("function echo: there is no program /no/such/program"),
        "{error}"
    );
}

async fn call(world: &World, event: Value) -> Value {
    let (status, answer) = invoke(world.cloud.aws_endpoint(), "echo", &event).await;
    assert_eq!(status, 200);
    answer
}
