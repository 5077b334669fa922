//! The Runtime API that one process talks to: `next`, `response`, `error`.
//!
//! Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes".

use hyper::{Method, body::Bytes};
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use super::PAYLOAD_BYTES_MAX;
use crate::http::{Answer, Call, Reply, TooLarge, answer, set_header};

/// What a process said.
pub(super) enum Word {
    /// It asks for an invocation; whoever has one sends it here.
    Next(oneshot::Sender<Delivery>),
    /// An invocation ended with a result.
    Response { id: String, result: Bytes },
    /// An invocation ended with an error object.
    Error { id: String, error: Bytes },
    /// A result was larger than Lambda takes.
    TooLarge { id: String },
    /// The process could not even start.
    InitError(Bytes),
}

/// An invocation on its way to a process.
pub(super) struct Delivery {
    pub(super) id: String,
    pub(super) payload: Bytes,
    pub(super) deadline_ms: i64,
    pub(super) function_arn: String,
}

/// Answers one request of a process, passing what it says to its worker.
pub(super) async fn answer_call(call: Call, worker: mpsc::Sender<Word>) -> Reply {
    let path = call.uri.path().to_owned();
    let Some(path) = path.strip_prefix("/2018-06-01/runtime/") else {
        return unknown().into();
    };
    let word = match (&call.method, path.split('/').collect::<Vec<_>>().as_slice()) {
        (&Method::GET, ["invocation", "next"]) => return next(worker).await,
        (&Method::POST, ["invocation", id, "response"]) => match call.body {
            Ok(result) => Word::Response {
                id: (*id).into(),
                result,
            },
            Err(TooLarge) => {
                let _ = worker.send(Word::TooLarge { id: (*id).into() }).await;
                return error(413, "Runtime.ResponseSizeTooLarge").into();
            }
        },
        (&Method::POST, ["invocation", id, "error"]) => Word::Error {
            id: (*id).into(),
            error: call.body.unwrap_or_default(),
        },
        (&Method::POST, ["init", "error"]) => Word::InitError(call.body.unwrap_or_default()),
        _ => return unknown().into(),
    };
    match worker.send(word).await {
        Ok(()) => answer(202, "application/json", r#"{"status":"OK"}"#).into(),
        // The worker is gone: the cloud is being stopped.
        Err(_) => Reply::HangUp,
    }
}

async fn next(worker: mpsc::Sender<Word>) -> Reply {
    let (sender, delivery) = oneshot::channel();
    if worker.send(Word::Next(sender)).await.is_err() {
        return Reply::HangUp;
    }
    let Ok(delivery) = delivery.await else {
        return Reply::HangUp;
    };
    let mut next = answer(200, "application/json", delivery.payload);
    set_header(&mut next, "lambda-runtime-aws-request-id", &delivery.id);
    set_header(
        &mut next,
        "lambda-runtime-deadline-ms",
        &delivery.deadline_ms.to_string(),
    );
    set_header(
        &mut next,
        "lambda-runtime-invoked-function-arn",
        &delivery.function_arn,
    );
    next.into()
}

fn unknown() -> Answer {
    error(404, "Runtime.UnknownPath")
}

fn error(status: u16, kind: &str) -> Answer {
    let body = json!({"errorType": kind, "errorMessage": kind});
    answer(status, "application/json", body.to_string())
}

/// The most bytes that a process may post.
pub(super) const BODY_BYTES_MAX: usize = PAYLOAD_BYTES_MAX;
