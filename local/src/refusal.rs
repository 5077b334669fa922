//! An AWS error answer: status, code and message, in the two shapes that the SDKs read.

use std::borrow::Cow;

use serde_json::json;

use crate::http::{Answer, answer, set_header};

/// A request that is refused, as AWS words it.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
}

impl Refusal {
    /// A refusal with status 400.
    pub(crate) fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::with_status(400, code, message)
    }

    pub(crate) fn with_status(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
        }
    }

    /// The answer, with the code in the header and in the body.
    pub(crate) fn into_answer(self) -> Answer {
        let body = json!({"__type": self.code, "message": self.message});
        let mut answer = answer(self.status, "application/x-amz-json-1.0", body.to_string());
        let short = self.code.rsplit('#').next().unwrap_or_default();
        set_header(&mut answer, "x-amzn-errortype", short);
        answer
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "The local cloud's database failed");
        Self::with_status(
            500,
            "InternalFailure",
            format!("the local cloud's database: {error}"),
        )
    }
}
