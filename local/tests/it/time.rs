//! The movable clock.

use jiff::SignedDuration;
use serde_json::json;

use crate::world::{World, invoke};

#[tokio::test(flavor = "multi_thread")]
async fn a_move_is_kept_across_a_restart() {
    let world = World::new().await;
    let before = world.cloud.now();
    world.pass(33 * 86_400).await;
    let world = world.restart().await;
    let passed = world.cloud.now().duration_since(before);
    assert!(passed >= SignedDuration::from_hours(33 * 24), "{passed}");
    assert!(passed < SignedDuration::from_hours(33 * 24 + 1), "{passed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_invocation_straddles_a_move() {
    let world = World::new().await;
    world.send("in", "hang").await;
    let mut changes = world.cloud.changes();
    while world.depth("in") != (0, 1, 0) {
        changes.changed().await.unwrap();
    }
    // It ends by its timeout after 6 seconds; only then the clock moves, so that it is received again once.
    world.pass(31).await;
    world.settle().await;
    assert_eq!(world.cloud.meter().invocations["echo"], 2);
    assert_eq!(world.depth("in"), (0, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_process_after_a_move_knows_it() {
    let world = World::new().await;
    for step in 1..=5 {
        world.pass(60).await;
        let told = invoke(world.cloud.aws_endpoint(), "echo", &json!({"do": "offset"})).await;
        assert_eq!(told.1, (step * 60).to_string());
    }
}
