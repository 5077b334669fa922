//! AWS on a laptop: the services that Waypost uses, in one process, on one folder.
//!
//! [`Cloud::start`] serves DynamoDB, SQS, EventBridge Scheduler, SES, SSM and Lambda on one AWS endpoint, runs the declared
//! functions as real processes through the real Runtime API, and opens a front with their HTTP routes and an inbox.
//! The functions have no local branch: they are pointed here by `AWS_ENDPOINT_URL` alone.
//!
//! Everything that was acknowledged survives a kill at any moment. A clock that can be moved ahead makes a journey of
//! months a matter of seconds. Faults can be planned for every operation.
//!
//! Each module says where its service deliberately differs from AWS. Common to all: one account, one region, no
//! IAM (any credentials will do, signatures are not checked), no quotas beyond those named, no encryption.

mod aws;
mod bucket;
mod clock;
mod cloud;
mod config;
mod dynamodb;
mod faults;
mod front;
mod http;
mod knobs;
mod lambda;
mod meter;
mod names;
mod refusal;
mod region;
mod scheduler;
mod ses;
mod sqs;
mod ssm;
mod store;

pub use cloud::Cloud;
pub use config::{
    Config, ConfigurationSet, EventSource, Function, Index, Key, KeyKind, Parameter, Queue, Rate,
    Route, Sending, Table, Throttle,
};
pub use faults::{Fault, Faults};
pub use meter::Meter;
pub use names::{ACCOUNT, REGION, function_arn, queue_arn, queue_url};
pub use ses::{
    events::{Bounce, MailEvent},
    mail::{Mail, Outcome},
};
pub use sqs::queue::Depth;
