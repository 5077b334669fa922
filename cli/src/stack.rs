//! The stack that a command works on: the one that is named, or the laptop's of this folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use aws::{Aws, Endpoint, Operator};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use wire::Queues;

use crate::clock;
use crate::environment::Environment;
use crate::http::Client;

/// Which stack to work on.
#[derive(Debug, clap::Args)]
pub(crate) struct Choice {
    /// The stack to work on [default: $WAYPOST_STACK, else the `waypost serve` of this folder]
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
}

/// A stack that was found.
pub(crate) struct Stack {
    operator: Operator,
    aws: Aws,
}

impl Choice {
    /// Finds the stack.
    ///
    /// # Errors
    /// Says what to do where none is named, or it cannot be found.
    pub(crate) async fn open(&self, environment: &Environment) -> anyhow::Result<Stack> {
        let named = self.stack.as_ref().or(environment.stack.as_ref());
        let laptop = Served::find()?;
        let (name, served) = match (named, laptop) {
            // Named as the laptop's is, with no AWS of one's own: it is the one of this folder.
            (Some(name), Some(served)) if *name == served.stack && !environment.endpoint => {
                (name.clone(), Some(served))
            }
            (Some(name), _) => (name.clone(), None),
            (None, Some(served)) => (served.stack.clone(), Some(served)),
            (None, None) => bail!(
                "no stack is named: say --stack NAME, set WAYPOST_STACK, or run this where \
                 `waypost serve` runs"
            ),
        };
        let Some(served) = served else {
            let operator = Operator::open(&name).await?;
            return Stack::of(operator, SignedDuration::ZERO).await;
        };
        let ahead = served.ahead().with_context(|| {
            format!(
                "the `waypost serve` of this folder does not answer: start it again, or remove {}",
                Served::file().display()
            )
        })?;
        let operator = Operator::open_at(&name, &served.endpoint()).await?;
        Stack::of(operator, ahead).await
    }
}

impl Stack {
    async fn of(operator: Operator, ahead: SignedDuration) -> anyhow::Result<Self> {
        let aws = operator.aws(ahead).await?;
        Ok(Self { operator, aws })
    }

    /// Returns its name.
    pub(crate) fn name(&self) -> &str {
        self.operator.stack()
    }

    /// Returns its AWS.
    pub(crate) fn aws(&self) -> &Aws {
        &self.aws
    }

    /// Returns who operates it.
    pub(crate) fn operator(&self) -> &Operator {
        &self.operator
    }

    /// Returns its queues.
    pub(crate) fn queues(&self) -> &Queues {
        &self.operator.wiring().queues
    }

    /// Returns its time: a laptop's clock may have been moved.
    pub(crate) fn now(&self) -> Timestamp {
        engine::Clock::now(&self.aws)
    }

    /// Names the secrets that it lacks.
    ///
    /// # Errors
    /// Fails where AWS does.
    pub(crate) async fn missing_secrets(&self) -> anyhow::Result<Vec<&'static str>> {
        let mut missing = Vec::new();
        for name in ["signing-secrets", "address-key"] {
            if self.operator.parameter(name).await?.is_none() {
                missing.push(name);
            }
        }
        Ok(missing)
    }
}

/// What `waypost serve` tells the other commands in its folder.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Served {
    /// The name of its stack.
    pub(crate) stack: String,
    /// Its AWS.
    pub(crate) endpoint: String,
    /// Its region.
    pub(crate) region: String,
}

impl Served {
    /// Tells it.
    pub(crate) fn tell(&self) -> anyhow::Result<()> {
        let file = Self::file();
        let text = serde_json::to_string(self)?;
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Returns the time of the `waypost serve` of this folder, if there is one that answers.
    pub(crate) fn now() -> Option<Timestamp> {
        let served = Self::find().ok().flatten()?;
        clock::now().checked_add(served.ahead().ok()?).ok()
    }

    /// Tells nothing any more.
    pub(crate) fn forget() {
        // Whoever reads it then learns that nobody answers there.
        let _ = fs::remove_file(Self::file());
    }

    fn find() -> anyhow::Result<Option<Self>> {
        let file = Self::file();
        let Ok(text) = fs::read_to_string(&file) else {
            return Ok(None);
        };
        let served = serde_json::from_str(&text);
        let served = served.with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Some(served))
    }

    fn file() -> PathBuf {
        Path::new(crate::laptop::FOLDER).join("endpoint.json")
    }

    fn endpoint(&self) -> Endpoint {
        Endpoint {
            url: self.endpoint.clone(),
            region: self.region.clone(),
            // A laptop checks none.
            key: "local".to_owned(),
            secret: "local".to_owned(),
        }
    }

    /// Returns how far its clock runs ahead.
    fn ahead(&self) -> anyhow::Result<SignedDuration> {
        #[derive(Deserialize)]
        struct Told {
            now: String,
        }
        let client = Client::new(&format!("{}/_local/clock", self.endpoint))?;
        let told: Told = serde_json::from_str(&client.get()?.body)?;
        let now: Timestamp = told.now.parse()?;
        let ahead = now.duration_since(clock::now());
        // It is only ever moved by whole seconds.
        let rounded = ahead.as_millis() + 500;
        Ok(SignedDuration::from_secs(i64::try_from(
            rounded.div_euclid(1000),
        )?))
    }
}

/// Runs what talks to AWS.
pub(crate) fn wait_for<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    runtime.block_on(work)
}

/// Writes a moment in the zone of a project.
pub(crate) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}
