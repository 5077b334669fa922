//! Amazon EventBridge Scheduler over restJson1; what is due really rings.
//!
//! Deliberate differences from AWS: a schedule rings within milliseconds of its time, not within its minute; a
//! function is called synchronously and its failure counts as the target's (AWS only hands the event over to Lambda,
//! which then tries twice more); retries pause 1 second at first and 10 minutes at most; `cron()`, flexible windows,
//! start and end dates and targets other than Lambda and SQS are refused or ignored; a schedule more than a minute
//! in the past is refused.

mod expression;
mod requests;
mod ring;
pub(crate) mod table;

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use crate::{names, refusal::Refusal, region::Region};

pub(crate) use requests::declare_rate;
pub(crate) use ring::run;

/// Answers one Scheduler request; `name` is the part of the path that names a resource.
pub(crate) fn answer(
    region: &Arc<Region>,
    operation: &str,
    name: &str,
    query: &BTreeMap<String, String>,
    body: &[u8],
) -> Result<Value, Refusal> {
    let group = query.get("groupName").map_or(DEFAULT_GROUP, String::as_str);
    match operation {
        "CreateSchedule" => requests::create(region, name, body),
        "UpdateSchedule" => requests::update(region, name, body),
        "GetSchedule" => requests::get(region, group, name),
        "DeleteSchedule" => requests::delete(region, group, name),
        "ListSchedules" => requests::list(region, query),
        "GetScheduleGroup" => {
            if region.store.read(|db| table::is_group(db, name))? {
                Ok(json!({"Name": name, "Arn": names::schedule_group_arn(name), "State": "ACTIVE"}))
            } else {
                Err(requests::no_group(name))
            }
        }
        other => Err(Refusal::with_status(
            404,
            "UnknownOperationException",
            format!("the Scheduler here has no operation {other}"),
        )),
    }
}

/// The group that is always there.
pub(crate) const DEFAULT_GROUP: &str = "default";
