//! The page for recipients: what each marketing mail leads to who wants fewer of them, or none.

mod form;
mod page;
mod words;

use aws::{Aws, Setting};
use engine::{Ask, Failure};
use lambda::{Error, Request, Response};

use form::{Malformed, ask};
use words::Language;

/// Runs the function until its runtime is gone.
///
/// # Errors
///
/// Names every setting that is missing.
pub async fn run() -> Result<(), Error> {
    let aws = lambda::start(&REQUIRED, &[]).await?;
    lambda::serve_http(&aws, async |request: Request| answer(&aws, &request).await).await
}

async fn answer(aws: &Aws, request: &Request) -> Response {
    let preferred = Language::preferred(request.header("accept-language"));
    let asked = match request.method() {
        "GET" | "HEAD" => Ok(Ask::Look),
        "POST" => ask(request.header("content-type"), &request.body),
        _ => {
            let mut refusal = page(405, page::problem(preferred, words::Problem::Form));
            refusal
                .headers
                .push(("allow", "GET, HEAD, POST".to_owned()));
            return refusal;
        }
    };
    let ask = match asked {
        Ok(ask) => ask,
        Err(malformed) => {
            let status = match malformed {
                Malformed::TooLarge => 413,
                Malformed::Unknown => 400,
                Malformed::Foreign => 415,
            };
            return page(status, page::problem(preferred, words::Problem::Form));
        }
    };
    match engine::preferences(aws, request.parameter("token"), &ask).await {
        Ok(Some(found)) => {
            let known = found.locale.as_deref().and_then(Language::of);
            let language = known.unwrap_or(preferred);
            page(200, page::preferences(language, &found, &ask))
        }
        Ok(None) => page(404, page::problem(preferred, words::Problem::Token)),
        Err(Failure::Retry(error) | Failure::Reject(error)) => {
            tracing::error!("A choice could not be kept: {error:#}");
            page(503, page::problem(preferred, words::Problem::Later))
        }
    }
}

/// Returns a page that nobody keeps, frames, or tells the address of.
fn page(status: u16, body: String) -> Response {
    let headers = [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        (
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'",
        ),
        ("referrer-policy", "no-referrer"),
        ("strict-transport-security", "max-age=31536000"),
        ("x-content-type-options", "nosniff"),
        ("x-robots-tag", "noindex, nofollow"),
    ];
    Response {
        status,
        headers: headers
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec(),
        body,
    }
}

const REQUIRED: [Setting; 5] = [
    Setting::AddressKeyParameter,
    Setting::ContactsTable,
    Setting::MovesQueueUrl,
    Setting::ReleasesTable,
    Setting::SendsTable,
];
