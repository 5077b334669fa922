//! What publishing would do to a stack: what changes, who is on their way, and what would still be missing.

use std::collections::BTreeMap;

use aws::{Aws, InForce};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::columns::columns;
use crate::edition::{
    Change, Difference, Edition, Missing, Names, difference, missing, short, window,
};
use crate::output::Terminal;
use crate::runs::Runs;
use crate::stack::moment;

/// What publishing would do.
pub(crate) struct Outlook {
    before: Option<InForce>,
    release: String,
    zone: TimeZone,
    difference: Difference,
    /// From when until when people may come in, where that is bounded.
    windows: BTreeMap<String, String>,
    runs: Runs,
    missing: Vec<Missing>,
}

impl Outlook {
    /// Looks at what is there.
    ///
    /// # Errors
    /// Fails where AWS does, or a newer version of Waypost wrote what is there.
    pub(crate) async fn of(
        aws: &Aws,
        before: Option<&InForce>,
        after: &Edition,
    ) -> anyhow::Result<Self> {
        let history = aws.history(before).await?;
        let old = match before {
            Some(before) => Some(Edition::fetch(aws, before).await?),
            None => None,
        };
        let windows = after.plans.iter().filter_map(|(name, plan)| {
            let window = window(&plan.publish)?;
            Some((name.clone(), window))
        });
        Ok(Self {
            before: before.cloned(),
            release: after.hash.clone(),
            zone: after.release.settings.zone.clone(),
            difference: difference(old.as_ref(), after, &history),
            windows: windows.collect(),
            runs: Runs::count(aws, &history).await?,
            missing: missing(&after.release),
        })
    }

    /// Shows it to people.
    pub(crate) fn show(&self, stack: &str, terminal: Terminal) -> String {
        let release = terminal.strong(short(&self.release));
        let mut lines = vec![match &self.before {
            None => format!("The first release on {stack}: {release}"),
            Some(before) => format!(
                "Release {release} on {stack}, in place of {}, in force since {}",
                short(&before.release),
                moment(before.since, &self.zone)
            ),
        }];
        lines.push(String::new());
        let rows = self.difference.journeys.iter().map(|(name, line)| {
            let number = |number: Option<u32>| number.map(|number| format!("@{number}"));
            let (change, version) = match line.change {
                Change::Changed => (
                    "changed",
                    [number(line.before), number(line.after)]
                        .map(Option::unwrap_or_default)
                        .join(" -> "),
                ),
                Change::New => ("new", number(line.after).unwrap_or_default()),
                Change::Unchanged => ("unchanged", number(line.after).unwrap_or_default()),
                Change::Withdrawn => ("withdrawn", number(line.before).unwrap_or_default()),
            };
            let mut what = line.what.clone();
            what.extend(self.windows.get(name).cloned());
            if line.change == Change::Withdrawn {
                what.push("nobody comes in, those inside finish".to_owned());
            }
            [
                name.clone(),
                change.to_owned(),
                version,
                self.runs.show(name),
                what.join(", "),
            ]
        });
        let headings = ["JOURNEY", "CHANGE", "VERSION", "ON THEIR WAY", ""];
        lines.push(columns(headings, rows, terminal));
        for (title, names) in [
            ("Events", &self.difference.events),
            ("Mails", &self.difference.templates),
            ("Settings", &self.difference.settings),
        ] {
            lines.extend(show_names(title, names));
        }
        lines.extend(show_missing(&self.missing));
        lines.push(String::new());
        lines.join("\n")
    }

    /// Describes it to programs, with what came of it.
    pub(crate) fn report(&self, word: &str, done: bool) -> Value {
        let journeys = self.difference.journeys.iter().map(|(name, line)| {
            let mut described = json!(line);
            described["in_flight"] = json!(self.runs.within(name));
            described["publish"] = json!(self.windows.get(name));
            (name.clone(), described)
        });
        let journeys: serde_json::Map<_, _> = journeys.collect();
        json!({
            word: done,
            "release": self.release,
            "before": self.before.as_ref().map(|before| &before.release),
            "journeys": journeys,
            "events": self.difference.events,
            "templates": self.difference.templates,
            "settings": self.difference.settings,
            "not_installed": self.missing,
        })
    }
}

/// Lists what is new, changed and gone, where anything is.
fn show_names(title: &str, names: &Names) -> Option<String> {
    let parts = [
        ("new", &names.new),
        ("changed", &names.changed),
        ("withdrawn", &names.withdrawn),
    ];
    let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
    let parts = parts.map(|(word, names)| {
        let shown: Vec<_> = names.iter().take(NAMES_MAX).map(String::as_str).collect();
        let more = match names.len().saturating_sub(NAMES_MAX) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{word} {}{more}", shown.join(", "))
    });
    let parts: Vec<_> = parts.collect();
    (!names.is_empty()).then(|| format!("\n  {title}: {}", parts.join("; ")))
}

/// Lists the shipped triggers that are not installed.
pub(crate) fn show_missing(missing: &[Missing]) -> Vec<String> {
    let mut lines = Vec::new();
    if !missing.is_empty() {
        lines.push("\n  Shipped, and not installed here:".to_owned());
    }
    lines.extend(missing.iter().map(|one| {
        let Missing { event, title, why } = one;
        format!("    {event}  {title}: {why}")
    }));
    lines
}

const NAMES_MAX: usize = 20;
