//! The code for AWS, on the laptop's cloud: tables and queues as the template has them, in this process.

use std::time::Duration;

use aws::{Aws, Endpoint, Operator, Setting, Settings};
use jiff::Timestamp;
use journey::EmailAddress;
use local::{Cloud, Config, ConfigurationSet, Index, Key, Parameter, Table, queue_arn, queue_url};
use wire::{DeadQueue, Queues, Tables, Wiring};

use super::{Outlets, Outside, Stores};
use crate::world::{Answer, Queue};

impl Stores for Aws {
    /// Here it shows everything at once.
    fn let_the_index_follow(&self) {}
}

impl Outlets for Aws {}

impl Outside for Cloud {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    async fn pass(&self, seconds: u32) {
        let time = Duration::from_secs(seconds.into());
        self.move_clock(time).await.expect("the clock moves");
        let settled = self.settled(PATIENCE).await;
        assert!(settled.expect("it can be asked"), "it comes to rest");
    }

    fn take(&self, queue: Queue) -> Vec<String> {
        Self::take(self, name(queue)).expect("the queue can be read")
    }

    fn rung(&self) -> Vec<Timestamp> {
        let rung = Self::take(self, WAKE).expect("the queue can be read");
        let rung = rung.iter().map(|body| {
            let body: serde_json::Value = serde_json::from_str(body).expect("what `wake` reads");
            let due = body["due"].as_str().expect("a moment");
            due.parse().expect("a moment")
        });
        rung.collect()
    }

    /// The mailbox simulator's answer by their names.
    fn answer(&self, _: &EmailAddress, _: Answer) {}
}

/// Does something with a stack that is empty.
pub(super) fn on_a_laptop(work: impl AsyncFnOnce(&Aws, &Cloud)) {
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
        let aws = operator.function(settings()).await;
        work(&aws.expect("all settings are there"), &cloud).await;
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
    let queue = |name: &str| local::Queue {
        name: name.to_owned(),
        visibility_timeout_s: 60,
        dead_letters: None,
    };
    let parameter = |name: &str, value: String, secure| Parameter {
        name: aws::parameter_name(STACK, name),
        value,
        secure,
    };
    let mut config = Config::new(folder);
    config.tables = vec![
        table("contacts", "contact", Some("item")),
        table("enrollments", "contact", Some("enrollment")),
        table("sends", "contact", Some("send")),
        table("events", "id", None),
        table("releases", "hash", None),
    ];
    config.queues = QUEUES.map(name).map(queue).into();
    config.queues.push(queue(WAKE));
    config.schedule_groups = vec![STACK.to_owned()];
    config.identities = vec!["brug.example".to_owned()];
    config.configuration_sets = vec![ConfigurationSet {
        name: STACK.to_owned(),
        events: ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT"]
            .map(str::to_owned)
            .into(),
        queue: name(Queue::Reports).to_owned(),
    }];
    config.parameters = vec![
        parameter("wiring", wiring().to_json(), false),
        parameter("address-key", "dGhlIGtleSBvZiBhIHdvcmxk".to_owned(), true),
    ];
    config
}

/// Says what a function is told that may do everything.
fn settings() -> Settings {
    let all = [
        (
            Setting::AddressKeyParameter,
            aws::parameter_name(STACK, "address-key"),
        ),
        (Setting::CallsQueueUrl, queue_url(name(Queue::Calls))),
        (Setting::ConfigurationSet, STACK.to_owned()),
        (Setting::ContactsTable, "contacts".to_owned()),
        (Setting::EnrollmentsTable, "enrollments".to_owned()),
        (Setting::EventsQueueUrl, queue_url(name(Queue::Events))),
        (Setting::EventsTable, "events".to_owned()),
        (
            Setting::MarketingQueueUrl,
            queue_url(name(Queue::Marketing)),
        ),
        (Setting::MovesQueueUrl, queue_url(name(Queue::Moves))),
        (
            Setting::OrdersQueueUrl,
            queue_url(name(Queue::Transactional)),
        ),
        (Setting::ReleasesTable, "releases".to_owned()),
        (Setting::ReportsQueueUrl, queue_url(name(Queue::Reports))),
        (Setting::ScheduleGroup, STACK.to_owned()),
        (
            Setting::ScheduleRoleArn,
            "arn:aws:iam::000000000000:role/scheduler".to_owned(),
        ),
        (Setting::SendsTable, "sends".to_owned()),
        (Setting::WakeDeadLettersArn, queue_arn(WAKE)),
        (Setting::WakeFunctionArn, queue_arn(WAKE)),
    ];
    let find = |name: &str| {
        let mut all = all.iter();
        let found = all.find(|(setting, _)| setting.variable() == name);
        found.map(|(_, value)| value.clone())
    };
    let required = all.each_ref().map(|(setting, _)| *setting);
    Settings::read(find, &required, &[]).expect("all of it is told")
}

fn name(queue: Queue) -> &'static str {
    match queue {
        Queue::Calls => "calls",
        Queue::Events => "events",
        Queue::Marketing => "marketing",
        Queue::Moves => "moves",
        Queue::Reports => "reports",
        Queue::Transactional => "transactional",
    }
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
        tracking: None,
    }
}

const STACK: &str = "contract";

const QUEUES: [Queue; 6] = [
    Queue::Calls,
    Queue::Events,
    Queue::Marketing,
    Queue::Moves,
    Queue::Reports,
    Queue::Transactional,
];

/// What the scheduler calls here, so that it can be seen that it did.
const WAKE: &str = "wake";

const PATIENCE: Duration = Duration::from_mins(1);
