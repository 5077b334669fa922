//! What is wrong with a post, as RFC 9457 problem details.

use serde::Serialize;

/// An answer to a post that is not accepted.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// What kind of problem it is, the same for every occurrence.
    pub title: &'static str,
    /// What to do about it.
    pub detail: String,
    /// Where the first fault is, as a JSON Pointer (RFC 6901) into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The declared name that an unknown one is nearest to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
    /// Everything that is wrong, each with its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
}

impl Problem {
    /// The media type of the answer.
    pub const MEDIA_TYPE: &str = "application/problem+json";

    /// Describes a problem that concerns the post as a whole.
    pub fn new(status: u16, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            title,
            detail: detail.into(),
            pointer: None,
            did_you_mean: None,
            errors: Vec::new(),
        }
    }

    /// Describes a post with faults in it; there must be at least one.
    ///
    /// Of very many faults only the first are kept, so that the answer is one that can be sent.
    pub fn with_faults(status: u16, title: &'static str, errors: Vec<Fault>) -> Self {
        let mut errors = errors;
        let detail = match errors.as_slice() {
            [] => String::new(),
            [only] => only.detail.clone(),
            [first, rest @ ..] => format!("{}; and {} more", first.detail, rest.len()),
        };
        errors.truncate(FAULTS_MAX);
        Self {
            status,
            title,
            detail,
            pointer: errors.first().map(|fault| fault.pointer.clone()),
            did_you_mean: errors.iter().find_map(|fault| fault.did_you_mean.clone()),
            errors,
        }
    }
}

/// One thing that is wrong with a post.
///
/// Names keys and kinds, never values: those are personal data.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Fault {
    /// Where it is, as a JSON Pointer (RFC 6901) into the body.
    pub pointer: String,
    /// What is wrong and what to do.
    pub detail: String,
    /// The declared name that an unknown one is nearest to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
}

impl Fault {
    /// Describes a fault at `pointer`.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            detail: detail.into(),
            did_you_mean: None,
        }
    }

    /// Adds the nearest declared name.
    #[must_use]
    pub fn did_you_mean(mut self, name: Option<&str>) -> Self {
        if let Some(name) = name {
            self.detail = format!("{}; did you mean `{name}`?", self.detail);
            self.did_you_mean = Some(name.to_owned());
        }
        self
    }
}

/// A Lambda function's answer has at most 6 MB.
const FAULTS_MAX: usize = 1000;
