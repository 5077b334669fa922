//! What conditions may look at, gathered for one decision.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::{Contact, Facts, Value};

/// What is known about one contact and one event at one moment.
pub struct Known<'a> {
    contact: BTreeMap<String, Value>,
    event: &'a BTreeMap<String, Value>,
    signal: Option<&'a BTreeMap<String, Value>>,
    signals: Option<&'a Signals>,
    zone: TimeZone,
    now: Timestamp,
}

impl<'a> Known<'a> {
    /// Gathers what is known `now`; `zone` is the project's, for a contact who has none.
    pub fn new(
        contact: &Contact,
        event: &'a BTreeMap<String, Value>,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Self {
        Self {
            contact: contact.values(),
            event,
            signal: None,
            signals: None,
            zone: contact.zone(zone),
            now,
        }
    }

    /// Adds what an event that has just come says.
    #[must_use]
    pub fn with_event(mut self, params: &'a BTreeMap<String, Value>) -> Self {
        self.signal = Some(params);
        self
    }

    /// Adds what the contact did with the mails of one run.
    #[must_use]
    pub fn with_signals(mut self, signals: &'a Signals) -> Self {
        self.signals = Some(signals);
        self
    }
}

impl Facts for Known<'_> {
    fn value(&self, path: &str) -> Option<&Value> {
        match path.split_once('.')? {
            ("contact", field) => self.contact.get(field),
            ("event", param) => self.event.get(param),
            ("signal", param) => self.signal?.get(param),
            _ => None,
        }
    }

    fn opened(&self, send: &str) -> bool {
        self.signals.is_some_and(|signals| signals.opened(send))
    }

    fn clicked(&self, send: &str, link: Option<&str>) -> bool {
        self.signals
            .is_some_and(|signals| signals.clicked(send, link))
    }

    fn today(&self) -> Date {
        self.now.to_zoned(self.zone.clone()).date()
    }

    fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

/// What a contact did with the mails of one run.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Signals {
    /// The sends whose mail was opened.
    pub opened: BTreeSet<String>,
    /// The sends whose mail was clicked, with the link's name.
    pub clicks: BTreeSet<(String, String)>,
    /// The sends whose mail bounced for good.
    pub bounced: BTreeSet<String>,
    /// The sends whose mail was called spam.
    pub complained: BTreeSet<String>,
    /// The ids of the events that have moved the run on.
    pub heard: BTreeSet<String>,
    /// When the journey's goal was reached.
    pub goal: Option<Timestamp>,
}

impl Signals {
    /// Returns whether a mail was opened; whoever clicked in it has opened it.
    pub(crate) fn opened(&self, send: &str) -> bool {
        self.opened.contains(send) || self.clicked(send, None)
    }

    /// Returns whether a mail was clicked in: that link, or any.
    pub(crate) fn clicked(&self, send: &str, link: Option<&str>) -> bool {
        self.clicks
            .iter()
            .any(|(sent, name)| sent == send && link.is_none_or(|link| link == name))
    }
}
