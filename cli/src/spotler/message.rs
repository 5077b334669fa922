//! Reads one message: what stands above its text, and the text.

use std::collections::BTreeSet;

use super::fields::{Converted, convert};
use super::head::split;
use super::{MESSAGE_MAX, Note, entities, html};

/// A message, ready to be written as files.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Message {
    /// Where it stands.
    pub(crate) file: String,
    /// The name of its template and journey: `01-nieuwe-aanmelding`.
    pub(crate) name: String,
    /// What people call it: `DATAWIJZER #1 Nieuwe aanmelding`.
    pub(crate) title: String,
    /// The event that it belongs to.
    pub(crate) event: String,
    pub(crate) subject: String,
    pub(crate) preheader: String,
    /// The text, as Markdown with Handlebars.
    pub(crate) body: String,
    /// The parameters of its event.
    pub(crate) params: BTreeSet<String>,
    /// The vars that it shows.
    pub(crate) vars: BTreeSet<&'static str>,
    pub(crate) notes: Vec<Note>,
}

/// Reads a message; `file` is its name, for the report.
///
/// # Errors
///
/// Says what to do with a file that is no message.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Message, String> {
    let ending = file.to_ascii_lowercase();
    let is_html = ending.ends_with(".html") || ending.ends_with(".htm");
    let text = text_of(bytes, is_html)?;
    let head = split(file, &text);
    if head.body.trim().is_empty() {
        return Err("it has no text: write one under its subject".to_owned());
    }
    let said = |names: &[&str]| head.said(names);
    let stem = file.rsplit('/').next().unwrap_or(file);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let title = said(&["naam", "name", "bericht", "message"]);
    let title = title.map_or_else(|| stem.replace(['_', '-'], " "), |(_, title)| title);
    let mut notes = head.notes.clone();
    let event = event(file, &title, said(&["tag", "trigger"]), &mut notes);
    let mut params = BTreeSet::new();
    let mut vars = BTreeSet::new();
    let mut take = |line: usize, text: &str| {
        let Converted {
            text,
            params: some,
            vars: others,
            notes: more,
        } = convert(text, file, line);
        params.extend(some);
        vars.extend(others);
        notes.extend(more);
        text
    };
    let (line, subject) = said(&["onderwerp", "subject"]).unwrap_or_else(|| (0, title.clone()));
    let subject = take(line, &subject);
    let (line, preheader) = said(&["snippet", "preheader"]).unwrap_or_default();
    let preheader = take(line, &preheader);
    let heading = said(&["titel", "title"]);
    let heading_line = heading.as_ref().map(|(line, _)| *line);
    let heading = heading.map(|(line, title)| take(line, &title));
    let written = take(head.body_line, head.body.trim_end());
    let body = match heading {
        // A text that begins with the same heading does not need it twice.
        Some(heading) if written.lines().next() != Some(&format!("# {heading}")) => {
            format!("# {heading}\n\n{written}\n")
        }
        _ => format!("{written}\n"),
    };
    let missing = said(&["onderwerp", "subject"]).is_none();
    notes.extend(doubts(file, &text, is_html, missing, heading_line));
    Ok(Message {
        file: file.to_owned(),
        name: name(&title),
        title,
        event,
        subject,
        preheader,
        body,
        params,
        vars,
        notes,
    })
}

/// Tells what was understood in one of several ways.
fn doubts(
    file: &str,
    text: &str,
    is_html: bool,
    no_subject: bool,
    heading: Option<usize>,
) -> Vec<Note> {
    let mut notes = Vec::new();
    let below = heading.filter(|line| !is_html && is_below_an_empty_line(text, *line));
    if let Some(line) = below {
        let what = "`Titel:` below an empty line is read as the heading, not as text";
        notes.push(note(file, line, what.to_owned(), false));
    }
    if no_subject {
        let what = "it names no subject, so its name is one: write `Onderwerp: …` above the text";
        notes.push(note(file, 0, what.to_owned(), true));
    }
    if is_html {
        let what = "only the words are taken over: how it looks belongs into a layout".to_owned();
        notes.push(note(file, 0, what, false));
    }
    notes
}

fn is_below_an_empty_line(text: &str, line: usize) -> bool {
    let before = line.checked_sub(2).and_then(|at| text.lines().nth(at));
    before.is_some_and(|before| before.trim().is_empty())
}

/// Reads the text of a file, with one kind of line ends.
fn text_of(bytes: &[u8], is_html: bool) -> Result<String, String> {
    if bytes.len() > MESSAGE_MAX {
        return Err(format!(
            "it has {} bytes, and a message has at most {MESSAGE_MAX}: save the text alone",
            bytes.len()
        ));
    }
    let text = decoded(bytes)
        .filter(|text| !text.contains('\0'))
        .ok_or("it is no text in UTF-8: save it as a text file")?;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    Ok(match is_html {
        true => html::text(&text),
        // What was copied from a page may have brought some along.
        false => entities::harmless(&text),
    })
}

/// Reads UTF-8, or the UTF-16 of Windows, which says so at its front.
fn decoded(bytes: &[u8]) -> Option<String> {
    let units = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16(&units).ok().filter(|_| rest.is_empty())
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

/// Returns the event that a message belongs to.
fn event(file: &str, title: &str, said: Option<(usize, String)>, notes: &mut Vec<Note>) -> String {
    match said {
        Some((line, tag)) => {
            let event = tag.trim().replace([' ', '-'], "_");
            if event != tag {
                let what = format!("the tag `{tag}` is read as `{event}`: a tag has no spaces");
                notes.push(note(file, line, what, false));
            }
            event
        }
        None => {
            let event = slug(title).to_ascii_uppercase().replace('-', "_");
            let what = format!(
                "it names no tag: the event is called `{event}` until you write `Tag: …` above the text"
            );
            notes.push(note(file, 0, what, true));
            event
        }
    }
}

pub(super) fn note(file: &str, line: usize, what: String, is_open: bool) -> Note {
    Note {
        file: file.to_owned(),
        line,
        column: usize::from(line > 0),
        what,
        is_open,
    }
}

/// Names the files of a message: `DATAWIJZER #1 Nieuwe aanmelding` becomes `01-nieuwe-aanmelding`.
fn name(title: &str) -> String {
    if let Some((_, rest)) = title.split_once('#') {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        if let Ok(number) = digits.parse::<u16>() {
            return format!("{number:02}-{}", slug(&rest[digits.len()..]));
        }
    }
    slug(title)
}

fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'à'..='å' => slug.push('a'),
            'è'..='ë' => slug.push('e'),
            'ì'..='ï' => slug.push('i'),
            'ò'..='ö' => slug.push('o'),
            'ù'..='ü' => slug.push('u'),
            _ if slug.ends_with('-') || slug.is_empty() => (),
            _ => slug.push('-'),
        }
    }
    let slug: String = slug.trim_matches('-').chars().take(NAME_MAX).collect();
    if slug.is_empty() {
        "bericht".to_owned()
    } else {
        slug
    }
}

const NAME_MAX: usize = 60;
