//! The Scheduler's requests: create, get, update, delete, list.

use std::{collections::BTreeMap, sync::Arc};

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    DEFAULT_GROUP,
    expression::{Expression, rate},
    table::{self, Schedule},
};
use crate::{config::Rate, names, refusal::Refusal, region::Region};

/// What is kept of a request, and given back by `GetSchedule`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    #[serde(default = "default_group")]
    group_name: String,
    schedule_expression: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule_expression_timezone: Option<String>,
    #[serde(default = "enabled")]
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    flexible_time_window: FlexibleTimeWindow,
    /// The same for the retries of one call.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
    #[serde(default = "none")]
    pub(super) action_after_completion: String,
    pub(super) target: Target,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FlexibleTimeWindow {
    mode: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Target {
    pub(super) arn: String,
    pub(super) role_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) input: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retry_policy: Option<RetryPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dead_letter_config: Option<DeadLetterConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sqs_parameters: Option<SqsParameters>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RetryPolicy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) maximum_retry_attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) maximum_event_age_in_seconds: Option<i64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeadLetterConfig {
    pub(super) arn: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SqsParameters {
    pub(super) message_group_id: Option<String>,
}

/// Answers `CreateSchedule`.
pub(super) fn create(region: &Arc<Region>, name: &str, body: &[u8]) -> Result<Value, Refusal> {
    store(region, name, body, |db, request| {
        let group = &request.group_name;
        if !table::is_group(db, group)? {
            return Err(no_group(group));
        }
        let earlier = table::get(db, group, name)?;
        if let Some(earlier) = &earlier
            && !request.is_retry_of(earlier)
        {
            return Err(Refusal::with_status(
                409,
                "ConflictException",
                format!("Schedule {name} already exists."),
            ));
        }
        Ok(earlier)
    })
}

/// Answers `UpdateSchedule`.
pub(super) fn update(region: &Arc<Region>, name: &str, body: &[u8]) -> Result<Value, Refusal> {
    store(region, name, body, |db, request| {
        table::get(db, &request.group_name, name)?
            .map(Some)
            .ok_or_else(|| no_schedule(name))
    })
}

fn store(
    region: &Region,
    name: &str,
    body: &[u8],
    earlier: impl FnOnce(&Transaction<'_>, &Request) -> Result<Option<Schedule>, Refusal>,
) -> Result<Value, Refusal> {
    let request: Request =
        serde_json::from_slice(body).map_err(|error| invalid(error.to_string()))?;
    check_name(name)?;
    let now_ms = region.clock.now_ms();
    let expression = request.check(region, now_ms)?;
    let arn = region.store.write(|db| {
        let earlier = earlier(db, &request)?;
        let schedule = Schedule::new(name, &request, expression, now_ms, earlier.as_ref());
        table::put(db, &schedule)?;
        Ok::<_, Refusal>(names::schedule_arn(&request.group_name, name))
    })?;
    region.store.ring_schedules();
    Ok(json!({"ScheduleArn": arn}))
}

impl Schedule {
    fn new(
        name: &str,
        request: &Request,
        expression: Expression,
        now_ms: i64,
        earlier: Option<&Self>,
    ) -> Self {
        let first_ms = Some(expression.first_ms(now_ms));
        Self {
            group: request.group_name.clone(),
            name: name.into(),
            version: earlier.map_or(0, |earlier| earlier.version + 1),
            request: json!(request).to_string(),
            enabled: request.state == "ENABLED",
            due_ms: first_ms,
            next_ms: first_ms,
            period_ms: match expression {
                Expression::Every(period_ms) => Some(period_ms),
                Expression::At(_) => None,
            },
            attempts: 0,
            first_tried_ms: None,
            created_ms: earlier.map_or(now_ms, |earlier| earlier.created_ms),
            modified_ms: now_ms,
        }
    }
}

impl Request {
    /// Whether this is the very call that made the schedule, sent again.
    fn is_retry_of(&self, earlier: &Schedule) -> bool {
        let earlier: Option<Self> = serde_json::from_str(&earlier.request).ok();
        self.client_token.is_some()
            && earlier.is_some_and(|earlier| earlier.client_token == self.client_token)
    }

    fn check(&self, region: &Region, now_ms: i64) -> Result<Expression, Refusal> {
        let text = &self.schedule_expression;
        let expression = Expression::parse(text, self.schedule_expression_timezone.as_deref())
            .map_err(|why| invalid(format!("Invalid Schedule Expression {text}: {why}.")))?;
        if let Expression::At(at_ms) = expression
            && at_ms < now_ms - PAST_MS_MAX
        {
            return Err(invalid(format!(
                "Invalid Schedule Expression {text}: it is in the past."
            )));
        }
        if self.flexible_time_window.mode != "OFF" {
            return Err(invalid(
                "The local cloud knows only FlexibleTimeWindow.Mode OFF.",
            ));
        }
        if !matches!(self.state.as_str(), "ENABLED" | "DISABLED") {
            return Err(invalid("State must be ENABLED or DISABLED."));
        }
        if !matches!(self.action_after_completion.as_str(), "NONE" | "DELETE") {
            return Err(invalid("ActionAfterCompletion must be NONE or DELETE."));
        }
        let target = &self.target;
        let name = names::resource(&target.arn);
        let is_function = region
            .functions()
            .is_none_or(|functions| functions.contains(name));
        if target.arn != names::queue_arn(name)
            && !(target.arn == names::function_arn(name) && is_function)
        {
            return Err(invalid(format!(
                "Target.Arn {} is neither a local function nor a local queue.",
                target.arn
            )));
        }
        if target
            .input
            .as_ref()
            .is_some_and(|input| input.len() > INPUT_BYTES_MAX)
        {
            return Err(invalid("Target.Input is longer than 262144 bytes."));
        }
        Ok(expression)
    }
}

/// Makes a declared rate a schedule, and leaves the time of its next ring when it already is one.
pub(crate) fn declare_rate(
    db: &Transaction<'_>,
    declared: &Rate,
    now_ms: i64,
) -> rusqlite::Result<()> {
    let expression = rate(declared.every);
    let request = Request {
        group_name: default_group(),
        schedule_expression: expression.clone(),
        schedule_expression_timezone: None,
        state: enabled(),
        description: None,
        client_token: None,
        flexible_time_window: FlexibleTimeWindow { mode: "OFF".into() },
        action_after_completion: none(),
        target: Target {
            arn: names::function_arn(&declared.function),
            role_arn: format!("arn:aws:iam::{}:role/local", names::ACCOUNT),
            input: Some(declared.input.clone()),
            retry_policy: None,
            dead_letter_config: None,
            sqs_parameters: None,
        },
    };
    let Ok(expression) = Expression::parse(&expression, None) else {
        return Ok(());
    };
    let earlier = table::get(db, DEFAULT_GROUP, &declared.name)?;
    let mut schedule = Schedule::new(
        &declared.name,
        &request,
        expression,
        now_ms,
        earlier.as_ref(),
    );
    if let Some(earlier) = earlier.filter(|earlier| earlier.period_ms == schedule.period_ms) {
        (schedule.due_ms, schedule.next_ms) = (earlier.due_ms, earlier.next_ms);
    }
    table::put(db, &schedule)
}

/// Answers `GetSchedule`.
pub(super) fn get(region: &Region, group: &str, name: &str) -> Result<Value, Refusal> {
    let schedule = region
        .store
        .read(|db| table::get(db, group, name))?
        .ok_or_else(|| no_schedule(name))?;
    let mut shown: Value = serde_json::from_str(&schedule.request).unwrap_or_default();
    if let Some(fields) = shown.as_object_mut() {
        fields.remove("ClientToken");
    }
    shown["Name"] = name.into();
    shown["Arn"] = names::schedule_arn(group, name).into();
    shown["CreationDate"] = (schedule.created_ms / 1000).into();
    shown["LastModificationDate"] = (schedule.modified_ms / 1000).into();
    Ok(shown)
}

/// Answers `DeleteSchedule`.
pub(super) fn delete(region: &Region, group: &str, name: &str) -> Result<Value, Refusal> {
    if region
        .store
        .write(|db| table::delete(db, group, name, None))?
    {
        region.store.ring_schedules();
        return Ok(json!({}));
    }
    Err(no_schedule(name))
}

/// Answers `ListSchedules`.
pub(super) fn list(region: &Region, query: &BTreeMap<String, String>) -> Result<Value, Refusal> {
    let limit = match query.get("MaxResults").map(|text| text.parse::<usize>()) {
        None => PAGE_MAX,
        Some(Ok(limit @ 1..=PAGE_MAX)) => limit,
        Some(_) => return Err(invalid("MaxResults must be 1 to 100.")),
    };
    let group = query.get("ScheduleGroup").map(String::as_str);
    let prefix = query.get("NamePrefix").map_or("", String::as_str);
    let after = query
        .get("NextToken")
        .and_then(|token| token.split_once('/'))
        .unwrap_or(("", ""));
    let mut schedules = region
        .store
        .read(|db| table::list(db, after, group, prefix, limit + 1))?;
    let more = schedules.len() > limit;
    schedules.truncate(limit);
    let token = schedules
        .last()
        .filter(|_| more)
        .map(|last| format!("{}/{}", last.group, last.name));
    let shown: Vec<_> = schedules.iter().map(summary).collect();
    let mut page = json!({"Schedules": shown});
    if let Some(token) = token {
        page["NextToken"] = token.into();
    }
    Ok(page)
}

fn summary(schedule: &Schedule) -> Value {
    let request: Value = serde_json::from_str(&schedule.request).unwrap_or_default();
    json!({
        "Arn": names::schedule_arn(&schedule.group, &schedule.name),
        "GroupName": schedule.group,
        "Name": schedule.name,
        "State": if schedule.enabled { "ENABLED" } else { "DISABLED" },
        "CreationDate": schedule.created_ms / 1000,
        "LastModificationDate": schedule.modified_ms / 1000,
        "Target": {"Arn": request["Target"]["Arn"]},
    })
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=64).contains(&name.len()) && name.chars().all(good) {
        return Ok(());
    }
    Err(invalid(
        "Name must be 1 to 64 letters, digits, hyphens, underscores and dots.",
    ))
}

pub(super) fn no_group(group: &str) -> Refusal {
    Refusal::with_status(
        404,
        "ResourceNotFoundException",
        format!("Schedule group {group} does not exist."),
    )
}

fn no_schedule(name: &str) -> Refusal {
    Refusal::with_status(
        404,
        "ResourceNotFoundException",
        format!("Schedule {name} does not exist."),
    )
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::bad("ValidationException", message)
}

fn default_group() -> String {
    DEFAULT_GROUP.into()
}

fn enabled() -> String {
    "ENABLED".into()
}

fn none() -> String {
    "NONE".into()
}

/// How far in the past an `at` may lie: a minute, the Scheduler's own grain.
const PAST_MS_MAX: i64 = 60_000;
const INPUT_BYTES_MAX: usize = 262_144;
const PAGE_MAX: usize = 100;
