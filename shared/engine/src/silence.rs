//! Notices when a journey that normally starts has stopped doing so.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use journey::Fired;

use crate::{Clock, Firings, Metric, Metrics, Plans, Releases};

/// Which journeys this process has noted as started, and when: an hour of events costs one write.
#[derive(Debug, Default)]
pub struct Pulse(Mutex<BTreeMap<String, Timestamp>>);

impl Pulse {
    /// Notes that a journey has started; that this cannot be written down keeps nobody waiting.
    pub(crate) async fn beat(&self, io: &(impl Clock + Firings), journey: &str) {
        let now = io.now();
        let last = self.noted().get(journey).copied();
        if last.is_some_and(|last| now.duration_since(last) < NOTED_FOR) {
            return;
        }
        match note(io, journey, now).await {
            Ok(()) => {
                self.noted().insert(journey.to_owned(), now);
            }
            Err(error) => tracing::warn!("That {journey} has started is not noted: {error:#}"),
        }
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Two processes may overwrite each other: both write almost the same, and the next hour mends it.
async fn note(io: &impl Firings, journey: &str, now: Timestamp) -> anyhow::Result<()> {
    let known = io.fired(&[journey]).await?;
    let fired = match known.get(journey) {
        Some(fired) => fired.again(now),
        None => Fired::once(now),
    };
    io.put_fired(journey, &fired).await
}

/// Counts the published journeys that are silent, and names them in the log.
///
/// That they cannot be read is logged: a sweep is there to wake people, and goes on.
pub(crate) async fn measure_silence(io: &(impl Clock + Releases + Plans + Firings + Metrics)) {
    match silent(io).await {
        Ok(journeys) => {
            for journey in &journeys {
                tracing::warn!(
                    journey,
                    "The journey {journey} is silent: it normally starts, and has not for long"
                );
            }
            io.count(Metric::SilentJourneys, journeys.len() as u64);
        }
        Err(error) => tracing::warn!("Which journeys are silent is not known: {error:#}"),
    }
}

/// Nobody expects a journey to start that takes nobody in, nor one that takes people in again only since today.
async fn silent(io: &(impl Clock + Releases + Plans + Firings)) -> anyhow::Result<Vec<String>> {
    let Some((_, release)) = io.current().await? else {
        return Ok(Vec::new());
    };
    let names: Vec<_> = release.journeys.keys().map(String::as_str).collect();
    let known = io.fired(&names).await?;
    let (zone, now) = (&release.settings.zone, io.now());
    let mut silent = Vec::new();
    for (name, entrance) in &release.journeys {
        let is_silent = |fired: &Fired| fired.is_silent(entrance.silence.as_ref(), zone, now);
        let Some(fired) = known.get(name.as_str()).filter(|fired| is_silent(fired)) else {
            continue;
        };
        let publish = io.plan(&entrance.plan).await?.publish;
        if publish.is_open(now, zone) && is_silent(&fired.expected_from(publish.opened(zone))) {
            silent.push(name.clone());
        }
    }
    Ok(silent)
}

const NOTED_FOR: SignedDuration = SignedDuration::from_hours(1);
