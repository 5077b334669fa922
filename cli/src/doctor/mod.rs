//! What is right with a stack, what is wrong, and what to do about it.
//!
//! **Invariant:** no finding holds an address or a secret.

pub(crate) mod account;
pub(crate) mod domains;
mod show;
pub(crate) mod stack;
#[cfg(test)]
mod tests;
pub(crate) mod tracking;

pub(crate) use show::{json, show};

/// One thing that was looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Finding {
    /// What was looked at.
    pub(crate) check: &'static str,
    /// The domain or queue that it is about, if it is about one.
    pub(crate) about: Option<String>,
    /// How it stands.
    pub(crate) mark: Mark,
    /// What is so.
    pub(crate) says: String,
    /// What to do.
    pub(crate) do_this: Option<String>,
}

/// How a thing stands.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Mark {
    /// It is right.
    Fine,
    /// It works, and could be better.
    Advice,
    /// It could not be read.
    Unread,
    /// It is wrong.
    Wrong,
}

impl Mark {
    /// Returns its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Advice => "advice",
            Self::Unread => "unread",
            Self::Wrong => "wrong",
        }
    }
}

impl Finding {
    /// Makes one of what is right.
    pub(crate) fn fine(check: &'static str, says: impl Into<String>) -> Self {
        Self {
            check,
            about: None,
            mark: Mark::Fine,
            says: says.into(),
            do_this: None,
        }
    }

    /// Makes one of what works and could be better.
    pub(crate) fn advice(
        check: &'static str,
        says: impl Into<String>,
        do_this: impl Into<String>,
    ) -> Self {
        Self {
            mark: Mark::Advice,
            do_this: Some(do_this.into()),
            ..Self::fine(check, says)
        }
    }

    /// Makes one of what is wrong.
    pub(crate) fn wrong(
        check: &'static str,
        says: impl Into<String>,
        do_this: impl Into<String>,
    ) -> Self {
        Self {
            mark: Mark::Wrong,
            ..Self::advice(check, says, do_this)
        }
    }

    /// Makes one of what could not be read.
    pub(crate) fn unread(check: &'static str, why: impl std::fmt::Display) -> Self {
        Self {
            mark: Mark::Unread,
            ..Self::fine(check, format!("could not be read: {why}"))
        }
    }

    /// Says what it is about.
    pub(crate) fn about(self, about: impl Into<String>) -> Self {
        Self {
            about: Some(about.into()),
            ..self
        }
    }
}

/// Judges what was read; says so where it could not be.
pub(crate) fn judge<T>(
    checks: &[&'static str],
    read: anyhow::Result<T>,
    judge: impl FnOnce(T) -> Vec<Finding>,
) -> Vec<Finding> {
    match read {
        Ok(read) => judge(read),
        Err(error) => {
            let why = format!("{error:#}");
            let unread = checks.iter().map(|check| Finding::unread(check, &why));
            unread.collect()
        }
    }
}
