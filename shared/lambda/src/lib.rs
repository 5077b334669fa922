//! What every function needs around its use case: settings, logs, queue batches, HTTP.
//!
//! The front crates are the same for every function, so that building one never rebuilds the SDKs for
//! another.

mod http;
mod logs;
mod metrics;
mod queue;

use std::pin::Pin;

use aws::{Aws, Setting, Settings};

pub use http::{Request, Response, serve_http};
pub use lambda_runtime::Error;
pub use queue::{Delivered, Letter, Time, Verdict, serve_queue};

/// Starts a function: reads its settings, opens its logs, connects to AWS.
///
/// # Errors
///
/// Names every setting that is missing, in one sentence.
pub async fn start(required: &[Setting], optional: &[Setting]) -> Result<Aws, Error> {
    logs::open();
    let optional: Vec<_> = optional
        .iter()
        .copied()
        .chain([Setting::ClockOffsetSeconds])
        .collect();
    let required: Vec<_> = required.iter().copied().chain([Setting::Stack]).collect();
    let settings = Settings::read(variable, &required, &optional)?;
    Ok(Aws::connect(settings).await?)
}

/// Serves invocations whose payload is any JSON.
pub async fn serve<F>(aws: &Aws, handle: F) -> Result<(), Error>
where
    F: AsyncFn(serde_json::Value) -> Result<serde_json::Value, Error>,
{
    let handle = &handle;
    lambda_runtime::run(lambda_runtime::service_fn(
        async |event: lambda_runtime::LambdaEvent<serde_json::Value>| {
            let answer = boxed(handle(event.payload)).await;
            metrics::emit(aws);
            answer
        },
    ))
    .await
}

/// Hides a future's type: nested as deep as a use case is, the compiler loses its way in it.
fn boxed<'a, T>(future: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    Box::pin(future)
}

/// Returns the name of the handler that Lambda asks for.
pub fn handler() -> Option<String> {
    variable("_HANDLER")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
