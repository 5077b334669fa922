//! A running cloud: its start, its handles, its end.

use std::{collections::BTreeMap, net::Ipv4Addr, sync::Arc, time::Duration};

use anyhow::{Context, anyhow};
use jiff::Timestamp;
use tokio::{net::TcpListener, sync::watch, task::JoinSet, time::Instant};

use crate::{
    Config, Depth, Faults, Mail, MailEvent, Meter, Parameter,
    aws::{self, Endpoint},
    bucket::Bucket,
    clock::{Clock, timestamp},
    config::Function,
    dynamodb::DynamoDb,
    front::{self, Front},
    http::{Server, serve},
    lambda::{Functions, mapping},
    meter::Counters,
    names,
    region::{CLOCK_OFFSET, Distances, Region},
    scheduler,
    ses::{account, identities, mail, send},
    sqs::queue,
    ssm,
    store::Store,
};

/// A running cloud. [`Cloud::stop`] ends it in order; dropping it kills the functions too, but lets go of the folder
/// only a moment later.
#[derive(Debug)]
pub struct Cloud {
    region: Arc<Region>,
    url: String,
    sources: Vec<String>,
    front: Server,
    endpoint: Server,
    /// The mappings, the scheduler and the keepers of the functions' processes.
    tasks: JoinSet<()>,
    workers: JoinSet<()>,
}

impl Cloud {
    /// Starts a cloud on its folder; goes on where the last one there was stopped or killed.
    ///
    /// # Errors
    /// The configuration names what is not declared, the folder is in use or unreadable, a program is missing, or the
    /// port is taken.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        config
            .check()
            .context("the local cloud's configuration is wrong")?;
        let store = Store::open(&config.folder)?;
        let clock = Clock::ahead_by(store.setting(CLOCK_OFFSET)?.unwrap_or(0));
        prepare(&store, &config, clock.now_ms())?;
        let dynamodb = DynamoDb::start(&config.folder, &config.tables, config.metered)
            .await
            .context("cannot start DynamoDB")?;
        let front_listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port))
            .await
            .with_context(|| format!("cannot listen on 127.0.0.1:{}", config.port))?;
        let url = format!("http://{}", front_listener.local_addr()?);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let region = Arc::new(Region {
            clock,
            store,
            faults: Faults::default(),
            counters: Counters::start(),
            sending: config.sending,
            send_rate: Bucket::new(config.sending.per_second, config.sending.per_second.max(1)),
            account: account::Overrides::default(),
            configuration_sets: config
                .configuration_sets
                .iter()
                .map(|set| (set.name.clone(), set.clone()))
                .collect(),
            endpoint: format!("http://{}", listener.local_addr()?),
            functions: std::sync::OnceLock::new(),
            gate: Arc::default(),
            active: std::sync::atomic::AtomicUsize::new(0),
            distances: std::sync::OnceLock::new(),
        });
        let endpoint = Endpoint {
            region: region.clone(),
            dynamodb: Arc::new(dynamodb),
        };
        let endpoint = serve(listener, aws::BODY_BYTES_MAX, move |call| {
            endpoint.clone().answer(call)
        });
        let (functions, workers) = Functions::start(
            &region,
            config.functions.clone(),
            &environment(&region.endpoint),
        );
        let _ = region.functions.set(functions);
        let tasks = background(&region, &config.functions);
        let front = Arc::new(Front::new(region.clone(), config.routes, config.throttle));
        let front = serve(front_listener, front::BODY_BYTES_MAX, move |call| {
            front.clone().answer(call)
        });
        let sources = config
            .functions
            .into_iter()
            .filter_map(|function| function.source);
        let sources = sources.map(|source| source.queue).collect();
        Ok(Self {
            region,
            url,
            sources,
            front,
            endpoint,
            tasks,
            workers,
        })
    }

    /// The front, such as `http://127.0.0.1:8080`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The environment that points any AWS SDK here; the functions get it too.
    pub fn aws_environment(&self) -> Vec<(String, String)> {
        environment(&self.region.endpoint)
    }

    /// The AWS endpoint, such as `http://127.0.0.1:40001`.
    pub fn aws_endpoint(&self) -> &str {
        &self.region.endpoint
    }

    /// The local time.
    pub fn now(&self) -> Timestamp {
        self.region.clock.now()
    }

    /// Moves the clock ahead: waits until nothing is being worked on, restarts the functions' processes with
    /// `WAYPOST_CLOCK_OFFSET_SECONDS`, and lets everything that became due happen.
    ///
    /// # Errors
    /// The offset could not be stored.
    pub async fn move_clock(&self, by: Duration) -> anyhow::Result<()> {
        Ok(self.region.move_clock(by).await?)
    }

    /// The next moment at which something happens by itself: a one-time schedule rings, a delayed or failed message
    /// of a function's queue comes back. Rates are left out: they are always about to ring.
    ///
    /// # Errors
    /// The state folder cannot be read.
    pub fn next_due(&self) -> anyhow::Result<Option<Timestamp>> {
        let now_ms = self.region.clock.now_ms();
        let next_ms = self.region.store.read(|db| {
            let mut next_ms = scheduler::table::next_once_ms(db, now_ms)?;
            for name in &self.sources {
                let message_ms = queue::next_visible_ms(db, name, now_ms)?;
                next_ms = next_ms.into_iter().chain(message_ms).min();
            }
            Ok(next_ms)
        })?;
        Ok(next_ms.map(timestamp))
    }

    /// Whether nothing is being worked on and nothing is due: no message that a function could get, no schedule, no
    /// request. What waits for its time is quiet.
    ///
    /// # Errors
    /// The state folder cannot be read.
    pub fn is_quiet(&self) -> anyhow::Result<bool> {
        let changes = self.changes();
        let before = *changes.borrow();
        if !self.region.is_idle() {
            return Ok(false);
        }
        let now_ms = self.region.clock.now_ms();
        let is_due = self.region.store.read(|db| {
            let mut is_due = scheduler::table::any_due(db, now_ms)?;
            for name in &self.sources {
                is_due = is_due || queue::visible_up_to(db, name, now_ms, 1)? > 0;
            }
            Ok(is_due)
        })?;
        // Something may have gone from one queue to the next behind this look: then look again.
        Ok(!is_due && self.region.is_idle() && *changes.borrow() == before)
    }

    /// Waits until [`Cloud::is_quiet`]; false when it is not after `longest`.
    ///
    /// # Errors
    /// The state folder cannot be read.
    pub async fn settled(&self, longest: Duration) -> anyhow::Result<bool> {
        let end = Instant::now() + longest;
        let mut changes = self.changes();
        loop {
            changes.mark_unchanged();
            if self.is_quiet()? {
                return Ok(true);
            }
            if tokio::time::timeout_at(end, changes.changed())
                .await
                .is_err()
            {
                return Ok(false);
            }
        }
    }

    /// A watch that wakes whenever anything happened in the cloud.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.region.store.changes()
    }

    /// The mails with a higher [`Mail::number`] than `number`, oldest first, at most 10,000.
    ///
    /// # Errors
    /// The state folder cannot be read.
    pub fn mails_after(&self, number: i64) -> anyhow::Result<Vec<Mail>> {
        Ok(self
            .region
            .store
            .read(|db| mail::after(db, number, MAILS_MAX))?)
    }

    /// Every mail, oldest first, at most the first 10,000.
    ///
    /// # Errors
    /// The state folder cannot be read.
    pub fn mails(&self) -> anyhow::Result<Vec<Mail>> {
        self.mails_after(0)
    }

    /// How many mails SES has accepted on this folder.
    ///
    /// # Errors
    /// The state folder cannot be read.
    pub fn mail_count(&self) -> anyhow::Result<u64> {
        Ok(self.region.store.read(mail::count)?)
    }

    /// Lets something happen to a mail that was accepted earlier: an open, a click, a complaint, a late bounce.
    ///
    /// # Errors
    /// There is no such mail, or it was not sent to this recipient.
    pub fn report(&self, id: &str, recipient: &str, event: &MailEvent) -> anyhow::Result<()> {
        send::report(&self.region, id, recipient, event)
            .map_err(|refusal| anyhow!("{}", refusal.message))
    }

    /// Declares an SES identity, verified or not.
    ///
    /// # Errors
    /// The state folder cannot be written.
    pub fn set_identity(&self, name: &str, verified: bool) -> anyhow::Result<()> {
        Ok(self
            .region
            .store
            .write(|db| identities::declare(db, name, verified))?)
    }

    /// Puts an SSM parameter, in place of one of its name.
    ///
    /// # Errors
    /// The state folder cannot be written.
    pub fn put_parameter(&self, parameter: &Parameter) -> anyhow::Result<()> {
        let now_ms = self.region.clock.now_ms();
        Ok(self
            .region
            .store
            .write(|db| ssm::declare(db, parameter, now_ms))?)
    }

    /// How many messages each queue holds.
    ///
    /// # Errors
    /// The state folder cannot be read.
    pub fn queue_depths(&self) -> anyhow::Result<BTreeMap<String, Depth>> {
        Ok(self.region.queue_depths()?)
    }

    /// Takes everything out of a queue that can be received now: the bodies, oldest first.
    ///
    /// # Errors
    /// The state folder cannot be read.
    pub fn take(&self, queue: &str) -> anyhow::Result<Vec<String>> {
        let now_ms = self.region.clock.now_ms();
        Ok(self
            .region
            .store
            .write(|db| queue::take(db, queue, now_ms))?)
    }

    /// The faults that can be planned.
    pub fn faults(&self) -> &Faults {
        &self.region.faults
    }

    /// Kills every process of a function; new ones take their place. False when there is no such function.
    pub fn kill_function(&self, name: &str) -> bool {
        self.region
            .functions()
            .is_some_and(|functions| functions.kill(name))
    }

    /// The last 200 lines that a function wrote, oldest first.
    pub fn function_log(&self, name: &str) -> Vec<String> {
        self.region
            .functions()
            .and_then(|functions| functions.log(name))
            .unwrap_or_default()
    }

    /// What was used since the start.
    pub fn meter(&self) -> Meter {
        self.region.meter()
    }

    /// Lets the services answer as late as those of AWS do, so that durations are of some use; once, for good.
    pub fn move_away(&self, distances: Distances) {
        let _ = self.region.distances.set(distances);
    }

    /// Stops: takes no more requests, lets what is under way end (for at most 10 seconds), ends the processes and
    /// lets go of the folder.
    pub async fn stop(mut self) {
        drop(self.front);
        let still = self.region.stand_still(STOP_MAX).await;
        self.tasks.shutdown().await;
        self.workers.shutdown().await;
        drop(still);
        drop(self.endpoint);
        // Connections that were cut let go of the region as they are dropped, one by one.
        let end = Instant::now() + STOP_MAX;
        while Arc::strong_count(&self.region) > 1 && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Brings the stored state up to the configuration and clears what the last process left.
fn prepare(store: &Store, config: &Config, now_ms: i64) -> anyhow::Result<()> {
    store.write(|db| {
        for queue in &config.queues {
            queue::declare(db, queue, now_ms)?;
        }
        let voided = queue::void_receives(db, now_ms)?;
        if voided > 0 {
            tracing::info!(
                voided,
                "Messages that the last process was working on are back"
            );
        }
        scheduler::table::declare_group(db, scheduler::DEFAULT_GROUP)?;
        for group in &config.schedule_groups {
            scheduler::table::declare_group(db, group)?;
        }
        for rate in &config.rates {
            scheduler::declare_rate(db, rate, now_ms)?;
        }
        for parameter in &config.parameters {
            ssm::declare(db, parameter, now_ms)?;
        }
        for identity in &config.identities {
            identities::declare(db, identity, true)?;
        }
        Ok::<_, rusqlite::Error>(())
    })?;
    Ok(())
}

fn background(region: &Arc<Region>, functions: &[Function]) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for function in functions {
        if let Some(source) = &function.source {
            tasks.spawn(mapping::run(
                region.clone(),
                function.clone(),
                source.clone(),
            ));
        }
    }
    tasks.spawn(scheduler::run(region.clone()));
    tasks
}

fn environment(endpoint: &str) -> Vec<(String, String)> {
    [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_REGION", names::REGION),
        ("AWS_DEFAULT_REGION", names::REGION),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        // Without it an SDK may look for credentials on a network that a laptop does not have.
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

const MAILS_MAX: u32 = 10_000;
const STOP_MAX: Duration = Duration::from_secs(10);
