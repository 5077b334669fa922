//! What is measured: which events are posted, and how many mails each becomes.

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

/// What is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum Scenario {
    /// One event becomes one mail
    Mail,
    /// One event waits for a day, then becomes one mail
    Wait,
    /// One event becomes three mails in two weeks
    Three,
    /// One event of examples/sera: who gets its mail is linked to a subject
    Sera,
}

impl Scenario {
    /// Returns its name, as it is typed.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Wait => "wait",
            Self::Three => "three",
            Self::Sera => "sera",
        }
    }

    /// Returns how many mails an event becomes.
    pub(super) fn mails(self) -> u64 {
        match self {
            Self::Mail | Self::Wait | Self::Sera => 1,
            Self::Three => 3,
        }
    }

    /// Returns event number so many, about somebody who is known when `contacts` events have been before.
    pub(super) fn event(self, number: u64, contacts: u64) -> Value {
        match self {
            Self::Mail => own("BENCH_MAIL", number % contacts),
            Self::Wait => own("BENCH_WAIT", number % contacts),
            Self::Three => own("BENCH_THREE", number % contacts),
            Self::Sera => linked(number % contacts),
        }
    }

    /// Returns the event that makes everybody known and leaves nothing to wait for.
    pub(super) fn first_event(self, number: u64, contacts: u64) -> Value {
        match self {
            Self::Mail | Self::Wait | Self::Three => own("BENCH_MAIL", number % contacts),
            Self::Sera => linked(number % contacts),
        }
    }
}

fn own(ty: &str, person: u64) -> Value {
    json!({
        "type": ty,
        "timestamp": AT,
        "data": { "Person": { "FullName": "Sam de Vries" } },
        "people": [{
            "id": format!("person-{person}"),
            "email": format!("person-{person}@school.example"),
            "full_name": "Anna Bakker",
        }],
    })
}

fn linked(person: u64) -> Value {
    json!({
        "type": "REGISTRATION_REJECTED",
        "timestamp": AT,
        "subject": format!("pupil-{person}"),
        "data": { "Person": { "FullName": "Sam de Vries", "SourceID": "OT-1001" } },
        "people": [{
            "id": format!("sot-{person}"),
            "role": "SOT",
            "email": format!("sot-{person}@school.example"),
            "full_name": "Anna Bakker",
        }],
    })
}

/// Writes the release that every scenario but `sera` runs on.
pub(super) fn write_release(folder: &Path) -> anyhow::Result<()> {
    for (name, text) in RELEASE {
        let file = folder.join(name);
        let parent = file.parent().unwrap_or(folder);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&file, text))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

/// Older than any run, so that nobody is ever changed.
const AT: &str = "2026-11-20T10:00:00Z";

const RELEASE: [(&str, &str); 6] = [
    ("waypost.yaml", include_str!("release/waypost.yaml")),
    ("events.yaml", include_str!("release/events.yaml")),
    (
        "journeys/mail.yaml",
        include_str!("release/journeys/mail.yaml"),
    ),
    (
        "journeys/wait.yaml",
        include_str!("release/journeys/wait.yaml"),
    ),
    (
        "journeys/three.yaml",
        include_str!("release/journeys/three.yaml"),
    ),
    (
        "templates/hello.md",
        include_str!("release/templates/hello.md"),
    ),
];
