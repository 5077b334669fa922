//! The stack that a command works on.

use anyhow::{Context, anyhow};
use aws::{Aws, Operator, Setting, Settings};
use jiff::Timestamp;

use crate::environment::Environment;

/// Which stack to work on.
#[derive(Debug, clap::Args)]
pub(crate) struct Choice {
    /// The stack to work on
    #[arg(long, value_name = "NAME")]
    stack: String,
}

/// A stack that was found.
pub(crate) struct Stack {
    operator: Operator,
    aws: Aws,
}

impl Choice {
    /// Finds the stack.
    pub(crate) async fn open(&self, _: &Environment) -> anyhow::Result<Stack> {
        let operator = Operator::open(&self.stack).await?;
        let tables = operator.wiring().tables.clone();
        let settings = Settings::read(
            |name| match name {
                "ENROLLMENTS_TABLE" => Some(tables.enrollments.clone()),
                "RELEASES_TABLE" => Some(tables.releases.clone()),
                _ => None,
            },
            &[Setting::EnrollmentsTable, Setting::ReleasesTable],
            &[],
        );
        let aws = Aws::connect(settings.map_err(|error| anyhow!(error))?).await?;
        Ok(Stack { operator, aws })
    }
}

impl Stack {
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

    /// Returns its time.
    pub(crate) fn now(&self) -> Timestamp {
        engine::Clock::now(&self.aws)
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
