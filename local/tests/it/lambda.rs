//! Functions as processes: invocations, failures, restarts, batches.

use serde_json::json;

use crate::world::{World, invoke};

#[tokio::test(flavor = "multi_thread")]
async fn a_function_answers_over_the_real_runtime() {
    let world = World::new().await;
    let endpoint = world.cloud.aws_endpoint();
    let answer = invoke(endpoint, "echo", &json!({"any": ["thing"]})).await;
    assert_eq!(answer, (200, json!({"any": ["thing"]})));
    world.send("in", "hello").await;
    assert_eq!(world.take("out").await, "hello");
    world.settle().await;
    assert_eq!(world.depth("in"), (0, 0, 0));
}
