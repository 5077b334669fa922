//! How moments are written: RFC 3339 in UTC, so that a person can read a scan.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serializer};

use crate::Unreadable;

/// Writes a moment.
pub(crate) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

/// Reads a moment that may not be there.
pub(crate) fn read(text: Option<&str>) -> Result<Option<Timestamp>, Unreadable> {
    let moment = text.map(str::parse).transpose();
    moment.map_err(|_| Unreadable::new("a moment"))
}

/// Reads a moment.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Timestamp, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}
