//! What conditions say and answer, told by examples and by an oracle.

mod ages;
mod answers;
mod checks;
mod grammar;
mod oracle;

use std::collections::BTreeMap;

use expect_test::ExpectFile;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Condition, Facts, Reading, Schema};
use crate::mistake::told;
use crate::{Kind, Value, zone};

/// Compares what is wrong with each condition of a file to what the file says under it.
fn check(file: &str, expected: &ExpectFile) {
    told::check(file, expected, |source| match Condition::parse(source) {
        Err(mistake) => vec![mistake],
        Ok(condition) => condition.check(&schema()).err().unwrap_or_default(),
    });
}

/// What the examples may ask about.
fn schema() -> Schema {
    let fields = [
        ("contact.member", Kind::Bool, true),
        ("contact.vip", Kind::Bool, false),
        ("contact.score", Kind::Number, true),
        ("contact.age", Kind::Number, false),
        ("contact.name", Kind::Text, true),
        ("contact.city", Kind::Text, false),
        ("contact.tags", Kind::List, true),
        ("contact.renewal", Kind::Date, false),
        ("contact.straße", Kind::Text, true),
        ("event.Person.FullName", Kind::Text, true),
        ("event.Track.StartDate", Kind::Date, true),
        ("event.Order.PaidAt", Kind::DateTime, true),
    ];
    let fields = fields.map(|(path, kind, always)| (path.to_owned(), Reading { kind, always }));
    let sends = ["welkom-1", "welkom-2"].map(str::to_owned);
    Schema {
        fields: fields.into(),
        sends: sends.into(),
    }
}

/// What is known in the examples.
#[derive(Debug)]
struct Known {
    values: BTreeMap<String, Value>,
    opened: Vec<String>,
    clicked: Vec<(String, String)>,
    now: Timestamp,
    zone: TimeZone,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            values: BTreeMap::new(),
            opened: Vec::new(),
            clicked: Vec::new(),
            now: "2026-11-23T23:30:00Z".parse().unwrap(),
            zone: zone("Europe/Amsterdam").unwrap(),
        }
    }
}

impl Facts for Known {
    fn value(&self, path: &str) -> Option<&Value> {
        self.values.get(path)
    }

    fn opened(&self, send: &str) -> bool {
        self.opened.iter().any(|opened| opened == send)
    }

    fn clicked(&self, send: &str, link: Option<&str>) -> bool {
        let mut clicks = self.clicked.iter().filter(|(clicked, _)| clicked == send);
        clicks.any(|(_, clicked)| link.is_none_or(|link| link == clicked))
    }

    fn zone(&self) -> &TimeZone {
        &self.zone
    }

    fn today(&self) -> Date {
        self.zone.to_datetime(self.now).date()
    }
}
