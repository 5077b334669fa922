//! Hides expressions behind words while Markdown, MJML and CSS tools work on what stands around them.
//!
//! Those tools know nothing of `{{…}}`: they would encode it in URLs, wrap blocks in paragraphs and carry
//! loops out of tables. A word of letters and digits is text to all of them; a block also gets the form of
//! a comment wherever a comment may stand, since text between the rows of a table would be moved.

use std::ops::Range;

use super::html::{self, ItemKind};
use super::tag::Tag;

/// A text with words for its expressions.
#[derive(Clone, Debug)]
pub(super) struct Hidden {
    /// The text.
    pub(super) text: String,
    /// How its words begin: something that the text itself does not hold.
    pub(super) mark: String,
    /// Where each stretch of the text comes from: a byte in it, and the byte it was.
    stretches: Vec<(usize, usize)>,
}

impl Hidden {
    /// Hides the expressions of a text; `letter` keeps two texts apart that will be one.
    pub(super) fn new(text: &str, tags: &[Tag], letter: char) -> Self {
        let mark = free_mark(text, letter);
        let mut hidden = Self {
            text: String::with_capacity(text.len()),
            mark,
            stretches: vec![],
        };
        let mut at = 0;
        for (i, tag) in tags.iter().enumerate() {
            hidden.copy(text, at..tag.span.start);
            let word = word(&hidden.mark, i, tag.kind.is_block());
            hidden.stretches.push((hidden.text.len(), tag.span.start));
            hidden.text.push_str(&word);
            at = tag.span.end;
        }
        hidden.copy(text, at..text.len());
        hidden
    }

    /// Returns which byte of the original text a byte of this one was.
    pub(super) fn origin(&self, at: usize) -> usize {
        let i = self.stretches.partition_point(|&(here, _)| here <= at);
        let (here, there) = i
            .checked_sub(1)
            .and_then(|i| self.stretches.get(i))
            .copied()
            .unwrap_or_default();
        let next = self
            .stretches
            .get(i)
            .map_or(usize::MAX, |&(_, there)| there);
        (there + (at - here)).min(next)
    }

    fn copy(&mut self, text: &str, span: Range<usize>) {
        self.stretches.push((self.text.len(), span.start));
        self.text.push_str(&text[span]);
    }
}

/// Makes the word of an expression.
pub(super) fn word(mark: &str, index: usize, block: bool) -> String {
    let letter = if block { 'b' } else { 'v' };
    format!("{mark}{letter}{index:0DIGITS$}x")
}

/// Makes the comment that stands for a block.
pub(super) fn comment(word: &str) -> String {
    format!("<!--{word}-->")
}

/// Finds every word of a mark: where it stands, and which expression it is.
pub(super) fn find(text: &str, mark: &str) -> Vec<(Range<usize>, usize)> {
    let found = text.match_indices(mark).filter_map(|(start, _)| {
        let rest = text[start + mark.len()..].strip_prefix(['v', 'b'])?;
        let index = rest.get(..DIGITS)?.parse().ok()?;
        rest.get(DIGITS..)?
            .starts_with('x')
            .then(|| (start..start + mark.len() + DIGITS + 2, index))
    });
    found.collect()
}

/// Gives the words of blocks the form of comments, wherever one may stand.
pub(super) fn as_comments(html: &str, mark: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for item in html::read(html) {
        let piece = &html[item.span];
        if item.kind != ItemKind::Text {
            out.push_str(piece);
            continue;
        }
        let mut at = 0;
        for (span, _) in find(piece, mark) {
            let word = &piece[span.clone()];
            out.push_str(&piece[at..span.start]);
            if word[mark.len()..].starts_with('b') {
                out.push_str(&comment(word));
            } else {
                out.push_str(word);
            }
            at = span.end;
        }
        out.push_str(&piece[at..]);
    }
    out
}

/// Puts expressions back where their words stand.
pub(super) fn show<'a>(
    text: &str,
    mark: &str,
    expression: impl Fn(usize) -> Option<&'a str>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (span, index) in find(text, mark) {
        let Some(expression) = expression(index) else {
            continue;
        };
        let mut before = &text[at..span.start];
        let mut end = span.end;
        for (open, close) in [("<!--", "-->"), ("&lt;!--", "--&gt;")] {
            if let Some(outside) = before.strip_suffix(open)
                && text[end..].starts_with(close)
            {
                before = outside;
                end += close.len();
                break;
            }
        }
        out.push_str(before);
        out.push_str(expression);
        at = end;
    }
    out.push_str(&text[at..]);
    out
}

/// Finds a beginning for words that a text does not hold.
fn free_mark(text: &str, letter: char) -> String {
    let mut marks = (0..).map(|i: u32| format!("w{letter}{}q", letters(i)));
    marks
        .find(|mark| !text.contains(mark.as_str()))
        .unwrap_or_default()
}

/// Writes a number in letters, since a digit would end up in the word's own.
fn letters(number: u32) -> String {
    number
        .to_string()
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'a'))
        .collect()
}

/// Enough for every expression that one text may hold.
const DIGITS: usize = 4;
