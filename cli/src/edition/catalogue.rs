//! What is shipped and not installed: triggers that a newer Waypost brings are not put into anybody's release.

use journey::Release;
use serde::Serialize;

/// A shipped trigger that does nothing in a release.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(crate) struct Missing {
    /// The type of event.
    pub(crate) event: String,
    /// What people call it.
    pub(crate) title: String,
    /// What is missing.
    pub(crate) why: &'static str,
}

/// Lists the shipped triggers that are not installed.
///
/// One is installed when the release declares its event, to the letter, and a journey starts with it. A release that
/// has none of their events has not come from there, and nothing of it is missing.
pub(crate) fn missing(release: &Release) -> Vec<Missing> {
    let shipped = release::events_in(SHIPPED);
    if !shipped
        .keys()
        .any(|event| release.events.contains_key(event))
    {
        return Vec::new();
    }
    let shipped = shipped.into_iter();
    let missing = shipped.filter_map(|(event, about)| {
        let mut journeys = release.journeys.values();
        let why = if !release.events.contains_key(&event) {
            "no event is called so"
        } else if !journeys.any(|entrance| entrance.on(&event).next().is_some()) {
            "no journey starts with it"
        } else {
            return None;
        };
        Some(Missing {
            event,
            title: about.title,
            why,
        })
    });
    missing.collect()
}

/// The events of the example that is shipped.
const SHIPPED: &str = include_str!("../../../examples/sera/events.yaml");
