//! Asks before something shared is changed.

use std::io::{self, BufRead, IsTerminal};

use anyhow::{Context, bail};

use crate::output::Terminal;

/// Whether to ask.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Consent {
    /// It has to be asked for.
    Asked,
    /// It was given with `--yes`.
    Given,
}

impl Consent {
    /// Returns what `--yes` says.
    pub(crate) fn of(yes: bool) -> Self {
        if yes { Self::Given } else { Self::Asked }
    }

    /// Asks `question`; returns whether the answer is yes, in full.
    ///
    /// # Errors
    /// Fails where nobody can be asked.
    pub(crate) fn to(self, question: &str, terminal: Terminal) -> anyhow::Result<bool> {
        if self == Self::Given {
            return Ok(true);
        }
        if !io::stdin().is_terminal() || !terminal.is_watched() {
            bail!(
                "nothing was changed: nobody can be asked here; say --yes to go ahead without asking"
            );
        }
        terminal.note(format!("{question} Type yes to go ahead:"));
        let mut answer = String::new();
        io::stdin()
            .lock()
            .read_line(&mut answer)
            .context("cannot read the answer")?;
        let agreed = answer.trim().eq_ignore_ascii_case("yes");
        if !agreed {
            terminal.note("Nothing was changed.");
        }
        Ok(agreed)
    }
}
