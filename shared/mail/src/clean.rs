//! What is done to every value before it stands in a mail.
//!
//! A [`Scope`](crate::Scope) removes from its texts what never belongs in one ([`text`]); each part of a
//! mail then escapes them for where they stand ([`line`], [`html`]).
//!
//! An absent value travels as a mark that no text can hold, since [`text`] removes it: whatever prints one
//! marks the whole mail as unfit, wherever in a template that happens.

use std::borrow::Cow;

/// Removes what never belongs in a text: control characters but tabs and line breaks, and the invisible
/// characters that turn the direction of what follows.
///
/// Every kind of line break becomes `\n`.
pub(crate) fn text(raw: &str) -> Cow<'_, str> {
    if !raw.contains(|c| c == '\r' || is_line_separator(c) || is_unfit(c)) {
        return Cow::Borrowed(raw);
    }
    let mut clean = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\r' {
            chars.next_if_eq(&'\n');
            clean.push('\n');
        } else if is_line_separator(c) {
            clean.push('\n');
        } else if !is_unfit(c) {
            clean.push(c);
        }
    }
    Cow::Owned(clean)
}

/// Makes one line of a text: spaces and line breaks that stand together become one space.
pub(crate) fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut space = String::new();
    for c in text.chars() {
        match c {
            ' ' | '\n' | '\r' | '\t' => space.push(c),
            c => {
                flush(&mut line, &mut space);
                line.push(c);
            }
        }
    }
    flush(&mut line, &mut space);
    line
}

/// Escapes one line of text for HTML, inside an element or a quoted attribute.
///
/// Publishing refuses values in attributes without quotes, so these five characters are all that can end
/// where a value stands. Nothing else is escaped: a mail service that rewrites links to count clicks need
/// not know that `&#x3D;` is a `=`.
pub(crate) fn html(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in line(text).chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

/// Makes the mark of an absent value.
pub(crate) fn absent(path: &str) -> String {
    format!("{MARK}{path}{MARK}")
}

/// Finds the mark of an absent value anywhere in a text, and returns which value that was.
pub(crate) fn find_absent(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(MARK)?;
    Some(rest.split(MARK).next().unwrap_or_default())
}

/// Keeps spaces as they are, and makes one space of those that hold a line break.
fn flush(line: &mut String, space: &mut String) {
    if space.contains(['\n', '\r', '\t']) {
        line.push(' ');
    } else {
        line.push_str(space);
    }
    space.clear();
}

/// Tells whether a character breaks a line without being one of the usual two.
fn is_line_separator(c: char) -> bool {
    matches!(c, '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Tells whether a character never belongs in a text.
fn is_unfit(c: char) -> bool {
    match c {
        '\t' | '\n' => false,
        // Unicode's bidirectional embeddings, overrides and isolates (UAX #9), and the byte order mark.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => true,
        c => c.is_control(),
    }
}

const MARK: char = '\0';
