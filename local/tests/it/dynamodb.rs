//! DynamoDB: tables, conditions, the index, and what it costs.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue::{self, N, S};

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_fails_changes_nothing_and_gives_the_item_back() {
    let world = World::new().await;
    put(&world, "ann", 1).await.unwrap();
    let refused = put(&world, "ann", 2)
        .await
        .unwrap_err()
        .into_service_error();
    assert!(refused.is_conditional_check_failed_exception(), "{refused}");
    let query = world
        .clients
        .dynamodb
        .query()
        .table_name("things")
        .index_name("due");
    let found = query
        .key_condition_expression("lane = :lane AND due <= :now")
        .expression_attribute_values(":lane", S("s".into()))
        .expression_attribute_values(":now", N("1".into()))
        .send()
        .await
        .unwrap();
    assert_eq!(found.items()[0]["holder"], S("ann".into()));
    // Keys only.
    assert!(!found.items()[0].contains_key("text"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reserved_word_is_refused_as_on_aws() {
    let world = World::new().await;
    let update = world.clients.dynamodb.update_item().table_name("things");
    let update = update
        .key("holder", S("a".into()))
        .key("thing", S("b".into()));
    let update = update.update_expression("SET batch = :b");
    let refused = update
        .expression_attribute_values(":b", N("1".into()))
        .send()
        .await;
    let message = format!("{:?}", refused.unwrap_err());
    assert!(message.contains("reserved keyword: batch"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn units_are_counted_and_not_shown_to_who_did_not_ask() {
    let world = World::new().await;
    let stored = put(&world, "ann", 1).await.unwrap();
    assert_eq!(stored.consumed_capacity, None);
    put(&world, "ann", 1).await.unwrap_err();
    let get = world
        .clients
        .dynamodb
        .get_item()
        .table_name("things")
        .set_key(Some(key("ann")));
    get.consistent_read(true).send().await.unwrap();
    let meter = world.cloud.meter();
    // One for the item, one for the index, one for the condition that failed; one strong read.
    assert_eq!((meter.write_units, meter.read_units), (3.0, 1.0));
    assert_eq!(
        (meter.requests["PutItem"], meter.requests["GetItem"]),
        (2, 1)
    );
}

/// By hand, from "DynamoDB on-demand capacity: write request units" and "Provisioned throughput considerations for
/// global secondary indexes": an item of 1.5 KB is two units each time, whatever of it changes. The index, which holds
/// keys only, costs one to enter, two to move within, one to leave, and nothing where its keys stay.
#[tokio::test(flavor = "multi_thread")]
async fn an_item_costs_what_it_costs_by_hand_its_index_included() {
    let world = World::new().await;
    let steps = [
        (None, 2.0, 0.0),
        (Some("1"), 2.0, 1.0),
        (Some("1"), 2.0, 0.0),
        (Some("2"), 2.0, 2.0),
        (None, 2.0, 1.0),
    ];
    for (at, (due, table, index)) in steps.into_iter().enumerate() {
        let before = world.cloud.meter();
        let put = world.clients.dynamodb.put_item().table_name("things");
        let mut item = key("ann");
        item.insert("text".into(), S("x".repeat(1_500)));
        item.insert("version".into(), N(at.to_string()));
        if let Some(due) = due {
            item.insert("lane".into(), S("s".into()));
            item.insert("due".into(), N(due.into()));
        }
        put.set_item(Some(item)).send().await.unwrap();
        let after = world.cloud.meter();
        let units = |name: &str| {
            let of = |meter: &local::Meter| meter.units.get(name).copied().unwrap_or_default();
            of(&after) - of(&before)
        };
        let counted = (units("PutItem things"), units("PutItem things/due"));
        assert_eq!(counted, (table, index), "step {at}");
        assert_eq!(after.write_units - before.write_units, table + index);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_other_keys_than_declared_is_named() {
    let world = World::new().await;
    let World { cloud, folder, .. } = world;
    cloud.stop().await;
    let mut config = crate::world::config(folder.path());
    config.tables[0].sort_key = None;
    let error = format!("{:#}", local::Cloud::start(config).await.unwrap_err());
    assert!(
        error.contains("table things: it is there with other keys"),
        "{error}"
    );
}

async fn put(
    world: &World,
    owner: &str,
    due: u32,
) -> Result<
    aws_sdk_dynamodb::operation::put_item::PutItemOutput,
    aws_sdk_dynamodb::error::SdkError<aws_sdk_dynamodb::operation::put_item::PutItemError>,
> {
    let put = world.clients.dynamodb.put_item().table_name("things");
    put.set_item(Some(key(owner)))
        .item("lane", S("s".into()))
        .item("due", N(due.to_string()))
        .item("text", S("hello".into()))
        .condition_expression("attribute_not_exists(holder)")
        .send()
        .await
}

fn key(owner: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("holder".into(), S(owner.into())),
        ("thing".into(), S("t".into())),
    ])
}
