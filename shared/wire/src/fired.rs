//! How it is stored on which days a journey started.

use jiff::Timestamp;
use journey::Fired;
use serde::{Deserialize, Serialize};

use crate::Unreadable;

/// Writes on which days a journey started.
pub fn fired_to_json(fired: &Fired) -> String {
    crate::to_json(&Doc {
        v: 1,
        last: fired.last(),
        days: format!("{:x}", fired.days()),
    })
}

/// Reads on which days a journey started.
///
/// # Errors
///
/// Fails where it is no such document.
pub fn fired_from_json(json: &str) -> Result<Fired, Unreadable> {
    let doc: Doc = serde_json::from_str(json)?;
    crate::version(doc.v, 1)?;
    let days = u64::from_str_radix(&doc.days, 16);
    let days = days.map_err(|_| Unreadable::new("the days on which a journey started"))?;
    Ok(Fired::new(doc.last, days))
}

#[derive(Deserialize, Serialize)]
struct Doc {
    v: u8,
    #[serde(with = "crate::time")]
    last: Timestamp,
    /// In hexadecimal, since not everything that reads JSON has whole numbers of 64 bits.
    days: String,
}
