//! What AWS charges: the one price table.
//!
//! List prices of us-east-1 in US dollars, as published by third parties and AWS in November 2026, without any free
//! tier. Other regions cost up to a fifth more.

/// The prices, each for a million of something unless its name says otherwise.
pub(super) struct Prices {
    /// DynamoDB, on demand, standard table class.
    pub(super) write_units: f64,
    /// The same.
    pub(super) read_units: f64,
    /// SQS standard queues.
    pub(super) sqs_requests: f64,
    /// SNS; what it delivers to SQS is free.
    pub(super) sns_publishes: f64,
    /// Lambda.
    pub(super) invocations: f64,
    /// Lambda on arm64; x86_64 costs a quarter more.
    pub(super) gb_seconds: f64,
    /// EventBridge Scheduler: each ring. Making a schedule is free, and so are 14 million rings a month.
    pub(super) schedules: f64,
    /// CloudWatch Logs, standard class: a million bytes that are taken in.
    pub(super) log_bytes: f64,
    /// An HTTP API.
    pub(super) http_requests: f64,
    /// SES: a million mails, a la carte.
    pub(super) mails: f64,
    /// SES: a million mails in the plan ESSENTIALS, in which new accounts begin.
    pub(super) mails_essentials: f64,
}

/// What AWS charges.
pub(super) const PRICES: Prices = Prices {
    write_units: 0.625,
    read_units: 0.125,
    sqs_requests: 0.40,
    sns_publishes: 0.50,
    invocations: 0.20,
    gb_seconds: 13.3334,
    schedules: 1.00,
    log_bytes: 0.000_5,
    http_requests: 1.00,
    mails: 100.0,
    mails_essentials: 160.0,
};
