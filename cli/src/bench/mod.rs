//! Measures what a mail costs: real runs on the laptop's cloud, counted as AWS bills them.

mod bill;
pub(crate) mod crowd;
mod load;
mod prices;
mod scenario;
mod show;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::ensure;
use local::Distances;
use release::Compiled;

use crate::laptop::{Laptop, Setup, Size};
use bill::Bill;
use load::Load;

pub(crate) use scenario::Scenario;

/// What to measure.
pub(crate) struct Run {
    /// What is posted, and what follows from it.
    pub(crate) scenario: Scenario,
    /// How many events are posted.
    pub(crate) events: u64,
    /// How many post at once.
    pub(crate) senders: u64,
    /// Whether the services answer as late as those of AWS.
    pub(crate) far: bool,
    /// The program that runs as the functions, where it is not this one.
    pub(crate) functions: Option<PathBuf>,
    /// What the functions log, in the words of `RUST_LOG`.
    pub(crate) log_filter: String,
}

/// What was measured.
pub(crate) struct Measured {
    scenario: Scenario,
    events: u64,
    mails: u64,
    posted: Duration,
    settled: Duration,
    functions_cpu: Option<Duration>,
    own_cpu: Option<Duration>,
    bill: Bill,
}

/// Compiles the release that every scenario but `sera` runs on.
///
/// # Errors
/// Fails if it cannot be written.
pub(crate) fn with_release<T>(
    compile: impl FnOnce(&Path) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let folder = tempfile::Builder::new().prefix("waypost-").tempdir()?;
    scenario::write_release(folder.path())?;
    compile(folder.path())
}

impl Run {
    /// Runs it on a laptop of its own.
    ///
    /// # Errors
    /// Fails where an event does not become its mails.
    pub(crate) async fn measure(&self, compiled: &Compiled) -> anyhow::Result<Measured> {
        let folder = tempfile::Builder::new().prefix("waypost-").tempdir()?;
        let setup = Setup {
            folder: folder.path().to_owned(),
            port: 0,
            size: Size::Unhurried,
            log_filter: self.log_filter.clone(),
            metered: true,
        };
        let laptop = Laptop::start_with(setup, self.functions.as_deref()).await?;
        laptop.publish(compiled).await?;
        let measured = self.on(&laptop).await;
        laptop.stop().await;
        measured
    }

    /// Posts the events, and waits until every mail is there and every report is read.
    async fn on(&self, laptop: &Laptop) -> anyhow::Result<Measured> {
        let load = Load {
            laptop,
            scenario: self.scenario,
            senders: self.senders,
        };
        load.warm_up().await?;
        if self.far {
            laptop.cloud().move_away(AS_FAR_AS_AWS);
        }
        let before = laptop.cloud().meter();
        let mails_before = laptop.cloud().mail_count()?;
        let started = Instant::now();
        let posted = load.run(self.events).await?;
        load.let_time_pass().await?;
        let settled = started.elapsed();
        let mails = laptop.cloud().mail_count()? - mails_before;
        let events = self.events;
        ensure!(
            mails == events * self.scenario.mails(),
            "{events} events became {mails} mails"
        );
        let after = laptop.cloud().meter();
        let less = |after: Option<Duration>, before: Option<Duration>| {
            Some(after?.saturating_sub(before?))
        };
        Ok(Measured {
            scenario: self.scenario,
            events,
            mails,
            posted,
            settled,
            functions_cpu: less(after.functions_cpu, before.functions_cpu),
            own_cpu: less(after.own_cpu, before.own_cpu),
            bill: Bill::of(&before, &after, mails),
        })
    }
}

/// What is usual within a region: a few milliseconds, and some more until SES has taken a mail.
const AS_FAR_AS_AWS: Distances = Distances {
    ses: Duration::from_millis(60),
    others: Duration::from_millis(5),
};
