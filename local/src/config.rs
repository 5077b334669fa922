//! What a local cloud is made of: tables, queues, functions, routes and the rest, as plain data.

use std::{fmt, path::PathBuf, time::Duration};

use anyhow::{bail, ensure};

use crate::ses::events::is_kind;

/// Everything that [`crate::Cloud::start`] needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder that holds all state; created when missing.
    pub folder: PathBuf,
    /// The port of the front on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// DynamoDB tables, created when missing.
    pub tables: Vec<Table>,
    /// SQS queues, created when missing; their settings follow this list at every start.
    pub queues: Vec<Queue>,
    /// EventBridge Scheduler groups beside `default`.
    pub schedule_groups: Vec<String>,
    /// Functions that are called at a fixed rate.
    pub rates: Vec<Rate>,
    /// Lambda functions, run as processes.
    pub functions: Vec<Function>,
    /// What the front passes on to functions.
    pub routes: Vec<Route>,
    /// SSM parameters, put there at every start.
    pub parameters: Vec<Parameter>,
    /// SES identities (addresses or domains) that are verified from the start.
    pub identities: Vec<String>,
    /// SES configuration sets and where their events go.
    pub configuration_sets: Vec<ConfigurationSet>,
    /// What the SES account may send.
    pub sending: Sending,
    /// The front's throttle.
    pub throttle: Throttle,
    /// Whether DynamoDB's read and write units are counted (each request then costs some more time).
    pub metered: bool,
}

impl Config {
    /// A cloud of nothing but its folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            port: 0,
            tables: Vec::new(),
            queues: Vec::new(),
            schedule_groups: Vec::new(),
            rates: Vec::new(),
            functions: Vec::new(),
            routes: Vec::new(),
            parameters: Vec::new(),
            identities: Vec::new(),
            configuration_sets: Vec::new(),
            sending: Sending::default(),
            throttle: Throttle::default(),
            metered: false,
        }
    }

    /// Checks that every name that is referred to is declared.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        for queue in &self.queues {
            check_name("queue", &queue.name)?;
            if let Some((dead_letters, receives_max)) = &queue.dead_letters {
                self.check_queue(&format!("queue {}", queue.name), dead_letters)?;
                ensure!(
                    (1..=1000).contains(receives_max),
                    "queue {}: max receives must be 1 to 1000, not {receives_max}",
                    queue.name
                );
            }
        }
        for function in &self.functions {
            function.check()?;
            if let Some(source) = &function.source {
                self.check_queue(&format!("function {}", function.name), &source.queue)?;
            }
        }
        for route in &self.routes {
            let what = format!("route {} {}", route.method, route.path);
            self.check_function(&what, &route.function)?;
            ensure!(
                route.path.starts_with('/'),
                "{what}: the path must start with /"
            );
        }
        for rate in &self.rates {
            self.check_function(&format!("rate {}", rate.name), &rate.function)?;
            ensure!(
                rate.every >= Duration::from_secs(60),
                "rate {}: the shortest rate is one minute",
                rate.name
            );
        }
        for set in &self.configuration_sets {
            self.check_queue(&format!("configuration set {}", set.name), &set.queue)?;
            for event in &set.events {
                ensure!(
                    is_kind(event),
                    "configuration set {}: SES has no event type {event}",
                    set.name
                );
            }
        }
        Ok(())
    }

    fn check_queue(&self, what: &str, name: &str) -> anyhow::Result<()> {
        if self.queues.iter().any(|queue| queue.name == name) {
            return Ok(());
        }
        bail!("{what} names the queue {name}, which is not declared")
    }

    fn check_function(&self, what: &str, name: &str) -> anyhow::Result<()> {
        if self.functions.iter().any(|function| function.name == name) {
            return Ok(());
        }
        bail!("{what} names the function {name}, which is not declared")
    }
}

/// A DynamoDB table. All keys are strings.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The partition key's attribute.
    pub partition_key: Key,
    /// The sort key's attribute.
    pub sort_key: Option<Key>,
    /// A global secondary index that projects keys only.
    pub index: Option<Index>,
}

/// A global secondary index.
#[derive(Debug, Clone)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// The partition key's attribute.
    pub partition_key: Key,
    /// The sort key's attribute.
    pub sort_key: Option<Key>,
}

/// An attribute that is part of a key.
#[derive(Debug, Clone)]
pub struct Key {
    /// The attribute's name.
    pub name: String,
    /// The attribute's type.
    pub kind: KeyKind,
}

impl Key {
    /// A key of type `S`.
    pub fn text(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: KeyKind::Text,
        }
    }

    /// A key of type `N`.
    pub fn number(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: KeyKind::Number,
        }
    }
}

/// The type of a key attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// `S`.
    Text,
    /// `N`.
    Number,
}

/// An SQS standard queue.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// How long a received message stays invisible, in seconds.
    pub visibility_timeout_s: u32,
    /// The queue that takes messages which were received this many times in vain.
    pub dead_letters: Option<(String, u32)>,
}

/// A function that is called again and again, like a `rate(...)` rule.
#[derive(Debug, Clone)]
pub struct Rate {
    /// The rule's name.
    pub name: String,
    /// The time between two calls; at least a minute.
    pub every: Duration,
    /// The function to call.
    pub function: String,
    /// The event that it gets, as JSON.
    pub input: String,
}

/// A Lambda function: a program that speaks the Runtime API.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The program to run.
    pub program: PathBuf,
    /// The program's arguments.
    pub args: Vec<String>,
    /// The function's environment. Nothing of the host's own environment is passed on.
    pub env: Vec<(String, String)>,
    /// How many invocations can run at once: the number of processes.
    pub concurrency: u32,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// The queue whose messages it gets.
    pub source: Option<EventSource>,
}

impl Function {
    fn check(&self) -> anyhow::Result<()> {
        check_name("function", &self.name)?;
        ensure!(
            (1..=CONCURRENCY_MAX).contains(&self.concurrency),
            "function {}: concurrency must be 1 to {CONCURRENCY_MAX}, not {}",
            self.name,
            self.concurrency
        );
        ensure!(
            self.timeout >= Duration::from_secs(1) && self.timeout <= FUNCTION_TIMEOUT_MAX,
            "function {}: the timeout must be 1 to 900 seconds",
            self.name
        );
        ensure!(
            self.program.is_file(),
            "function {}: there is no program {}",
            self.name,
            self.program.display()
        );
        if let Some(source) = &self.source {
            ensure!(
                (1..=10_000).contains(&source.batch_size),
                "function {}: the batch size must be 1 to 10000, not {}",
                self.name,
                source.batch_size
            );
            ensure!(
                source.window <= Duration::from_secs(300),
                "function {}: the batching window is at most 300 seconds",
                self.name
            );
        }
        Ok(())
    }
}

/// An event source mapping from a queue, with `ReportBatchItemFailures`.
#[derive(Debug, Clone)]
pub struct EventSource {
    /// The queue.
    pub queue: String,
    /// The most messages in one invocation; 1 to 10,000.
    pub batch_size: u32,
    /// How long to gather messages before invoking with fewer.
    pub window: Duration,
}

/// What the front passes on to a function.
#[derive(Debug, Clone)]
pub struct Route {
    /// The HTTP method, or `ANY`.
    pub method: String,
    /// The path; `{name}` stands for one segment, `{name+}` at the end for all that follow.
    pub path: String,
    /// The function that answers.
    pub function: String,
}

/// A parameter of SSM's Parameter Store.
#[derive(Clone)]
pub struct Parameter {
    /// Its whole name, such as `/waypost/laptop/wiring`.
    pub name: String,
    /// What it holds.
    pub value: String,
    /// Whether it is a `SecureString`.
    pub secure: bool,
}

/// What it holds may be a secret.
impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parameter")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// An SES configuration set whose events go through SNS to a queue (raw delivery).
#[derive(Debug, Clone)]
pub struct ConfigurationSet {
    /// Its name.
    pub name: String,
    /// The event types that are published, as in the API: `SEND`, `DELIVERY`, `BOUNCE`, ...
    pub events: Vec<String>,
    /// The queue that gets them.
    pub queue: String,
}

/// What the SES account may send, and how it treats new identities.
#[derive(Debug, Clone, Copy)]
pub struct Sending {
    /// Mails a second.
    pub per_second: u32,
    /// Recipients in 24 hours; `None` is unlimited.
    pub per_day: Option<u32>,
    /// Whether a new identity counts as verified at once.
    pub verifies_at_once: bool,
}

impl Default for Sending {
    fn default() -> Self {
        Self {
            per_second: 500,
            per_day: None,
            verifies_at_once: true,
        }
    }
}

/// A token bucket, as API Gateway has for each stage.
#[derive(Debug, Clone, Copy)]
pub struct Throttle {
    /// Requests a second in the long run.
    pub per_second: u32,
    /// Requests at once.
    pub burst: u32,
}

impl Default for Throttle {
    /// API Gateway's own defaults for an account.
    fn default() -> Self {
        Self {
            per_second: 10_000,
            burst: 5_000,
        }
    }
}

fn check_name(what: &str, name: &str) -> anyhow::Result<()> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    ensure!(
        !name.is_empty() && name.len() <= 64 && name.chars().all(good),
        "{what} name {name:?}: use 1 to 64 letters, digits, hyphens and underscores"
    );
    Ok(())
}

const CONCURRENCY_MAX: u32 = 100;
const FUNCTION_TIMEOUT_MAX: Duration = Duration::from_secs(900);
