//! The local cloud, driven by the real AWS SDKs and by functions on the real Lambda runtime.

mod echo;
mod lambda;
mod sqs;
mod world;
