//! The front: what API Gateway is on AWS, and the inbox. The only port that a user needs to know.
//!
//! Deliberate differences from AWS: plain HTTP on 127.0.0.1, no custom domains, no CORS, no authorizers, no limit of
//! 30 seconds for an answer (the function's own timeout holds), and the inbox.

mod inbox;
mod payload;

use std::{sync::Arc, time::Duration};

use hyper::Method;
use tokio::time::Instant;

use crate::{
    bucket::Bucket,
    config::{Route, Throttle},
    http::{Answer, Call, Reply, TooLarge, answer, set_header},
    lambda::FunctionError,
    region::Region,
};
use payload::Matched;

/// The front of a running cloud.
#[derive(Debug)]
pub(crate) struct Front {
    region: Arc<Region>,
    routes: Vec<Route>,
    bucket: Bucket,
}

impl Front {
    pub(crate) fn new(region: Arc<Region>, mut routes: Vec<Route>, throttle: Throttle) -> Self {
        // The most specific path wins: one without parameters before one with, a greedy one last.
        routes.sort_by_key(|route| (route.path.contains("+}"), route.path.matches('{').count()));
        Self {
            region,
            routes,
            bucket: Bucket::new(throttle.per_second, throttle.burst),
        }
    }

    /// Answers one request.
    pub(crate) async fn answer(self: Arc<Self>, call: Call) -> Reply {
        if call.method == Method::GET
            && let Some(answer) = inbox::answer(&self.region, &call)
        {
            return answer.into();
        }
        let found = self.routes.iter().find_map(|route| {
            let parameters = payload::parameters(route, &call)?;
            Some(Matched { route, parameters })
        });
        let Some(matched) = found else {
            return message(404, "Not Found").into();
        };
        if !self.bucket.take(Instant::now()) {
            return message(429, "Too Many Requests").into();
        }
        let body = match &call.body {
            Ok(body) if body.len() <= BODY_BYTES_MAX => body.clone(),
            Ok(_) | Err(TooLarge) => return message(413, "Request Entity Too Large").into(),
        };
        self.region.counters.http(body.len());
        let event = payload::event(&matched, &call, &body, self.region.clock.now_ms()).to_string();
        // A request waits while the clock is moved, and keeps it from moving.
        let activity = self.region.begin().await;
        let result = match self.region.functions() {
            Some(functions) => {
                functions
                    .invoke(&self.region, &matched.route.function, event)
                    .await
            }
            None => Err(FunctionError::Throttled),
        };
        drop(activity);
        match result {
            Ok(result) => payload::answer(&result).unwrap_or_else(internal_error),
            Err(FunctionError::Throttled) => message(503, "Service Unavailable"),
            Err(FunctionError::TooLarge) => message(413, "Request Entity Too Large"),
            Err(FunctionError::Failed(_) | FunctionError::Unknown) => internal_error(),
        }
        .into()
    }
}

fn internal_error() -> Answer {
    message(500, "Internal Server Error")
}

fn message(status: u16, message: &str) -> Answer {
    let mut answer = answer(
        status,
        "application/json",
        format!(r#"{{"message":"{message}"}}"#),
    );
    if status == 429 || status == 503 {
        set_header(
            &mut answer,
            "retry-after",
            &RETRY_AFTER.as_secs().to_string(),
        );
    }
    answer
}

/// The most bytes of a request, as API Gateway takes them.
pub(crate) const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;
const RETRY_AFTER: Duration = Duration::from_secs(1);
