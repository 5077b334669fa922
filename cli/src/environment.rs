//! The few environment variables that the command itself heeds, read once.

/// What the environment says.
pub(crate) struct Environment {
    /// `NO_COLOR`: whether somebody wants no colors, see <https://no-color.org>.
    pub(crate) no_color: bool,
}

impl Environment {
    /// Reads it.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of the command that reads the environment"
    )]
    pub(crate) fn read() -> Self {
        Self {
            no_color: std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
        }
    }
}
