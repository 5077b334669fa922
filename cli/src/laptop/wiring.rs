//! What stands on the laptop: the same tables, queues, functions and routes as in the AWS template.

use std::path::Path;
use std::time::Duration;

use local::{
    Config, ConfigurationSet, EventSource, Function, Index, Key, Parameter, Queue, Rate, Route,
    Table, function_arn, queue_arn, queue_url,
};
use wire::Wiring;

use super::Setup;
use super::keys::Keys;

/// How many processes the functions get.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Size {
    /// One each: nine events, one after another.
    Small,
    /// Two for the busy ones: a burst uses two cores.
    Usual,
    /// The same, with as much time as on AWS: nothing is done twice because the machine is busy.
    Unhurried,
}

/// Describes the cloud; `program` is what runs as each of its functions.
pub(super) fn config(setup: Setup, keys: &Keys, program: &Path) -> Config {
    let pages = format!("http://127.0.0.1:{}", setup.port);
    let environment = environment(&setup.log_filter, pages);
    let functions = FUNCTIONS.iter().map(|function| {
        let mut env = environment.clone();
        // What is deployed is told so which function it is; this program, by its arguments.
        env.push(("_HANDLER".to_owned(), function.part.to_owned()));
        if let Some(queue) = function.queue {
            env.push(("DEAD_LETTERS_QUEUE_URL".to_owned(), queue_url(&dead(queue))));
            env.push(("LANE".to_owned(), lane(queue).to_owned()));
            env.push(("SOURCE_QUEUE_URL".to_owned(), queue_url(queue)));
        }
        let concurrency = match setup.size {
            Size::Small => 1,
            Size::Usual | Size::Unhurried => function.processes,
        };
        env.push(("CONCURRENCY".to_owned(), concurrency.to_string()));
        Function {
            name: function.name.to_owned(),
            program: program.to_owned(),
            args: vec!["function".to_owned(), function.part.to_owned()],
            env,
            concurrency,
            timeout: TIMEOUT,
            source: function.queue.map(|queue| EventSource {
                queue: queue.to_owned(),
                batch_size: if queue == REPORTS {
                    REPORTS_BATCH_SIZE
                } else {
                    BATCH_SIZE
                },
                window: if queue == REPORTS {
                    REPORTS_WINDOW
                } else {
                    Duration::ZERO
                },
            }),
        }
    });
    let hurry = match setup.size {
        Size::Small | Size::Usual => 1,
        Size::Unhurried => UNHURRIED,
    };
    let config = Config {
        port: setup.port,
        metered: setup.metered,
        tables: tables(),
        queues: queues(),
        schedule_groups: vec![SCHEDULE_GROUP.to_owned()],
        rates: vec![Rate {
            name: "sweep".to_owned(),
            every: Duration::from_secs(15 * 60),
            function: "wake".to_owned(),
            input: r#"{"sweep":true}"#.to_owned(),
        }],
        functions: functions.collect(),
        routes: ROUTES
            .map(|(method, path, function)| Route {
                method: method.to_owned(),
                path: path.to_owned(),
                function: function.to_owned(),
            })
            .to_vec(),
        configuration_sets: vec![ConfigurationSet {
            name: CONFIGURATION_SET.to_owned(),
            events: REPORTED.map(str::to_owned).to_vec(),
            queue: REPORTS.to_owned(),
        }],
        parameters: parameters(keys),
        ..Config::new(setup.folder)
    };
    slowed(config, hurry)
}

/// Makes everything that has a time so many times as patient.
fn slowed(mut config: Config, times: u32) -> Config {
    for function in &mut config.functions {
        function.timeout *= times;
        for (name, value) in &mut function.env {
            if let ("LEASE_SECONDS" | "EVIDENCE_SECONDS", Ok(seconds)) =
                (name.as_str(), value.parse::<u32>())
            {
                *value = (seconds * times).to_string();
            }
        }
    }
    for queue in &mut config.queues {
        queue.visibility_timeout_s *= times;
    }
    config
}

/// The secrets, from the files that they are kept in.
fn parameters(keys: &Keys) -> Vec<Parameter> {
    [
        (SIGNING_SECRETS, &keys.secret_text),
        (ADDRESS_KEY, &keys.address_key),
    ]
    .map(|(name, value)| Parameter {
        name: parameter(name),
        value: value.clone(),
        secure: true,
    })
    .to_vec()
}

/// What the command reads to find everything, as of any stack.
pub(super) fn told(events_url: String) -> Parameter {
    let queue = |name: &str| wire::Queue {
        url: queue_url(name),
        dead_url: queue_url(&dead(name)),
    };
    let wiring = Wiring {
        tables: wire::Tables {
            contacts: CONTACTS.to_owned(),
            enrollments: ENROLLMENTS.to_owned(),
            sends: SENDS.to_owned(),
            events: EVENTS.to_owned(),
            releases: RELEASES.to_owned(),
        },
        queues: wire::Queues {
            events: queue("events"),
            calls: Some(queue("calls")),
            moves: queue("moves"),
            orders: queue("orders"),
            orders_marketing: queue(MARKETING),
            reports: queue(REPORTS),
            wake: wire::DeadQueue {
                dead_url: queue_url(&dead("wake")),
            },
        },
        configuration_set: CONFIGURATION_SET.to_owned(),
        events_url,
        mail_domain: None,
        alarm_topic: None,
        tracking: None,
    };
    Parameter {
        name: parameter("wiring"),
        value: wiring.to_json(),
        secure: false,
    }
}

fn parameter(name: &str) -> String {
    aws::parameter_name(STACK, name)
}

fn tables() -> Vec<Table> {
    let table = |name: &str, partition: &str, sort: Option<&str>, index: Option<Index>| Table {
        name: name.to_owned(),
        partition_key: Key::text(partition),
        sort_key: sort.map(Key::text),
        index,
    };
    let due = Index {
        name: "due".to_owned(),
        partition_key: Key::text("shard"),
        sort_key: Some(Key::text("due")),
    };
    vec![
        table(CONTACTS, "contact", Some("item"), None),
        table(ENROLLMENTS, "contact", Some("enrollment"), Some(due)),
        table(SENDS, "contact", Some("send"), None),
        table(EVENTS, "id", None, None),
        table(RELEASES, "hash", None, None),
    ]
}

fn queues() -> Vec<Queue> {
    let queue = |name: String, dead_letters| Queue {
        name,
        visibility_timeout_s: VISIBILITY_TIMEOUT_S,
        dead_letters,
    };
    let sources = FUNCTIONS.iter().filter_map(|function| function.queue);
    let pairs = sources.flat_map(|name| {
        let dead_letters = Some((dead(name), RECEIVES_MAX));
        [
            queue(name.to_owned(), dead_letters),
            queue(dead(name), None),
        ]
    });
    pairs.chain([queue(dead("wake"), None)]).collect()
}

/// Returns the names of the functions.
pub(super) fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}

/// What every function is told; each reads only what it needs.
fn environment(log_filter: &str, pages: String) -> Vec<(String, String)> {
    let role = format!("arn:aws:iam::{}:role/waypost-schedule", local::ACCOUNT);
    [
        ("ADDRESS_KEY_PARAMETER", parameter(ADDRESS_KEY)),
        ("CALLS_QUEUE_URL", queue_url("calls")),
        ("CONFIGURATION_SET", CONFIGURATION_SET.to_owned()),
        ("CONTACTS_TABLE", CONTACTS.to_owned()),
        ("ENROLLMENTS_TABLE", ENROLLMENTS.to_owned()),
        ("EVENTS_QUEUE_URL", queue_url("events")),
        ("EVENTS_TABLE", EVENTS.to_owned()),
        ("EVIDENCE_SECONDS", EVIDENCE_SECONDS.to_owned()),
        ("LEASE_SECONDS", LEASE_SECONDS.to_owned()),
        ("MARKETING_QUEUE_URL", queue_url(MARKETING)),
        ("MOVES_QUEUE_URL", queue_url("moves")),
        ("ORDERS_QUEUE_URL", queue_url("orders")),
        ("PAGES_URL", pages),
        // Whoever tries a hook has the other system on the same machine.
        ("PRIVATE_HOOKS", "allowed".to_owned()),
        ("RELEASES_TABLE", RELEASES.to_owned()),
        ("REPORTS_QUEUE_URL", queue_url(REPORTS)),
        ("RUST_LOG", log_filter.to_owned()),
        ("SCHEDULE_GROUP", SCHEDULE_GROUP.to_owned()),
        ("SCHEDULE_ROLE_ARN", role),
        ("SENDS_TABLE", SENDS.to_owned()),
        ("SIGNING_SECRETS_PARAMETER", parameter(SIGNING_SECRETS)),
        ("STACK", STACK.to_owned()),
        ("WAKE_DEAD_LETTERS_ARN", queue_arn(&dead("wake"))),
        ("WAKE_FUNCTION_ARN", function_arn("wake")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

/// Names the lane of the mails that a queue holds.
fn lane(queue: &str) -> &'static str {
    match queue {
        MARKETING => "marketing",
        _ => "transactional",
    }
}

/// Names the queue of what could not be done.
fn dead(name: &str) -> String {
    format!("{name}{DEAD}")
}

/// A function as the laptop runs it.
struct Part {
    /// Its name on the laptop.
    name: &'static str,
    /// What runs as it: two functions may be the same code.
    part: &'static str,
    /// The queue that feeds it.
    queue: Option<&'static str>,
    /// How many processes it usually has.
    processes: u32,
}

const ROUTES: [(&str, &str, &str); 2] = [
    ("POST", "/v1/events", "intake"),
    // It says itself which methods it knows.
    ("ANY", "/u/{token}", "preferences"),
];

const FUNCTIONS: [Part; 9] = [
    Part {
        name: "intake",
        part: "intake",
        queue: None,
        processes: 2,
    },
    Part {
        name: "resolve",
        part: "resolve",
        queue: Some("events"),
        processes: 2,
    },
    Part {
        name: "advance",
        part: "advance",
        queue: Some("moves"),
        processes: 1,
    },
    Part {
        name: "call",
        part: "call",
        queue: Some("calls"),
        processes: 1,
    },
    Part {
        name: "wake",
        part: "wake",
        queue: None,
        processes: 1,
    },
    Part {
        name: "send",
        part: "send",
        queue: Some("orders"),
        processes: 2,
    },
    // Service never waits behind advertising.
    Part {
        name: "send-marketing",
        part: "send",
        queue: Some(MARKETING),
        processes: 1,
    },
    Part {
        name: "feedback",
        part: "feedback",
        queue: Some(REPORTS),
        processes: 1,
    },
    Part {
        name: "preferences",
        part: "preferences",
        queue: None,
        processes: 1,
    },
];

/// The name of the stack that a laptop is.
pub(super) const STACK: &str = "laptop";
const SIGNING_SECRETS: &str = "signing-secrets";
const ADDRESS_KEY: &str = "address-key";

/// What the name of a queue of what could not be done ends in.
pub(super) const DEAD: &str = "-dead";

pub(super) const CONTACTS: &str = "contacts";
pub(super) const ENROLLMENTS: &str = "enrollments";
pub(super) const EVENTS: &str = "events";
pub(super) const RELEASES: &str = "releases";
pub(super) const SENDS: &str = "sends";

/// The queue of what SES reports about mails.
pub(super) const REPORTS: &str = "reports";
const MARKETING: &str = "orders-marketing";
const CONFIGURATION_SET: &str = "waypost";
const SCHEDULE_GROUP: &str = "waypost";
const REPORTED: [&str; 8] = [
    "SEND",
    "DELIVERY",
    "BOUNCE",
    "COMPLAINT",
    "REJECT",
    "DELIVERY_DELAY",
    "OPEN",
    "CLICK",
];

/// Function timeout ≪ lease ≪ visibility timeout ≪ what a mail in doubt waits for evidence.
const TIMEOUT: Duration = Duration::from_secs(5);
const LEASE_SECONDS: &str = "15";
const VISIBILITY_TIMEOUT_S: u32 = 30;
const EVIDENCE_SECONDS: &str = "60";

const UNHURRIED: u32 = 12;

const BATCH_SIZE: u32 = 10;
/// As in the template; the engine says why so many.
const RECEIVES_MAX: u32 = 25;
/// Reports hurry nobody, so many are read at once.
const REPORTS_BATCH_SIZE: u32 = 100;
const REPORTS_WINDOW: Duration = Duration::from_secs(1);
