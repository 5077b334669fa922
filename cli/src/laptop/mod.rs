//! Waypost on a laptop: the local cloud, with the six functions in it and a release published.

mod keys;
mod logs;
mod publish;
mod state;
mod tables;
mod wiring;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use local::{Cloud, Mail};
use release::Compiled;
use tokio::time::{Instant, timeout_at};
use wire::Secret;

use keys::Keys;

use crate::stack::Served;

pub(crate) use logs::write_logs;
pub(crate) use publish::{PUBLISHER, receive as publish_received};
pub(crate) use state::{Exception, State};
pub(crate) use wiring::Size;

/// A running Waypost.
pub(crate) struct Laptop {
    cloud: Cloud,
    keys: Keys,
    program: PathBuf,
}

/// What a laptop is to be.
pub(crate) struct Setup {
    /// Where all state is kept.
    pub(crate) folder: PathBuf,
    /// The port for events and the inbox; 0 takes any free one.
    pub(crate) port: u16,
    /// How many processes the functions get.
    pub(crate) size: Size,
    /// What the functions log, in the words of `RUST_LOG`.
    pub(crate) log_filter: String,
    /// Whether DynamoDB's units are counted.
    pub(crate) metered: bool,
}

impl Laptop {
    /// Starts it, and goes on where the last one in the same folder stopped.
    ///
    /// # Errors
    /// Fails if the folder is in use or cannot be written, or the port is taken.
    pub(crate) async fn start(setup: Setup) -> anyhow::Result<Self> {
        Self::start_with(setup, None).await
    }

    /// Starts it with another program as its functions: the one that is deployed, for instance.
    ///
    /// # Errors
    /// Fails as [`Self::start`] does.
    pub(crate) async fn start_with(setup: Setup, functions: Option<&Path>) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&setup.folder)
            .with_context(|| format!("cannot make the folder {}", setup.folder.display()))?;
        let keys = Keys::of(&setup.folder)?;
        let mut setup = setup;
        if setup.port == 0 {
            // The pages for recipients are told where they are before the cloud stands.
            setup.port = free_port().context("no port is free")?;
        }
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let config = wiring::config(setup, &keys, functions.unwrap_or(&program));
        let cloud = Cloud::start(config).await?;
        cloud.put_parameter(&wiring::told(events_url(&cloud)))?;
        Ok(Self {
            cloud,
            keys,
            program,
        })
    }

    /// Publishes a release: from here on, events are held against it.
    pub(crate) async fn publish(&self, compiled: &Compiled) -> anyhow::Result<()> {
        for domain in &compiled.sender_domains {
            self.cloud.set_identity(domain, true)?;
        }
        let mut environment = self.cloud.aws_environment();
        environment.push(("RELEASES_TABLE".to_owned(), wiring::RELEASES.to_owned()));
        let publication = release::seal(compiled);
        publish::hand_over(&self.program, environment, &publication).await
    }

    /// Reads what became of everything so far.
    ///
    /// # Errors
    /// Fails where a stored record cannot be read.
    pub(crate) async fn state(&self) -> anyhow::Result<State> {
        tokio::task::block_in_place(|| state::read(&self.cloud))
    }

    /// Reads every mail, oldest first.
    ///
    /// # Errors
    /// Fails where the cloud's state cannot be read.
    pub(crate) fn mails(&self) -> anyhow::Result<Vec<Mail>> {
        state::mails(&self.cloud)
    }

    /// Reads what was refused or could not be done.
    ///
    /// # Errors
    /// Fails where a stored record cannot be read.
    pub(crate) fn exceptions(&self) -> anyhow::Result<BTreeSet<Exception>> {
        state::exceptions(&self.cloud)
    }

    /// Counts what could not be worked off.
    ///
    /// # Errors
    /// Fails where the queues cannot be read.
    pub(crate) fn dead_letters(&self) -> anyhow::Result<u64> {
        let queues = state::queues(&self.cloud)?.into_iter();
        let dead = queues.filter(|(name, _)| name.ends_with(wiring::DEAD));
        Ok(dead.map(|(_, count)| count).sum())
    }

    /// Waits until every event is resolved and every mail sent; reports of mails may be under way.
    ///
    /// Returns whether that is so after `longest`.
    pub(crate) async fn worked_off(&self, longest: Duration) -> anyhow::Result<bool> {
        self.until(longest, || {
            let queues = state::queues(&self.cloud)?;
            let busy = |name: &String| !name.ends_with(wiring::DEAD) && name != wiring::REPORTS;
            Ok(!queues.keys().any(busy))
        })
        .await
    }

    /// Waits until nothing is left to do but what has its time later.
    ///
    /// Returns whether that is so after `longest`.
    pub(crate) async fn quiet(&self, longest: Duration) -> anyhow::Result<bool> {
        self.until(longest, || {
            let queues = state::queues(&self.cloud)?;
            let busy = |name: &String| !name.ends_with(wiring::DEAD);
            Ok(!queues.keys().any(busy) && self.cloud.is_quiet()?)
        })
        .await
    }

    /// Moves the clock to just after `moment`, and waits until what it brings is done.
    ///
    /// # Errors
    /// Fails where the cloud's state cannot be read or written.
    pub(crate) async fn leap(&self, moment: Timestamp, longest: Duration) -> anyhow::Result<bool> {
        let ahead = moment.duration_since(self.cloud.now()) + SignedDuration::from_secs(1);
        if let Ok(ahead) = Duration::try_from(ahead) {
            self.cloud.move_clock(ahead).await?;
        }
        self.quiet(longest).await
    }

    /// Waits until something holds; looks again whenever anything happened in the cloud.
    async fn until(
        &self,
        longest: Duration,
        holds: impl Fn() -> anyhow::Result<bool>,
    ) -> anyhow::Result<bool> {
        let end = Instant::now() + longest;
        let mut changes = self.cloud.changes();
        loop {
            changes.mark_unchanged();
            if holds()? {
                return Ok(true);
            }
            if timeout_at(end, changes.changed()).await.is_err() {
                return Ok(false);
            }
        }
    }

    /// Returns the last lines that the functions wrote, each with the function's name.
    pub(crate) fn logs(&self) -> Vec<String> {
        let functions = wiring::functions();
        let lines = functions.flat_map(|name| {
            let lines = self.cloud.function_log(name).into_iter();
            lines.map(move |line| format!("{name}: {line}"))
        });
        lines.collect()
    }

    /// Returns the cloud.
    pub(crate) fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    /// Returns what a source signs its posts with.
    pub(crate) fn secret(&self) -> &Secret {
        &self.keys.secret
    }

    /// Returns where a source posts its events.
    pub(crate) fn events_url(&self) -> String {
        events_url(&self.cloud)
    }

    /// Returns what other commands in its folder must know to work on it.
    pub(crate) fn served(&self) -> Served {
        let environment = self.cloud.aws_environment();
        let region = environment.iter().find(|(name, _)| name == "AWS_REGION");
        Served {
            stack: wiring::STACK.to_owned(),
            endpoint: self.cloud.aws_endpoint().to_owned(),
            region: region.map(|(_, region)| region.clone()).unwrap_or_default(),
        }
    }

    /// Stops it in order; what waits goes on when it is started again.
    pub(crate) async fn stop(self) {
        self.cloud.stop().await;
    }
}

fn events_url(cloud: &Cloud) -> String {
    format!("{}/v1/events", cloud.url())
}

fn free_port() -> std::io::Result<u16> {
    let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// The port of `waypost serve`, unless it is told another.
pub(crate) const PORT: u16 = 8787;

/// Where `waypost serve` keeps everything, relative to the folder it runs in.
pub(crate) const FOLDER: &str = ".waypost";

/// Where `waypost serve` keeps its signing secret, relative to the folder it runs in.
pub(crate) const SECRET_FILE: &str = ".waypost/secret";
