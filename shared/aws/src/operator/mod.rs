//! AWS, as somebody at a keyboard uses it: not as a function, and for one stack.

mod mail;

use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};

pub use mail::{Dkim, EventDestination, MailAccount, MailFrom, MailIdentity, Quota, Unverified};

/// An operator of one stack.
#[derive(Debug)]
pub struct Operator {
    ses: aws_sdk_sesv2::Client,
}

/// Says which request failed, and why.
fn told<E: ProvideErrorMetadata, R>(request: &str, error: SdkError<E, R>) -> anyhow::Error {
    let code = error.code().unwrap_or("no answer").to_owned();
    let message = error.message().unwrap_or_default();
    anyhow::anyhow!("{request}: {code} {message}")
}
