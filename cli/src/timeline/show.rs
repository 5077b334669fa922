//! Shows what became of an event: the event, under it each mail with who got it, then the others.

use comfy_table::{Table, presets};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Letter, Story};
use crate::output::Terminal;

/// Tells the time of day as people at this place do.
#[derive(Clone, Debug)]
pub(crate) struct Clock(pub(crate) TimeZone);

impl Clock {
    /// Writes a time of day.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        at.to_zoned(self.0.clone()).strftime("%H:%M:%S").to_string()
    }

    /// Writes a day and a time of day.
    pub(crate) fn moment(&self, at: Timestamp) -> String {
        let at = at.to_zoned(self.0.clone());
        at.strftime("%A %-d %B %Y, %H:%M").to_string()
    }
}

/// Shows a story to people, in lines.
pub(crate) fn show(story: &Story<'_>, clock: &Clock, terminal: Terminal) -> String {
    let posted = story.posted;
    let mut lines = vec![format!(
        "{:>3}  {}  {}",
        posted.number,
        terminal.strong(&posted.ty),
        terminal.faint(
            [clock.time(posted.at).as_str(), posted.title.as_str()]
                .join("  ")
                .trim_end()
        ),
    )];
    let mut rest = story.letters.as_slice();
    while let Some(first) = rest.first() {
        let same = |letter: &Letter<'_>| {
            letter.journey == first.journey && letter.mail.subject == first.mail.subject
        };
        let count = rest.iter().take_while(|letter| same(letter)).count();
        let (group, later) = rest.split_at(count);
        rest = later;
        lines.push(format!(
            "     {}",
            terminal.good(format!("“{}”", first.mail.subject))
        ));
        lines.extend(people(group, posted.at));
        if let Some(more) = group.len().checked_sub(PEOPLE_MAX).filter(|more| *more > 0) {
            lines.push(format!("       … and {more} more"));
        }
    }
    let rest = story.rest();
    for other in rest.iter().take(PEOPLE_MAX) {
        lines.push(format!("     {}", terminal.faint(format!("– {other}"))));
    }
    let more = rest.len().checked_sub(PEOPLE_MAX);
    if let Some(more) = more.filter(|more| *more > 0) {
        lines.push(terminal.faint(format!("     – and {more} more")));
    }
    for trouble in &story.troubles {
        lines.push(format!(
            "     {}",
            terminal.bad(format!("✗ {}", indented(trouble)))
        ));
    }
    lines.join("\n")
}

/// Lists who got a mail: name, roles, and how long after the event.
fn people(letters: &[Letter<'_>], posted: Timestamp) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for letter in letters.iter().take(PEOPLE_MAX) {
        let after = letter.mail.at.duration_since(posted);
        table.add_row([
            format!("→ {}", letter.name),
            letter.roles.join(", "),
            length(after),
        ]);
    }
    let lines = table.lines();
    lines
        .map(|line| format!("      {}", line.trim_end()))
        .collect()
}

/// Says how long something took, as exactly as anybody wants to know.
fn length(took: SignedDuration) -> String {
    match took.as_secs() {
        ..60 => format!("{:.1} s", took.as_secs_f64().max(0.0)),
        secs @ 60..7_200 => format!("{} min", secs / 60),
        secs @ 7_200..172_800 => format!("{} h", secs / 3_600),
        secs => format!("{} days", secs / 86_400),
    }
}

/// Sets the later lines of a text under the first.
fn indented(text: &str) -> String {
    text.replace('\n', "\n       ")
}

/// Describes a story to programs.
pub(crate) fn describe(story: &Story<'_>) -> Value {
    let posted = story.posted;
    let mails = story.letters.iter().map(|letter| {
        json!({
            "name": letter.name,
            "roles": letter.roles,
            "journey": letter.journey,
            "subject": letter.mail.subject,
            "at": letter.mail.at.to_string(),
            "id": letter.mail.id,
        })
    });
    json!({
        "number": posted.number,
        "id": posted.id,
        "type": posted.ty,
        "subject": posted.subject,
        "at": posted.at.to_string(),
        "accepted": posted.refused.is_none(),
        "mails": mails.collect::<Vec<_>>(),
        "others": story.rest(),
        "idle": story.idle,
        "troubles": story.troubles,
    })
}

/// More of the same is counted, not listed.
const PEOPLE_MAX: usize = 12;
