//! The code for AWS, on the laptop's cloud: tables and queues as the template has them, in this process.

use aws::{Aws, Endpoint, Operator};
use jiff::SignedDuration;
use local::{Cloud, Config, Index, Key, Parameter, Queue, Table, queue_url};
use wire::{DeadQueue, Queues, Tables, Wiring};

use super::Stores;

impl Stores for Aws {
    /// Here it shows everything at once.
    fn let_the_index_follow(&self) {}
}

/// Does something with stores that are empty.
pub(super) fn on_a_laptop(work: impl AsyncFnOnce(&Aws)) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let cloud = Cloud::start(config(folder.path()))
            .await
            .expect("it starts");
        let endpoint = Endpoint {
            url: cloud.aws_endpoint().to_owned(),
            region: local::REGION.to_owned(),
            key: "laptop".to_owned(),
            secret: "laptop".to_owned(),
        };
        let operator = Operator::open_at(STACK, &endpoint).await;
        let operator = operator.expect("its wiring is there");
        let aws = operator.aws(SignedDuration::ZERO).await;
        work(&aws.expect("all settings are there")).await;
        cloud.stop().await;
    });
}

fn config(folder: &std::path::Path) -> Config {
    let table = |name: &str, partition: &str, sort: Option<&str>| Table {
        name: name.to_owned(),
        partition_key: Key::text(partition),
        sort_key: sort.map(Key::text),
        index: (name == "enrollments").then(|| Index {
            name: "due".to_owned(),
            partition_key: Key::text("shard"),
            sort_key: Some(Key::text("due")),
        }),
    };
    let queue = |name: &str| Queue {
        name: name.to_owned(),
        visibility_timeout_s: 60,
        dead_letters: None,
    };
    let mut config = Config::new(folder);
    config.tables = vec![
        table("contacts", "contact", Some("item")),
        table("enrollments", "contact", Some("enrollment")),
        table("sends", "contact", Some("send")),
        table("events", "id", None),
        table("releases", "hash", None),
    ];
    config.queues = vec![queue("events"), queue("moves")];
    config.parameters = vec![Parameter {
        name: aws::parameter_name(STACK, "wiring"),
        value: wiring().to_json(),
        secure: false,
    }];
    config
}

fn wiring() -> Wiring {
    let queue = |name: &str| wire::Queue {
        url: queue_url(name),
        dead_url: queue_url(name),
    };
    Wiring {
        tables: Tables {
            contacts: "contacts".to_owned(),
            enrollments: "enrollments".to_owned(),
            sends: "sends".to_owned(),
            events: "events".to_owned(),
            releases: "releases".to_owned(),
        },
        queues: Queues {
            events: queue("events"),
            calls: None,
            moves: queue("moves"),
            orders: queue("moves"),
            orders_marketing: queue("moves"),
            reports: queue("moves"),
            wake: DeadQueue {
                dead_url: queue_url("moves"),
            },
        },
        configuration_set: "none".to_owned(),
        events_url: "http://127.0.0.1/".to_owned(),
        mail_domain: None,
        alarm_topic: None,
    }
}

const STACK: &str = "contract";
