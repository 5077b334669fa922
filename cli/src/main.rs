//! The command: everything an engineer, a marketer or an operator types.
//!
//! Each command is one file in `commands/`; what `run` and `serve` share is the laptop, in `laptop/`.

mod arrivals;
mod ask;
mod bench;
mod clock;
mod columns;
mod commands;
mod comparison;
mod dns;
mod doctor;
mod domain;
mod drawing;
mod edition;
mod eml;
mod environment;
mod folder;
mod gallery;
mod halts;
mod html;
mod http;
mod laptop;
mod outlook;
mod output;
mod play;
mod post;
mod progress;
mod random;
mod reasons;
mod rehearsal;
mod runs;
mod signal;
mod spotler;
mod stack;
mod timeline;
mod watch;
mod words;
#[cfg(test)]
#[path = "../tests/it/zones.rs"]
mod zones;

use std::process::ExitCode;

use clap::Parser;

use commands::{Cli, Verdict};
use environment::Environment;
use output::Terminal;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let environment = Environment::read();
    let terminal = Terminal::new(&environment);
    match cli.execute(&environment, terminal) {
        Ok(Verdict::Fine) => ExitCode::SUCCESS,
        Ok(Verdict::Wrong) => ExitCode::from(1),
        Err(error) => {
            terminal.fail(&error);
            ExitCode::from(2)
        }
    }
}
