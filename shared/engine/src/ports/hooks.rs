//! Other systems, which are told what happens.

use std::future::Future;

use journey::CallId;
use wire::Secret;

/// Knows what posts to other systems are signed with.
pub trait HookSecrets {
    /// Returns every secret of that name that is valid, the newest first.
    fn hook_secrets(&self, name: &str) -> Vec<Secret>;
}

/// Posts to other systems, over the open internet.
pub trait Hooks {
    /// Makes a post, once.
    fn post(&self, post: &HookPost<'_>) -> impl Future<Output = Result<(), Unposted>> + Send;
}

/// A post to another system, signed by the Standard Webhooks scheme.
#[derive(Clone, Copy)]
pub struct HookPost<'a> {
    /// Where to.
    pub url: &'a str,
    /// What a repeat is known by: `webhook-id`.
    pub id: &'a CallId,
    /// When it is made, in Unix seconds: `webhook-timestamp`.
    pub timestamp: i64,
    /// One signature for each secret: `webhook-signature`.
    pub signatures: &'a str,
    /// What it says, as JSON.
    pub body: &'a str,
}

/// What it says is personal data.
impl std::fmt::Debug for HookPost<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HookPost({})", self.id)
    }
}

/// Why a post was not taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Unposted {
    /// It is refused, and will be again: somebody must mend something.
    Refused(String),
    /// It may be taken a little later; it may even have been taken.
    Unanswered(String),
}
