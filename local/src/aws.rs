//! The AWS endpoint: tells services and operations apart, counts them, lets them meet their faults.

use std::{collections::BTreeMap, sync::Arc};

use hyper::body::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::{
    dynamodb::DynamoDb,
    faults::Fault,
    http::{Answer, Call, Reply, answer, set_header},
    knobs,
    lambda::FunctionError,
    names::new_id,
    refusal::Refusal,
    region::Region,
    scheduler, ses, sqs, ssm,
};

/// The endpoint that every SDK client is pointed at.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) region: Arc<Region>,
    pub(crate) dynamodb: Arc<DynamoDb>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    DynamoDb,
    Sqs,
    Scheduler,
    Ses,
    Ssm,
    Lambda,
}

/// What a request asks for.
#[derive(Debug)]
struct Wanted {
    service: Service,
    operation: String,
    /// The part of the path that names a resource.
    name: String,
}

impl Endpoint {
    /// Answers one request.
    pub(crate) async fn answer(self, mut call: Call) -> Reply {
        let body = std::mem::replace(&mut call.body, Ok(Bytes::new()));
        let Ok(body) = body else {
            return Refusal::with_status(413, "RequestEntityTooLarge", "Request body is too large")
                .into_answer()
                .into();
        };
        if let Some(path) = call.uri.path().strip_prefix("/_local/") {
            return knobs::answer(&self.region, &call, path, &body).await.into();
        }
        let Some(wanted) = wanted(&call) else {
            let what = format!("{} {}", call.method, call.uri.path());
            return Refusal::with_status(404, "UnknownOperationException", what)
                .into_answer()
                .into();
        };
        self.region.counters.request(&wanted.operation);
        let distance = self.region.distance_to(wanted.service == Service::Ses);
        if !distance.is_zero() {
            tokio::time::sleep(distance).await;
        }
        match self.region.faults.take(&wanted.operation) {
            None => self.perform(&wanted, &call, body).await.into(),
            Some(fault) => self.meet(&fault, &wanted, &call, body).await,
        }
    }

    async fn meet(&self, fault: &Fault, wanted: &Wanted, call: &Call, body: Bytes) -> Reply {
        match fault {
            Fault::Refuse {
                status,
                code,
                message,
            } => Refusal::with_status(*status, code.clone(), message.clone())
                .into_answer()
                .into(),
            Fault::Fail => failure().into(),
            Fault::Drop => Reply::HangUp,
            Fault::LoseReply => {
                self.perform(wanted, call, body).await;
                Reply::HangUp
            }
            Fault::LieReply => {
                self.perform(wanted, call, body).await;
                failure().into()
            }
            Fault::Delay { .. } => {
                tokio::time::sleep(fault.delay()).await;
                self.perform(wanted, call, body).await.into()
            }
            Fault::Twice => {
                self.perform(wanted, call, body.clone()).await;
                self.perform(wanted, call, body).await.into()
            }
            Fault::KillBefore { function } => {
                self.kill(function);
                Reply::HangUp
            }
            Fault::KillAfter { function } => {
                self.perform(wanted, call, body).await;
                self.kill(function);
                Reply::HangUp
            }
        }
    }

    fn kill(&self, function: &str) {
        self.region
            .functions()
            .map(|functions| functions.kill(function));
    }

    async fn perform(&self, wanted: &Wanted, call: &Call, body: Bytes) -> Answer {
        let (region, operation) = (&self.region, wanted.operation.as_str());
        let result = match wanted.service {
            Service::DynamoDb => {
                self.dynamodb
                    .forward(&region.counters, operation, call, body)
                    .await
            }
            Service::Sqs => sqs::answer(region, operation, &body).await.map(|value| {
                let answer = value.to_string();
                region.counters.sqs(body.len().max(answer.len()));
                json_text(answer)
            }),
            Service::Scheduler => {
                scheduler::answer(region, operation, &wanted.name, &query(call), &body).map(json)
            }
            Service::Ses => ses::answer(region, operation, &wanted.name, &body).map(json),
            Service::Ssm => ssm::answer(region, operation, &body).map(json),
            Service::Lambda => invoke(region, &wanted.name, call, body).await,
        };
        let mut answer = result.unwrap_or_else(Refusal::into_answer);
        if wanted.service != Service::DynamoDb {
            set_header(&mut answer, "x-amzn-requestid", &new_id());
        }
        answer
    }
}

fn wanted(call: &Call) -> Option<Wanted> {
    if let Some(target) = call.header("x-amz-target") {
        let (service, operation) = target.split_once('.')?;
        let service = match service {
            "AmazonSQS" => Service::Sqs,
            "AmazonSSM" => Service::Ssm,
            "DynamoDB_20120810" => Service::DynamoDb,
            _ => return None,
        };
        return Some(Wanted {
            service,
            operation: operation.into(),
            name: String::new(),
        });
    }
    let path = call.uri.path();
    ROUTES
        .iter()
        .find_map(|(method, pattern, service, operation)| {
            let name = captured(pattern, path).filter(|_| call.method == *method)?;
            Some(Wanted {
                service: *service,
                operation: (*operation).into(),
                name,
            })
        })
}

/// The decoded part of the path where the pattern has its `*`; empty for a pattern without one.
fn captured(pattern: &str, path: &str) -> Option<String> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let Some((before, after)) = pattern.split_once('*') else {
        return (path == pattern).then(String::new);
    };
    let name = path.strip_prefix(before)?.strip_suffix(after)?;
    if name.is_empty() || name.contains('/') {
        return None;
    }
    Some(percent_decode_str(name).decode_utf8().ok()?.into_owned())
}

/// The decoded query parameters; of those that come twice, the last.
fn query(call: &Call) -> BTreeMap<String, String> {
    let decode = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let pairs = call
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Lambda's `Invoke`. It is no activity of its own: who calls a function from a function is one already.
async fn invoke(
    region: &Arc<Region>,
    name: &str,
    call: &Call,
    body: Bytes,
) -> Result<Answer, Refusal> {
    let name = name.rsplit(':').next().unwrap_or(name).to_owned();
    let unknown = || {
        let message = format!("Function not found: {name}");
        Refusal::with_status(404, "ResourceNotFoundException", message)
    };
    let functions = region
        .functions()
        .filter(|functions| functions.contains(&name));
    let functions = functions.ok_or_else(unknown)?;
    if call.header("x-amz-invocation-type") == Some("Event") {
        let (region, name) = (region.clone(), name.clone());
        tokio::spawn(async move {
            let functions = region.functions()?;
            functions.invoke(&region, &name, body).await.ok()
        });
        return Ok(answer(202, "application/json", ""));
    }
    let (body, failed) = match functions.invoke(region, &name, body).await {
        Ok(result) => (result, false),
        Err(FunctionError::Failed(error)) => (error, true),
        Err(FunctionError::Unknown) => return Err(unknown()),
        Err(FunctionError::Throttled) => {
            return Err(Refusal::with_status(
                429,
                "TooManyRequestsException",
                "Rate Exceeded.",
            ));
        }
        Err(FunctionError::TooLarge) => {
            let message = "Request must be smaller than 6291456 bytes for the Invoke operation";
            return Err(Refusal::with_status(
                413,
                "RequestTooLargeException",
                message,
            ));
        }
    };
    let mut answer = answer(200, "application/json", body);
    set_header(&mut answer, "x-amz-executed-version", "$LATEST");
    if failed {
        set_header(&mut answer, "x-amz-function-error", "Unhandled");
    }
    Ok(answer)
}

fn json(value: Value) -> Answer {
    json_text(value.to_string())
}

fn json_text(text: String) -> Answer {
    answer(200, "application/x-amz-json-1.0", text)
}

fn failure() -> Answer {
    Refusal::with_status(500, "InternalFailure", "An internal failure was asked for").into_answer()
}

/// The most bytes of a request: a mail of 40 MiB in base64, and some.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The REST operations: method, path (`*` is one segment), service, operation.
const ROUTES: &[(&str, &str, Service, &str)] = &[
    (
        "POST",
        "/v2/email/outbound-emails",
        Service::Ses,
        "SendEmail",
    ),
    ("GET", "/v2/email/account", Service::Ses, "GetAccount"),
    (
        "POST",
        "/v2/email/identities",
        Service::Ses,
        "CreateEmailIdentity",
    ),
    (
        "GET",
        "/v2/email/identities",
        Service::Ses,
        "ListEmailIdentities",
    ),
    // Newer SDKs list by POST.
    (
        "POST",
        "/v2/email/list-identities",
        Service::Ses,
        "ListEmailIdentities",
    ),
    (
        "GET",
        "/v2/email/identities/*",
        Service::Ses,
        "GetEmailIdentity",
    ),
    (
        "DELETE",
        "/v2/email/identities/*",
        Service::Ses,
        "DeleteEmailIdentity",
    ),
    (
        "PUT",
        "/v2/email/identities/*/mail-from",
        Service::Ses,
        "PutEmailIdentityMailFromAttributes",
    ),
    (
        "PUT",
        "/v2/email/identities/*/configuration-set",
        Service::Ses,
        "PutEmailIdentityConfigurationSetAttributes",
    ),
    (
        "PUT",
        "/v2/email/suppression/addresses",
        Service::Ses,
        "PutSuppressedDestination",
    ),
    (
        "GET",
        "/v2/email/suppression/addresses",
        Service::Ses,
        "ListSuppressedDestinations",
    ),
    (
        "GET",
        "/v2/email/suppression/addresses/*",
        Service::Ses,
        "GetSuppressedDestination",
    ),
    (
        "DELETE",
        "/v2/email/suppression/addresses/*",
        Service::Ses,
        "DeleteSuppressedDestination",
    ),
    (
        "GET",
        "/v2/email/configuration-sets",
        Service::Ses,
        "ListConfigurationSets",
    ),
    (
        "GET",
        "/v2/email/configuration-sets/*",
        Service::Ses,
        "GetConfigurationSet",
    ),
    (
        "GET",
        "/v2/email/configuration-sets/*/event-destinations",
        Service::Ses,
        "GetConfigurationSetEventDestinations",
    ),
    ("GET", "/schedules", Service::Scheduler, "ListSchedules"),
    ("POST", "/schedules/*", Service::Scheduler, "CreateSchedule"),
    ("PUT", "/schedules/*", Service::Scheduler, "UpdateSchedule"),
    ("GET", "/schedules/*", Service::Scheduler, "GetSchedule"),
    (
        "DELETE",
        "/schedules/*",
        Service::Scheduler,
        "DeleteSchedule",
    ),
    (
        "GET",
        "/schedule-groups/*",
        Service::Scheduler,
        "GetScheduleGroup",
    ),
    (
        "POST",
        "/2015-03-31/functions/*/invocations",
        Service::Lambda,
        "Invoke",
    ),
];
