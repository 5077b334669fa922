//! `url`: a value as a part of a URL, or as a whole one that leads nowhere dangerous.

use handlebars::JsonRender;
use serde_json::Value as Json;

use super::Call;
use crate::fault::Fault;

/// What a value can be in a URL: a `part` of it, the `whole`, or the `address` behind `mailto:`.
///
/// Whoever writes a template need not say: publishing sees where the value stands, and adds it.
pub(super) const PLACES: &[&str] = &["part", "whole", "address"];

/// Writes a value for use in a URL.
///
/// As a part everything but the unreserved characters of RFC 3986 section 2.3 is percent-encoded. A whole
/// URL must be absolute, and `https`, `http`, `mailto` or `tel`; what may not stand in a URL is encoded.
pub(super) fn url(call: &Call<'_, '_>) -> Result<Json, Fault> {
    let value = call.get(0)?;
    if value.is_array() || value.is_object() {
        return Err(call.fail("takes one value"));
    }
    let text = value.render();
    let text = text.trim();
    let encoded = match call.word(1, "part")? {
        "part" => encode(text, b""),
        "address" => encode(text, b"@"),
        "whole" if leads_somewhere_safe(text) => encode(text, RESERVED),
        "whole" => {
            return Err(
                call.fail("takes a whole URL that begins with https:, http:, mailto: or tel:")
            );
        }
        _ => return Err(call.fail("takes the place `part`, `whole` or `address`")),
    };
    Ok(Json::String(encoded))
}

/// Tells whether a whole URL can do no harm: `javascript:` and `data:` can.
fn leads_somewhere_safe(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else {
        return false;
    };
    match scheme.to_ascii_lowercase().as_str() {
        "https" | "http" => rest
            .strip_prefix("//")
            .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')),
        "mailto" | "tel" => !rest.is_empty(),
        _ => false,
    }
}

/// Percent-encodes all bytes but the unreserved ones and those named.
fn encode(text: &str, keep: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || keep.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// What may stand in a URL besides the unreserved characters (RFC 3986 section 2.2), and `%` for what is
/// encoded already; all but the apostrophe, which HTML would escape in a way that few programs read.
const RESERVED: &[u8] = b":/?#[]@!$&()*+,;=%";
