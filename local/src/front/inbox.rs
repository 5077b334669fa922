//! The inbox: every mail that SES accepted, as a page and as JSON.

use serde_json::Value;

use crate::{
    http::{self, Answer, Call, set_header},
    region::Region,
    ses::mail,
};

/// Answers `GET /inbox` and `GET /inbox.json`; `None` for other paths.
pub(super) fn answer(region: &Region, call: &Call) -> Option<Answer> {
    match call.uri.path() {
        "/inbox" | "/inbox/" => Some(page()),
        "/inbox.json" => Some(list(region)),
        _ => None,
    }
}

fn page() -> Answer {
    let mut page = http::answer(200, "text/html; charset=utf-8", include_str!("inbox.html"));
    set_header(&mut page, "content-security-policy", POLICY);
    set_header(&mut page, "cache-control", "no-store");
    set_header(&mut page, "x-content-type-options", "nosniff");
    set_header(&mut page, "referrer-policy", "no-referrer");
    page
}

fn list(region: &Region) -> Answer {
    match region.store.read(|db| mail::last(db, MAILS_MAX)) {
        Ok(mails) => {
            let shown: Vec<Value> = mails.iter().map(mail::Mail::shown).collect();
            let mut list = http::answer(200, "application/json", Value::from(shown).to_string());
            set_header(&mut list, "cache-control", "no-store");
            list
        }
        Err(_) => http::answer(
            500,
            "application/json",
            r#"{"message":"Internal Server Error"}"#,
        ),
    }
}

/// No scripts but the page's own, nothing sent anywhere; a mail's styles and images are shown.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                      img-src * data:; font-src * data:; connect-src 'self'; frame-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The most mails listed: the newest.
const MAILS_MAX: u32 = 10_000;
