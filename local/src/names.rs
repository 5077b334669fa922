//! The account, the region and the names (ARNs, ids) that AWS would give.

use uuid::Uuid;

/// The account number of every local resource.
pub const ACCOUNT: &str = "000000000000";

/// The region of every local resource.
pub const REGION: &str = "eu-west-1";

/// The URL that a queue would have on AWS. The local cloud goes by its last part, whatever stands before.
pub fn queue_url(queue: &str) -> String {
    format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{queue}")
}

/// A queue's ARN.
pub fn queue_arn(queue: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}")
}

/// A function's ARN.
pub fn function_arn(function: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}")
}

/// A schedule's ARN.
pub(crate) fn schedule_arn(group: &str, name: &str) -> String {
    format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/{group}/{name}")
}

/// A schedule group's ARN.
pub(crate) fn schedule_group_arn(group: &str) -> String {
    format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/{group}")
}

/// A sending identity's ARN.
pub(crate) fn identity_arn(identity: &str) -> String {
    format!("arn:aws:ses:{REGION}:{ACCOUNT}:identity/{identity}")
}

/// A parameter's ARN. Its name begins with a slash already where it is a path.
pub(crate) fn parameter_arn(name: &str) -> String {
    let name = name.trim_start_matches('/');
    format!("arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{name}")
}

/// The SNS topic that carries a configuration set's events to its queue.
pub(crate) fn topic_arn(queue: &str) -> String {
    format!("arn:aws:sns:{REGION}:{ACCOUNT}:{queue}")
}

/// The resource that an ARN or a queue URL ends in: the name after the last `:` or `/`.
pub(crate) fn resource(arn_or_url: &str) -> &str {
    arn_or_url.rsplit([':', '/']).next().unwrap_or(arn_or_url)
}

/// A new random id, as AWS gives to requests and messages.
pub(crate) fn new_id() -> String {
    Uuid::new_v4().to_string()
}

/// A new SES id (of a mail or of a piece of feedback): the region's prefix, the time, a UUID.
pub(crate) fn new_ses_id(now_ms: i64) -> String {
    format!("0102{now_ms:012x}-{}-000000", new_id())
}
