//! What can be typed: one file for each command.

mod bench;
mod check;
mod contacts;
mod doctor;
mod domain;
mod draw;
mod enroll;
mod events;
mod explain;
mod function;
mod import;
mod migrate;
mod pause;
mod preview;
mod publish;
mod redrive;
mod retry;
mod run;
mod schema;
mod secret;
mod serve;
mod simulate;
mod stats;
mod status;
mod stop;
mod test;
mod trigger;
mod unpublish;

use clap::{Parser, Subcommand};

use crate::environment::Environment;
use crate::output::Terminal;

/// Journeys of mails for the people behind events, kept in files and run on AWS.
///
/// Without a command it plays the example: nine events of a pupil's placement become the right mails to
/// the right people, on this machine alone.
#[derive(Debug, Parser)]
#[command(
    name = "waypost",
    version,
    args_conflicts_with_subcommands = true,
    after_long_help = EXIT_CODES
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten, next_help_heading = "Without a command, as with `run`")]
    run: run::Args,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Serve(serve::Args),
    Check(check::Args),
    Test(test::Args),
    Simulate(simulate::Args),
    Draw(draw::Args),
    Schema(schema::Args),
    Import(import::Args),
    Preview(preview::Args),
    Trigger(trigger::Args),
    Publish(publish::Args),
    Unpublish(unpublish::Args),
    Status(status::Args),
    Events(events::Args),
    Enroll(enroll::Args),
    Pause(pause::Args),
    Resume(pause::ResumeArgs),
    Stop(stop::Args),
    Stats(stats::Args),
    Explain(explain::Args),
    Contacts(contacts::Args),
    Migrate(migrate::Args),
    Retry(retry::Args),
    Redrive(redrive::Args),
    Secret(secret::Args),
    Domain(domain::Args),
    Doctor(doctor::Args),
    Bench(bench::Args),
    #[command(hide = true)]
    Function(function::Args),
}

impl Cli {
    /// Does what was typed.
    ///
    /// # Errors
    /// Fails when the work could not be done; what the work found to be wrong is a [`Verdict`].
    pub(crate) fn execute(
        self,
        environment: &Environment,
        terminal: Terminal,
    ) -> anyhow::Result<Verdict> {
        match self.command.unwrap_or(Command::Run(self.run)) {
            Command::Run(args) => run::run(&args, environment, terminal),
            Command::Serve(args) => serve::serve(args, environment, terminal),
            Command::Function(args) => function::function(&args, environment),
            Command::Check(args) => check::check(&args, terminal),
            Command::Simulate(args) => simulate::simulate(&args, terminal),
            Command::Test(args) => test::test(&args, terminal),
            Command::Import(args) => import::import(&args, terminal),
            Command::Schema(args) => schema::schema(&args, terminal),
            Command::Draw(args) => draw::draw(&args, terminal),
            Command::Preview(args) => preview::preview(&args, terminal),
            Command::Publish(args) => publish::publish(&args, environment, terminal),
            Command::Unpublish(args) => unpublish::unpublish(&args, environment, terminal),
            Command::Status(args) => status::status(&args, environment, terminal),
            Command::Events(args) => events::events(&args, environment, terminal),
            Command::Enroll(args) => enroll::enroll(&args, environment, terminal),
            Command::Pause(args) => pause::pause(&args, environment, terminal),
            Command::Resume(args) => pause::resume(&args, environment, terminal),
            Command::Stop(args) => stop::stop(&args, environment, terminal),
            Command::Stats(args) => stats::stats(&args, environment, terminal),
            Command::Explain(args) => explain::explain(&args, environment, terminal),
            Command::Contacts(args) => contacts::contacts(&args, environment, terminal),
            Command::Migrate(args) => migrate::migrate(&args, environment, terminal),
            Command::Retry(args) => retry::retry(&args, environment, terminal),
            Command::Redrive(args) => redrive::redrive(&args, environment, terminal),
            Command::Domain(args) => domain::domain(&args, environment, terminal),
            Command::Doctor(args) => doctor::doctor(&args, environment, terminal),
            Command::Secret(args) => secret::secret(&args, terminal),
            Command::Bench(args) => bench::bench(&args, environment, terminal),
            Command::Trigger(args) => trigger::trigger(args, terminal),
        }
    }
}

/// What a command that did its work has to say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "it is the exit code"]
pub(crate) enum Verdict {
    /// All is well.
    Fine,
    /// Something is wrong, and was printed.
    Wrong,
}

/// How every command ends.
const EXIT_CODES: &str = "\
Exit codes:
  0  all is well
  1  something is wrong, and it says what
  2  it could not do its work";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_commands_and_their_options_fit_together() {
        Cli::command().debug_assert();
    }
}
