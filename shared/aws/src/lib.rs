//! The ports on DynamoDB, SQS, EventBridge Scheduler and SES.
