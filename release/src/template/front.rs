//! The front matter of a template: subject, preheader and layout, between two lines of `---`.

use super::tag::{self, Piece, Tag};
use crate::yaml::{self, At, Keys, Phrase};
use crate::{Defect, Place};

/// What stands above the body of a template.
#[derive(Clone, Debug)]
pub(super) struct Front {
    /// The subject.
    pub(super) subject: Line,
    /// The preheader, if there is one.
    pub(super) preheader: Option<Line>,
    /// The name of the layout, if one is asked for, and where.
    pub(super) layout: Option<At<String>>,
    /// Where the body begins, in bytes.
    pub(super) body: usize,
}

/// One line of text with expressions.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// What it says.
    pub(super) text: String,
    /// Its expressions, placed in the line.
    pub(super) tags: Vec<Tag>,
    /// The same, placed in the file.
    pub(super) as_written: Vec<Tag>,
    /// Where it stands in the file.
    pub(super) place: Place,
}

/// Reads the front matter of a file.
pub(super) fn read(file: &str, text: &str, defects: &mut Vec<Defect>) -> Option<Front> {
    let Some(body) = body(text) else {
        let missing = !is_fence(text.split_inclusive('\n').next().unwrap_or_default());
        let what = if missing {
            "the front matter is missing"
        } else {
            "the front matter is not closed"
        };
        let place = Place {
            file: file.to_owned(),
            span: 0..text.lines().next().map_or(0, str::len),
        };
        let help = "begin the file with a line `---`, a line `subject: …` and another line `---`";
        defects.push(Defect::new(place, what).help(help));
        return None;
    };
    let fence = text[..body].trim_end().len().saturating_sub(FENCE.len());
    let node = yaml::parse(file, &text[..fence], defects);
    let keys = Keys::of(
        &node,
        "the front matter",
        &["subject", "preheader", "layout"],
        defects,
    )?;
    let line = |name: &str, defects: &mut Vec<Defect>| {
        let phrase = keys
            .get(name)?
            .phrase(&format!("the {name}"), "a text", defects)?;
        if phrase.text.trim().is_empty() {
            let what = format!("the {name} is empty");
            defects.push(Defect::new(phrase.place, what).help("write it, or take the line away"));
            return None;
        }
        Some(read_line(file, text, phrase, defects))
    };
    let preheader = line("preheader", defects);
    let subject = line("subject", defects);
    let layout = keys
        .get("layout")
        .and_then(|node| node.line("the layout", defects));
    let layout = layout.map(|name| without_extension(name, defects));
    if keys.get("subject").is_none() && !keys.cut_off() {
        let what = "the front matter has no subject";
        defects.push(Defect::new(keys.place().clone(), what).help("add a line `subject: …`"));
    }
    Some(Front {
        subject: subject?,
        preheader,
        layout,
        body,
    })
}

/// Says so if a layout is called by the name of its file; returns its own name.
fn without_extension(name: At<String>, defects: &mut Vec<Defect>) -> At<String> {
    let stem = [".mjml", ".html"]
        .into_iter()
        .find_map(|extension| name.value.strip_suffix(extension));
    let Some(stem) = stem.map(str::to_owned) else {
        return name;
    };
    let what = "a layout is named without its extension";
    let defect = Defect::new(name.place.clone(), what);
    defects.push(defect.help(format!("write `layout: {stem}`")));
    At::new(stem, name.place)
}

/// Reads a subject or a preheader.
fn read_line(file: &str, text: &str, phrase: Phrase, defects: &mut Vec<Defect>) -> Line {
    let line = phrase.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut found = vec![];
    let tags = tag::find(
        Piece {
            file,
            text: &line,
            offset: 0,
        },
        &mut found,
    );
    // Quotes in quotes and folded lines are not written as they are read: then the whole line is the place.
    let span = phrase.place.span.clone();
    let written = Piece {
        file,
        text: &text[span.clone()],
        offset: span.start,
    };
    let mut found_as_written = vec![];
    let mut as_written = tag::find(written, &mut found_as_written);
    let kinds = |tags: &[Tag]| tags.iter().map(|tag| tag.kind.clone()).collect::<Vec<_>>();
    if kinds(&tags) == kinds(&as_written) && found.len() == found_as_written.len() {
        defects.append(&mut found_as_written);
        for tag in &mut as_written {
            tag.span = tag.span.start + span.start..tag.span.end + span.start;
        }
    } else {
        defects.extend(found.into_iter().map(|defect| Defect {
            place: phrase.place.clone(),
            ..defect
        }));
        as_written = tags.clone();
        as_written
            .iter_mut()
            .for_each(|tag| tag.span = span.clone());
    }
    Line {
        text: line,
        tags,
        as_written,
        place: phrase.place,
    }
}

/// Returns where the body begins, if the front matter begins the text and ends.
fn body(text: &str) -> Option<usize> {
    let mut at = 0;
    for (i, line) in text.split_inclusive('\n').enumerate() {
        at += line.len();
        match (i, is_fence(line)) {
            (0, false) => return None,
            (0, true) | (_, false) => {}
            (_, true) => return Some(at),
        }
    }
    None
}

fn is_fence(line: &str) -> bool {
    line.trim_start_matches('\u{feff}').trim_end() == FENCE
}

const FENCE: &str = "---";
