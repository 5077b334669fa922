//! The local cloud, driven by the real AWS SDKs and by functions on the real Lambda runtime.
#![expect(clippy::unwrap_used, reason = "whatever fails here fails a test")]

mod dynamodb;
mod echo;
mod faults;
mod front;
mod host;
mod lambda;
mod restart;
mod scheduler;
mod ses;
mod ses_events;
mod ses_identities;
mod sqs;
mod ssm;
mod time;
mod world;
