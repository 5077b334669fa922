//! Says in plain words why a text is not YAML.

use granit_parser::{ErrorKind, ScanError};

use crate::{Defect, Place};

/// Describes `error`, met while reading `text`, the contents of `file`.
pub(super) fn defect(file: &str, text: &str, error: &ScanError) -> Defect {
    let start = error.marker().byte_offset().unwrap_or(text.len());
    let place = Place {
        file: file.to_owned(),
        span: at(text, start),
    };
    let (what, help) = words(error.kind());
    let help = if unquoted_braces(text, place.span.start) {
        "a text with `{{…}}` at its start needs quotes: \"{{…}}\"".to_owned()
    } else {
        help.to_owned()
    };
    Defect::new(place, format!("this is not YAML: {what}"))
        .label("reading stops here")
        .help(help)
}

/// Returns the character at `start`, or the last one before it where the file or a line ends there.
fn at(text: &str, start: usize) -> std::ops::Range<usize> {
    let start = text.floor_char_boundary(start.min(text.len()));
    match text[start..].chars().next() {
        Some(found) if found != '\n' && found != '\r' => start..start + found.len_utf8(),
        _ => {
            let start = text[..start].trim_end().len();
            let last = text[..start].chars().next_back().map_or(0, char::len_utf8);
            start - last..start
        }
    }
}

/// Tells whether the line at `start` has a value that begins with `{{` and is not in quotes.
fn unquoted_braces(text: &str, start: usize) -> bool {
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    line.split_once(": ")
        .map_or(line, |(_, value)| value)
        .trim_start()
        .trim_start_matches("- ")
        .starts_with("{{")
}

#[expect(
    clippy::too_many_lines,
    clippy::wildcard_enum_match_arm,
    reason = "a table of what goes wrong in practice; the rest has one answer"
)]
fn words(kind: &ErrorKind) -> (&'static str, &'static str) {
    match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => (
            "a line is indented with a tab",
            "use spaces: two for each level",
        ),
        ErrorKind::MappingValueNotAllowed
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::MappingKeyNotAllowed
        | ErrorKind::InvalidMappingValueWhitespace => (
            "a `:` stands where no key can",
            "a text that contains `: ` needs quotes; else look at the indentation",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => (
            "a key has no `:`",
            "write `key: value`, with a space after the `:`",
        ),
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => (
            "this line does not fit the indentation of the lines above it",
            "give keys that belong together the same number of spaces",
        ),
        ErrorKind::ExpectedBlockSequenceEntry => (
            "a list goes on without `- `",
            "begin each item of a list with `- `, all at the same indentation",
        ),
        ErrorKind::BlockSequenceEntryNotAllowed
        | ErrorKind::BlockEntryInFlowCollection
        | ErrorKind::InvalidBlockEntryWhitespace => (
            "a `- ` stands where no list item can",
            "put each item on a line of its own, below its key",
        ),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => (
            "a quote is opened and never closed",
            "close it, or leave it out",
        ),
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "something follows the closing quote",
            "put the whole text in quotes; inside '…' write '' for one '",
        ),
        ErrorKind::UnknownQuotedScalarEscape => (
            "this `\\` sequence means nothing",
            "use '…' quotes, in which `\\` is an ordinary character",
        ),
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofImplicitFlowMapping => (
            "a `{` or `[` is opened and never closed",
            "close it with `}` or `]`",
        ),
        ErrorKind::MisplacedFlowCollectionEnd
        | ErrorKind::MismatchedFlowCollectionEnd { .. }
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator => (
            "the pieces between `{ }` or `[ ]` do not fit together",
            "put a comma between two pieces, and close each bracket with its own kind",
        ),
        ErrorKind::UnknownAnchor => (
            "a `*` repeats something that is not named above",
            "a text that begins with `*` needs quotes",
        ),
        ErrorKind::UnexpectedCharacter { .. } => (
            "no value can begin with this character",
            "put the text in quotes",
        ),
        ErrorKind::RecursionLimitExceeded => (
            "lists and mappings are nested too deeply",
            "at most 64 levels are read",
        ),
        _ => (
            "something is out of place",
            "look at the quotes, brackets and indentation on this line and the one above",
        ),
    }
}
