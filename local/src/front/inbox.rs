//! The inbox: every mail that SES accepted, as a page and as JSON.

use hyper::header;
use serde_json::Value;

use crate::{
    http::{self, Answer, Call, set_header},
    names::new_id,
    region::Region,
    ses::mail::{self, Mail},
};

/// Answers `GET /inbox` (the page) and `GET /inbox.json` (the newest 10,000 mails, the newest last, or with
/// `?last=<n>` fewer); `None` for other paths.
pub(super) fn answer(region: &Region, call: &Call) -> Option<Answer> {
    match call.uri.path() {
        "/inbox" => Some(page()),
        "/inbox.json" => Some(list(region, call).unwrap_or_else(|_| {
            http::answer(
                500,
                "application/json",
                r#"{"message":"Internal Server Error"}"#,
            )
        })),
        _ => None,
    }
}

fn page() -> Answer {
    let nonce = new_id();
    let html =
        include_str!("inbox.html").replace("<script>", &format!("<script nonce=\"{nonce}\">"));
    let mut page = http::answer(200, "text/html; charset=utf-8", html);
    set_header(
        &mut page,
        header::CONTENT_SECURITY_POLICY.as_str(),
        &policy(&nonce),
    );
    set_header(&mut page, header::CACHE_CONTROL.as_str(), "no-store");
    set_header(
        &mut page,
        header::X_CONTENT_TYPE_OPTIONS.as_str(),
        "nosniff",
    );
    set_header(&mut page, header::REFERRER_POLICY.as_str(), "no-referrer");
    page
}

/// No script but the page's own, nothing sent anywhere; a mail's own styles and images are shown.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src * data:; \
         font-src * data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

fn list(region: &Region, call: &Call) -> rusqlite::Result<Answer> {
    let query = call.uri.query().unwrap_or_default();
    let last = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("last=")?.parse().ok());
    let last = last.unwrap_or(MAILS_MAX).min(MAILS_MAX);
    let count = region.store.read(mail::count)?;
    // Mails are only ever added, so their number names the list.
    let tag = format!("\"{count}-{last}\"");
    let mut list = if call.header(header::IF_NONE_MATCH.as_str()) == Some(&tag) {
        http::answer(304, "application/json", "")
    } else {
        let mails = region.store.read(|db| mail::last(db, last))?;
        let shown: Vec<Value> = mails.iter().map(Mail::shown).collect();
        http::answer(200, "application/json", Value::from(shown).to_string())
    };
    set_header(&mut list, header::ETAG.as_str(), &tag);
    set_header(&mut list, header::CACHE_CONTROL.as_str(), "no-cache");
    set_header(&mut list, "x-mail-count", &count.to_string());
    Ok(list)
}

/// The most mails listed.
const MAILS_MAX: u32 = 10_000;
