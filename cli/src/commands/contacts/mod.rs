//! `waypost contacts`: what is kept about one person, told or erased.

mod erase;
mod export;
mod kept;

pub(super) use export::with_address;
pub(super) use kept::{Kept, Who};

use super::{EXIT_CODES, Verdict};
use crate::environment::Environment;
use crate::output::Terminal;

/// Tells or erases what is kept about one person, as they may ask by the GDPR.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Export(export::Args),
    Erase(erase::Args),
}

/// Tells or erases what is kept about one person.
pub(super) fn contacts(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    match &args.command {
        Command::Export(args) => export::export(args, environment, terminal),
        Command::Erase(args) => erase::erase(args, environment, terminal),
    }
}
