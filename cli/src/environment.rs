//! The few environment variables that the command itself heeds, read once.

/// What the environment says.
pub(crate) struct Environment {
    /// `NO_COLOR`: whether somebody wants no colors, see <https://no-color.org>.
    pub(crate) no_color: bool,
    /// `WAYPOST_RESOLVER`: whom to ask about DNS.
    pub(crate) resolver: Option<String>,
    /// `RUST_LOG`: what the functions of a laptop log.
    log_filter: Option<String>,
    /// `WAYPOST_STACK`: the stack that commands work on.
    pub(crate) stack: Option<String>,
    /// Whether somebody says where AWS is: `AWS_ENDPOINT_URL`.
    pub(crate) endpoint: bool,
    /// Who is at work, as the operating system has it.
    user: Option<String>,
    /// `RELEASES_TABLE`: where the publisher of a laptop writes.
    pub(crate) releases_table: Option<String>,
}

impl Environment {
    /// Reads it.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of the command that reads the environment"
    )]
    pub(crate) fn read() -> Self {
        let read = |name| {
            std::env::var(name)
                .ok()
                .filter(|value: &String| !value.is_empty())
        };
        Self {
            no_color: read("NO_COLOR").is_some(),
            resolver: read("WAYPOST_RESOLVER"),
            log_filter: read("RUST_LOG"),
            releases_table: read("RELEASES_TABLE"),
            stack: read("WAYPOST_STACK"),
            endpoint: read("AWS_ENDPOINT_URL").is_some(),
            user: ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(read),
        }
    }

    /// Returns what the functions of a laptop log: the `usual`, unless somebody wants something else.
    pub(crate) fn log_filter(&self, usual: &str) -> String {
        self.log_filter.clone().unwrap_or_else(|| usual.to_owned())
    }

    /// Returns who is at work.
    pub(crate) fn user(&self) -> String {
        self.user.clone().unwrap_or_else(|| "somebody".to_owned())
    }

    /// An environment that says nothing, and wants no colors.
    #[cfg(test)]
    pub(crate) fn plain() -> Self {
        Self {
            no_color: true,
            resolver: None,
            log_filter: None,
            releases_table: None,
            stack: None,
            endpoint: false,
            user: None,
        }
    }
}
