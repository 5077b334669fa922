//! A cloud for one test, with clients, and a way to wait for things.

use std::{future::Future, path::Path, time::Duration};

use aws_config::{BehaviorVersion, Region, retry::RetryConfig};
use aws_sdk_sqs::{
    config::Credentials,
    error::{ProvideErrorMetadata, SdkError},
    types::Message,
};
use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use local::{Cloud, Config, ConfigurationSet, EventSource, Function, Key, Queue, Route, Table};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::Instant;

/// A running cloud and clients for it.
pub(crate) struct World {
    pub(crate) cloud: Cloud,
    pub(crate) clients: Clients,
    pub(crate) folder: TempDir,
}

/// The SDKs' clients, without retries.
pub(crate) struct Clients {
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) scheduler: aws_sdk_scheduler::Client,
    pub(crate) ses: aws_sdk_sesv2::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) ssm: aws_sdk_ssm::Client,
}

impl World {
    /// The standard cloud on a fresh folder.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The standard cloud with changes.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = TempDir::new().unwrap();
        let mut config = config(folder.path());
        change(&mut config);
        let cloud = Cloud::start(config).await.unwrap();
        let clients = Clients::of(cloud.aws_endpoint()).await;
        Self {
            cloud,
            clients,
            folder,
        }
    }

    /// Stops the cloud and starts it again on the same folder.
    pub(crate) async fn restart(self) -> Self {
        let Self { cloud, folder, .. } = self;
        cloud.stop().await;
        let cloud = Cloud::start(config(folder.path())).await.unwrap();
        let clients = Clients::of(cloud.aws_endpoint()).await;
        Self {
            cloud,
            clients,
            folder,
        }
    }

    /// Waits until nothing is left to do.
    pub(crate) async fn settle(&self) {
        assert!(
            self.cloud.settled(PATIENCE).await.unwrap(),
            "the cloud does not come to rest"
        );
    }

    /// Moves the clock by so many seconds.
    pub(crate) async fn pass(&self, seconds: u64) {
        self.cloud
            .move_clock(Duration::from_secs(seconds))
            .await
            .unwrap();
    }

    pub(crate) async fn send(&self, queue: &str, body: &str) {
        let sending = self
            .clients
            .sqs
            .send_message()
            .queue_url(local::queue_url(queue));
        sending.message_body(body).send().await.unwrap();
    }

    /// Receives and deletes one message, waiting for it.
    pub(crate) async fn take(&self, queue: &str) -> String {
        self.clients.take(queue).await
    }

    /// Receives up to ten messages without waiting.
    pub(crate) async fn receive(&self, queue: &str) -> Vec<Message> {
        let receiving = self
            .clients
            .sqs
            .receive_message()
            .queue_url(local::queue_url(queue));
        let received = receiving
            .max_number_of_messages(10)
            .message_system_attribute_names("All".into())
            .message_attribute_names("All")
            .send()
            .await
            .unwrap();
        received.messages.unwrap_or_default()
    }

    /// The visible, in-flight and delayed messages of a queue.
    pub(crate) fn depth(&self, queue: &str) -> (u64, u64, u64) {
        let depth = self.cloud.queue_depths().unwrap()[queue];
        (depth.visible, depth.in_flight, depth.delayed)
    }

    /// Asks the front: status, content type and body.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String, String) {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.cloud.url()))
            .header("content-type", "application/json")
            .header("X-Twice", "one")
            .header("X-Twice", "two");
        ask(request.body(Full::from(body.to_owned())).unwrap())
            .await
            .unwrap()
    }
}

impl Clients {
    pub(crate) async fn of(endpoint: &str) -> Self {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(local::REGION))
            .credentials_provider(Credentials::new("local", "local", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(endpoint)
            .load()
            .await;
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            scheduler: aws_sdk_scheduler::Client::new(&config),
            ses: aws_sdk_sesv2::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            ssm: aws_sdk_ssm::Client::new(&config),
        }
    }

    /// Receives and deletes one message, waiting for it.
    pub(crate) async fn take(&self, queue: &str) -> String {
        let url = local::queue_url(queue);
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            let received = self
                .sqs
                .receive_message()
                .queue_url(&url)
                .wait_time_seconds(10)
                .send()
                .await;
            if let Some(message) = received.unwrap().messages.unwrap_or_default().pop() {
                let deleting = self.sqs.delete_message().queue_url(&url);
                deleting
                    .receipt_handle(message.receipt_handle.unwrap())
                    .send()
                    .await
                    .unwrap();
                return message.body.unwrap();
            }
        }
        panic!("nothing came to queue {queue}")
    }
}

/// Sends one HTTP request.
pub(crate) async fn ask(request: Request<Full<Bytes>>) -> Result<(u16, String, String), String> {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let response = client
        .request(request)
        .await
        .map_err(|error| error.to_string())?;
    let content_type = response.headers().get("content-type");
    let content_type = content_type
        .map_or("", |value| value.to_str().unwrap())
        .to_owned();
    let status = response.status().as_u16();
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|error| error.to_string())?;
    Ok((
        status,
        content_type,
        String::from_utf8(body.to_bytes().to_vec()).unwrap(),
    ))
}

/// Calls a function through the Lambda API.
pub(crate) async fn invoke(endpoint: &str, function: &str, event: &Value) -> (u16, Value) {
    let url = format!("{endpoint}/2015-03-31/functions/{function}/invocations");
    let request = Request::post(url)
        .body(Full::from(event.to_string()))
        .unwrap();
    let (status, _, body) = ask(request).await.unwrap();
    (status, serde_json::from_str(&body).unwrap_or(Value::Null))
}

/// The code of a refusal; empty for what is none.
pub(crate) fn code<T, E: ProvideErrorMetadata, R>(result: Result<T, SdkError<E, R>>) -> String {
    result
        .err()
        .and_then(|error| error.code().map(String::from))
        .unwrap_or_default()
}

/// Waits until the condition holds.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    let end = Instant::now() + PATIENCE;
    let mut ticks = tokio::time::interval(Duration::from_millis(5));
    while !condition().await {
        assert!(Instant::now() < end, "in vain: {what}");
        ticks.tick().await;
    }
}

/// The standard cloud: a queue `in` that the function `echo` reads, `dead` behind it, `out` and `events` to look at.
pub(crate) fn config(folder: &Path) -> Config {
    let queue = |name: &str, dead_letters: Option<(&str, u32)>| Queue {
        name: name.into(),
        visibility_timeout_s: 30,
        dead_letters: dead_letters.map(|(queue, receives)| (queue.into(), receives)),
    };
    let route = |method: &str, path: &str| Route {
        method: method.into(),
        path: path.into(),
        function: "echo".into(),
    };
    Config {
        tables: vec![Table {
            name: "things".into(),
            partition_key: Key::text("holder"),
            sort_key: Some(Key::text("thing")),
            index: Some(local::Index {
                name: "due".into(),
                partition_key: Key::text("lane"),
                sort_key: Some(Key::number("due")),
            }),
        }],
        queues: vec![
            queue("in", Some(("dead", 2))),
            queue("dead", None),
            queue("out", None),
            queue("events", None),
            queue("work", Some(("dead", 2))),
        ],
        schedule_groups: vec!["waypost".into()],
        functions: vec![echo(&["--exact", "echo::process"])],
        routes: vec![
            route("POST", "/echo"),
            route("ANY", "/u/{token}"),
            route("GET", "/all/{rest+}"),
        ],
        identities: vec!["mail.example.com".into()],
        configuration_sets: vec![ConfigurationSet {
            name: "waypost".into(),
            events: [
                "SEND",
                "DELIVERY",
                "BOUNCE",
                "COMPLAINT",
                "REJECT",
                "OPEN",
                "CLICK",
            ]
            .map(String::from)
            .to_vec(),
            queue: "events".into(),
        }],
        metered: true,
        ..Config::new(folder)
    }
}

/// The echo function: this very test binary.
fn echo(args: &[&str]) -> Function {
    let args = args
        .iter()
        .chain(&["--ignored", "--nocapture", "--test-threads=1"]);
    Function {
        name: "echo".into(),
        program: std::env::current_exe().unwrap(),
        args: args.map(ToString::to_string).collect(),
        env: vec![("GREETING".into(), "hello".into())],
        concurrency: 2,
        timeout: Duration::from_secs(6),
        source: Some(EventSource {
            queue: "in".into(),
            batch_size: 10,
            window: Duration::ZERO,
        }),
    }
}

/// How long a test waits before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);
