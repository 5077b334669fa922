//! The one place that prints: results to standard output, what people watch to standard error.

use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};

use anyhow::Context;
use clap::builder::styling::{AnsiColor, Style};

use crate::environment::Environment;

/// For whom a command prints its result.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// Text and tables.
    People,
    /// JSON.
    Programs,
}

impl Form {
    /// Returns the form that was asked for: JSON with `--json`.
    pub(crate) fn asked(json: bool) -> Self {
        if json { Self::Programs } else { Self::People }
    }
}

/// Where a command prints, and what may be printed there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    colors: bool,
    watched: bool,
}

impl Terminal {
    /// Looks at the streams of this process.
    pub(crate) fn new(environment: &Environment) -> Self {
        Self {
            colors: io::stdout().is_terminal() && !environment.no_color,
            watched: io::stderr().is_terminal(),
        }
    }

    /// Returns whether somebody watches standard error: only then is progress shown.
    pub(crate) fn is_watched(self) -> bool {
        self.watched
    }

    /// Returns whether standard output takes colors.
    pub(crate) fn has_colors(self) -> bool {
        self.colors
    }

    /// Prints a line of the result.
    ///
    /// A reader who has seen enough (`waypost check | head`) is no error: what is left is dropped.
    pub(crate) fn say(self, text: impl Display) -> anyhow::Result<()> {
        let mut stdout = io::stdout().lock();
        match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(error).context("cannot write to standard output")
            }
            _ => Ok(()),
        }
    }

    /// Prints a value for programs.
    pub(crate) fn say_json(self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        self.say(serde_json::to_string_pretty(value)?)
    }

    /// Prints a line beside the result; nobody depends on it.
    pub(crate) fn note(self, text: impl Display) {
        // If nobody can read it, there is nobody to tell.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Prints why the command could not do its work: one line, then what failed first and what that came from.
    pub(crate) fn fail(self, error: &anyhow::Error) {
        self.note(format!("waypost: {error}"));
        let mut said = error.to_string();
        let mut causes = Vec::new();
        for cause in error.chain().skip(1).map(ToString::to_string) {
            // Some errors say their cause themselves.
            if !said.contains(&cause) {
                causes.push(cause.clone());
            }
            said = cause;
        }
        // What stands between is how a library is built.
        let root = causes.last().filter(|_| causes.len() > 1);
        for cause in causes.first().into_iter().chain(root) {
            self.note(format!("  because {cause}"));
        }
    }

    /// Returns `text` as something that matters.
    pub(crate) fn strong(self, text: impl Display) -> String {
        self.paint(Style::new().bold(), text)
    }

    /// Returns `text` as something to skip over.
    pub(crate) fn faint(self, text: impl Display) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    /// Returns `text` as something that went well.
    pub(crate) fn good(self, text: impl Display) -> String {
        self.paint(AnsiColor::Green.on_default(), text)
    }

    /// Returns `text` as something that went wrong.
    pub(crate) fn bad(self, text: impl Display) -> String {
        self.paint(AnsiColor::Red.on_default().bold(), text)
    }

    fn paint(self, style: Style, text: impl Display) -> String {
        if self.colors {
            format!("{style}{text}{style:#}")
        } else {
            text.to_string()
        }
    }
}
