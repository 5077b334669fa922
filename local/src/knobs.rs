//! The knobs under `/_local/` on the AWS endpoint: faults, the clock, processes, counts.
//!
//! | request | does |
//! |---|---|
//! | `POST faults` `{"operation", "requests", "skip", "fault": {"kind", ...}}` | plans faults, after `skip` good requests |
//! | `DELETE faults` | forgets them |
//! | `POST clock` `{"seconds"}` | moves the clock ahead |
//! | `GET clock` | tells the time |
//! | `POST functions/{name}/kill` | kills its processes |
//! | `GET functions/{name}/log` | its last lines |
//! | `POST mails/{id}/events` `{"recipient", "event"}` | lets it happen: `"open"`, `"complaint"`, `{"bounce": "permanent"}`, `{"click": {"link"}}`, ... |
//! | `PUT identities/{name}` `{"verified"}` | declares an SES identity, verified or not |
//! | `PUT account` | what SES's `GetAccount` says otherwise than usual, as it says it |
//! | `GET queues` | how many messages each holds |
//! | `GET meter` | what was used so far |

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use hyper::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    faults::Fault,
    http::{self, Answer, Call},
    refusal::Refusal,
    region::Region,
    ses::{events::MailEvent, identities, send},
};

/// Answers one request under `/_local/`.
pub(crate) async fn answer(region: &Arc<Region>, call: &Call, path: &str, body: &[u8]) -> Answer {
    match turn(region, call, path, body).await {
        Ok(value) => http::answer(200, "application/json", value.to_string()),
        Err(refusal) => refusal.into_answer(),
    }
}

async fn turn(
    region: &Arc<Region>,
    call: &Call,
    path: &str,
    body: &[u8],
) -> Result<Value, Refusal> {
    // No page in a browser has any business here.
    if call.headers.contains_key("origin") {
        return Err(Refusal::with_status(
            403,
            "AccessDeniedException",
            "not from a browser",
        ));
    }
    let segments: Vec<_> = path.split('/').collect();
    match (&call.method, segments.as_slice()) {
        (&Method::POST, ["faults"]) => {
            let plan: Plan = read(body)?;
            region.faults.skip(plan.operation.as_str(), plan.skip);
            region.faults.add(plan.operation, plan.requests, plan.fault);
            Ok(json!({}))
        }
        (&Method::DELETE, ["faults"]) => {
            region.faults.clear();
            Ok(json!({}))
        }
        (&Method::POST, ["clock"]) => {
            let Move { seconds } = read(body)?;
            region.move_clock(Duration::from_secs(seconds)).await?;
            Ok(json!({"now": region.clock.now().to_string()}))
        }
        (&Method::GET, ["clock"]) => Ok(json!({"now": region.clock.now().to_string()})),
        (&Method::POST, ["functions", name, "kill"]) => {
            match region
                .functions()
                .is_some_and(|functions| functions.kill(name))
            {
                true => Ok(json!({})),
                false => Err(not_found()),
            }
        }
        (&Method::GET, ["functions", name, "log"]) => {
            let log = region.functions().and_then(|functions| functions.log(name));
            log.map(|lines| json!({"lines": lines}))
                .ok_or_else(not_found)
        }
        (&Method::GET, ["queues"]) => {
            let depths = region.queue_depths()?.into_iter().map(|(queue, depth)| {
                let shown = json!({
                    "visible": depth.visible,
                    "in_flight": depth.in_flight,
                    "delayed": depth.delayed,
                });
                (queue, shown)
            });
            Ok(depths.collect::<Map<_, _>>().into())
        }
        (&Method::GET, ["meter"]) => Ok(meter(region)),
        (method, segments) => turn_ses(region, method, segments, body),
    }
}

/// Turns the knobs of SES.
fn turn_ses(
    region: &Arc<Region>,
    method: &Method,
    segments: &[&str],
    body: &[u8],
) -> Result<Value, Refusal> {
    match (method, segments) {
        (&Method::POST, ["mails", id, "events"]) => {
            let Report { recipient, event } = read(body)?;
            send::report(region, id, &recipient, &event)?;
            Ok(json!({}))
        }
        (&Method::PUT, ["identities", name]) => {
            let Identity { verified } = read(body)?;
            region
                .store
                .write(|db| identities::declare(db, name, verified))?;
            region.store.changed();
            Ok(json!({}))
        }
        (&Method::PUT, ["account"]) => {
            region.account.add(read(body)?);
            Ok(json!({}))
        }
        _ => Err(not_found()),
    }
}

fn meter(region: &Region) -> Value {
    let meter = region.meter();
    json!({
        "requests": meter.requests,
        "sqs_requests": meter.sqs_requests,
        "http_requests": meter.http_requests,
        "invocations": meter.invocations,
        "durations_ms": meter.durations.iter().map(|(name, time)| (name, time.as_millis())).collect::<BTreeMap<_, _>>(),
        "log_bytes": meter.log_bytes,
        "units": meter.units,
        "read_units": meter.read_units,
        "write_units": meter.write_units,
        "functions_cpu_s": meter.functions_cpu.map(|time| time.as_secs_f64()),
        "own_cpu_s": meter.own_cpu.map(|time| time.as_secs_f64()),
    })
}

#[derive(Debug, Deserialize)]
struct Plan {
    operation: String,
    #[serde(default = "one")]
    requests: u32,
    #[serde(default)]
    skip: u32,
    fault: Fault,
}

fn one() -> u32 {
    1
}

#[derive(Debug, Deserialize)]
struct Move {
    seconds: u64,
}

#[derive(Debug, Deserialize)]
struct Identity {
    verified: bool,
}

#[derive(Deserialize)]
struct Report {
    recipient: String,
    event: MailEvent,
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::bad("ValidationException", error.to_string()))
}

fn not_found() -> Refusal {
    Refusal::with_status(404, "ResourceNotFoundException", "There is no such knob")
}
