//! SQS: visibility, receives, dead letters, batches, refusals.

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_hidden_while_it_is_in_flight_and_comes_again_after_its_timeout() {
    let world = World::new().await;
    world.send("work", "one").await;
    let first = world.receive("work").await;
    assert_eq!(first[0].body(), Some("one"));
    assert_eq!(world.receive("work").await.len(), 0);
    assert_eq!(world.depth("work"), (0, 1, 0));
    world.pass(31).await;
    let second = world.receive("work").await;
    assert_eq!(second[0].message_id(), first[0].message_id());
}
