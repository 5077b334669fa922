//! A stored or queued text that this version cannot read.

/// Something stored or queued is not what it should be.
///
/// Says which part, never what stands in it: that may be personal data.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("cannot read {part}")]
pub struct Unreadable {
    part: String,
    newer: bool,
}

impl Unreadable {
    /// Names the part that cannot be read.
    pub fn new(part: impl Into<String>) -> Self {
        Self {
            part: part.into(),
            newer: false,
        }
    }

    /// Says that a newer version wrote it.
    pub(crate) fn newer(part: impl Into<String>) -> Self {
        Self {
            newer: true,
            ..Self::new(part)
        }
    }

    /// Returns whether a newer version wrote it, so that a newer function can read it.
    pub fn is_newer(&self) -> bool {
        self.newer
    }
}

impl From<jiff::Error> for Unreadable {
    fn from(_: jiff::Error) -> Self {
        Self::new("a date or a time")
    }
}

impl From<journey::NotAnId> for Unreadable {
    fn from(error: journey::NotAnId) -> Self {
        Self::new(format!("an identifier ({error})"))
    }
}

impl From<journey::AddressError> for Unreadable {
    fn from(_: journey::AddressError) -> Self {
        Self::new("an e-mail address")
    }
}

/// serde's own message may quote the data, so only the place is kept.
impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self::new(format!(
            "JSON at line {}, column {}",
            error.line(),
            error.column()
        ))
    }
}
