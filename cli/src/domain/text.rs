//! The document as plain text, and as a zone file.

use super::ask::Ask;
use super::records::{Purpose, Record, TTL_S};
use super::state::{Entry, State};
use crate::dns::Kind;

/// The order of the document.
pub(super) const PURPOSES: [Purpose; 5] = [
    Purpose::Dkim,
    Purpose::MailFromMx,
    Purpose::MailFromSpf,
    Purpose::Dmarc,
    Purpose::Tracking,
];

/// Writes the document as plain text.
pub(crate) fn text(ask: &Ask) -> String {
    let frame = ask.language.frame();
    let title = ask.fill(frame.title);
    let mut out = Text::default();
    out.line(&title);
    out.line(&"=".repeat(title.chars().count()));
    out.line(&ask.fill(frame.reader));
    out.gap();
    out.paragraph(&ask.fill(frame.intro));
    out.paragraph(&ask.fill(frame.untouched));
    if ask.is_done() {
        out.paragraph(frame.done);
    }
    let mut number = 0;
    for purpose in PURPOSES {
        if ask.of(purpose).next().is_none() {
            continue;
        }
        number += 1;
        section(&mut out, ask, purpose, number);
    }
    out.heading(frame.tips_title);
    for tip in ask.tips() {
        out.item("- ", &tip);
    }
    out.gap();
    out.heading(frame.zone_title);
    out.paragraph(frame.zone);
    out.0.push_str(&zone(ask));
    out.gap();
    out.paragraph(frame.end);
    out.0.trim_end().to_owned() + "\n"
}

fn section(out: &mut Text, ask: &Ask, purpose: Purpose, number: usize) {
    let [title, why, without] = ask.language.purpose(purpose);
    out.heading(&format!("{number}. {}", ask.fill(title)));
    out.paragraph(&ask.fill(why));
    out.paragraph(&ask.fill(without));
    if purpose == Purpose::Dmarc {
        dmarc(out, ask);
    }
    for entry in ask.of(purpose) {
        record(out, ask, entry);
    }
}

fn dmarc(out: &mut Text, ask: &Ask) {
    let frame = ask.language.frame();
    for (policy, meaning) in frame.policies {
        out.item(&format!("{policy:<14}"), meaning);
    }
    out.gap();
    out.paragraph(frame.reports);
    if let Some(kept) = &ask.kept {
        out.paragraph(
            &frame
                .kept
                .replace("{at}", &format!("_dmarc.{}", kept.domain)),
        );
        for remark in ask.remarks() {
            out.item("- ", &ask.language.remark(&remark));
        }
        out.gap();
    }
}

fn record(out: &mut Text, ask: &Ask, Entry { record, state }: &Entry) {
    let frame = ask.language.frame();
    let ttl = TTL_S.to_string();
    let parts = [
        (frame.name, record.name.as_str()),
        (frame.kind, record.kind.name()),
        (frame.value, &record.value),
        (frame.ttl, &ttl),
        (frame.state, ask.language.state(state)),
    ];
    for (name, value) in parts {
        // In one piece, whatever its length, so that it can be copied.
        out.line(&format!("  {name:<7} {value}"));
    }
    if let State::Wrong { there, why } = state {
        out.item("          ", ask.language.why(*why));
        for value in there {
            out.line(&format!("          {value}"));
        }
    }
    out.gap();
}

/// Writes the records as a zone file has them.
pub(crate) fn zone(ask: &Ask) -> String {
    let mut out = String::new();
    for entry in &ask.entries {
        let Record {
            name, kind, value, ..
        } = &entry.record;
        let data = match kind {
            Kind::Cname | Kind::Mx => format!("{value}."),
            Kind::Txt => quoted(value),
            Kind::A => value.clone(),
        };
        let comment = match entry.state {
            State::Found => "; ",
            State::Missing | State::Wrong { .. } | State::Unread(_) => "",
        };
        out += &format!("{comment}{name}. {TTL_S} IN {} {data}\n", kind.name());
    }
    out
}

/// Writes a text as a zone file has it: in strings of at most 255 bytes.
fn quoted(text: &str) -> String {
    let mut strings = vec![String::new()];
    let mut bytes = 0;
    for c in text.chars() {
        if bytes + c.len_utf8() > STRING_BYTES_MAX {
            strings.push(String::new());
            bytes = 0;
        }
        bytes += c.len_utf8();
        let last = strings.last_mut();
        if let Some(last) = last {
            if matches!(c, '"' | '\\') {
                last.push('\\');
            }
            last.push(c);
        }
    }
    let strings = strings.iter().map(|string| format!("\"{string}\""));
    strings.collect::<Vec<_>>().join(" ")
}

impl Ask {
    /// Fills a text in.
    pub(super) fn fill(&self, text: &str) -> String {
        text.replace("{domain}", &self.domain.shown())
            .replace("{registered}", self.domain.registered())
            .replace("{mail_from}", self.mail_from.as_deref().unwrap_or_default())
            .replace("{tracking}", self.tracked())
    }

    /// Returns what to know when the records are typed.
    pub(super) fn tips(&self) -> Vec<String> {
        // The shortest is read most easily.
        let records = self.entries.iter().map(|entry| &entry.record);
        let example = records.min_by_key(|record| record.name.len());
        let full = example.map_or("", |record| record.name.as_str());
        let short = example.map(|record| record.short_name(self.domain.registered()));
        let short = short.unwrap_or_default();
        let tips = self.language.frame().tips.iter();
        tips.map(|tip| {
            self.fill(tip)
                .replace("{short}", &short)
                .replace("{full}", full)
        })
        .collect()
    }
}

/// A text that grows, in lines that fit any mail program.
#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn gap(&mut self) {
        self.0.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.line(text);
        self.line(&"-".repeat(text.chars().count()));
    }

    fn paragraph(&mut self, text: &str) {
        self.item("", text);
        self.gap();
    }

    /// Writes a text after `mark`, and its further lines under it.
    fn item(&mut self, mark: &str, text: &str) {
        let indent = " ".repeat(mark.chars().count());
        let mut line = mark.to_owned();
        let mut empty = true;
        for word in text.split(' ') {
            let width = line.chars().count() + 1 + word.chars().count();
            if !empty && width > WIDTH {
                self.line(line.trim_end());
                line.clone_from(&indent);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.line(line.trim_end());
    }
}

/// In columns.
const WIDTH: usize = 76;
/// RFC 1035, 3.3.
const STRING_BYTES_MAX: usize = 255;
