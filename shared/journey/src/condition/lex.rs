//! Cuts the text of a condition into tokens.

use std::ops::Range;

use super::Mistake;
use super::words::{is_path_char, starts_word};

/// The smallest thing that means something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// A path, a keyword or the name of a function.
    Word(&'a str),
    /// A number; always finite.
    Number(f64),
    /// What stands between the quotes.
    Text(&'a str),
    /// One of [`SYMBOLS`].
    Symbol(&'static str),
    /// Nothing comes any more.
    End,
}

/// Reads the token that begins at `from`, or after the spaces there.
///
/// # Errors
/// If none does. `from` must be a character boundary.
pub(super) fn token(source: &str, from: usize) -> Result<(Token<'_>, Range<usize>), Mistake> {
    let rest = source[from..].trim_start();
    let start = source.len() - rest.len();
    let found = |token, len: usize| Ok((token, start..start + len));
    let Some(first) = rest.chars().next() else {
        return found(Token::End, 0);
    };
    if matches!(first, '\'' | '"') {
        return text(source, start, first);
    }
    let digits = rest.strip_prefix('-').unwrap_or(rest);
    if digits.starts_with(|c: char| c.is_ascii_digit()) {
        let (number, len) = number(rest).map_err(|mistake| mistake.moved(start))?;
        return found(Token::Number(number), len);
    }
    if starts_word(first) {
        let word = &rest[..rest.find(|c| !is_path_char(c)).unwrap_or(rest.len())];
        let after = &rest[word.len()..];
        if after.starts_with('-') && after[1..].starts_with(char::is_alphanumeric) {
            return Err(dashed(rest).moved(start));
        }
        return found(Token::Word(word), word.len());
    }
    if let Some(mistake) = foreign(rest) {
        return Err(mistake.moved(start));
    }
    if let Some(mistake) = lonely(rest) {
        return Err(mistake.moved(start));
    }
    match SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
        Some(symbol) => found(Token::Symbol(symbol), symbol.len()),
        None => Err(stray(first).moved(start)),
    }
}

/// Reads a text up to the quote that it began with.
fn text(source: &str, start: usize, quote: char) -> Result<(Token<'_>, Range<usize>), Mistake> {
    let rest = &source[start + 1..];
    let Some(len) = rest.find(quote) else {
        let help = format!("end it with {quote}");
        return Err(Mistake::new(
            start..source.len(),
            "this text has no closing quote",
            help,
        ));
    };
    let end = start + len + 2;
    if source[end..].starts_with(char::is_alphanumeric) {
        let other = if quote == '"' { '\'' } else { '"' };
        let help = format!("a text with {quote} in it stands between {other} and {other}");
        return Err(Mistake::new(
            start..end,
            "this text ends in the middle of a word",
            help,
        ));
    }
    Ok((Token::Text(&rest[..len]), start..end))
}

/// Reads a number and its length. The text begins with a digit, or `-` and a digit.
fn number(rest: &str) -> Result<(f64, usize), Mistake> {
    let len = rest[1..]
        .find(|c| !is_path_char(c))
        .map_or(rest.len(), |len| len + 1);
    let written = &rest[..len];
    let wrong = |len, what: &str, help: &str| Err(Mistake::new(0..len, what, help));
    let after = &rest[len..];
    if after.starts_with('-') && after[1..].starts_with(|c: char| c.is_ascii_digit()) {
        let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let help = "compare how long ago it is: `days_since(contact.renewal) > 30`";
        return wrong(len, "a condition has no dates", help);
    }
    let unsigned = written.strip_prefix('-').unwrap_or(written);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        let what = format!("`{written}` is not a number");
        return wrong(
            len,
            &what,
            "write it with digits and at most one point: `1250`, `12.50`",
        );
    }
    match written.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok((number, len)),
        _ => wrong(
            len,
            "this number is too large",
            "write one with fewer digits",
        ),
    }
}

/// Refuses `contact.first-name`, which could be a name or a subtraction.
fn dashed(rest: &str) -> Mistake {
    let len = rest
        .find(|c| !is_path_char(c) && c != '-')
        .unwrap_or(rest.len());
    let word = &rest[..len];
    let what = format!("`{word}` has a `-` in it");
    Mistake::new(
        0..len,
        what,
        "paths have none, and conditions do not calculate",
    )
}

/// Recognizes what other languages write for something that has a word here.
fn foreign(rest: &str) -> Option<Mistake> {
    let (sign, help) = FOREIGN
        .into_iter()
        .find(|(sign, _)| rest.starts_with(sign))?;
    let what = format!("`{sign}` means nothing in a condition");
    Some(Mistake::new(0..sign.len(), what, help))
}

/// Recognizes the first half of `==` and `!=`, where it stands without the other.
fn lonely(rest: &str) -> Option<Mistake> {
    let help = match rest.as_bytes() {
        [b'=', b'=', ..] | [b'!', b'=', ..] => return None,
        [b'=', ..] => "write `==` to compare",
        [b'!', ..] => "write `not`, or `!=` to compare",
        _ => return None,
    };
    let what = format!("`{}` means nothing in a condition", &rest[..1]);
    Some(Mistake::new(0..1, what, help))
}

/// Says that a character has no meaning here at all.
fn stray(c: char) -> Mistake {
    let what = format!("`{}` means nothing in a condition", c.escape_debug());
    let help = "there are paths, numbers, 'texts', [lists], and, or, not, in, == != < <= > >= ( )";
    Mistake::new(0..c.len_utf8(), what, help)
}

/// The signs there are; of two that begin alike, the longer first.
const SYMBOLS: [&str; 11] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ","];

/// Signs of other languages and what to write instead; of two that begin alike, the longer first.
const FOREIGN: [(&str, &str); 32] = [
    ("&&", "write `and`"),
    ("&", "write `and`"),
    ("||", "write `or`"),
    ("|", "write `or`"),
    ("===", "write `==`"),
    ("!==", "write `!=`"),
    ("=>", "write `>=`"),
    ("=<", "write `<=`"),
    ("<>", "write `!=`"),
    ("=~", "write `==`, or `in` and a list"),
    ("≠", "write `!=`"),
    ("≤", "write `<=`"),
    ("≥", "write `>=`"),
    ("‘", "write straight quotes: 'text'"),
    ("’", "write straight quotes: 'text'"),
    ("“", "write straight quotes: 'text'"),
    ("”", "write straight quotes: 'text'"),
    ("„", "write straight quotes: 'text'"),
    ("«", "write straight quotes: 'text'"),
    ("»", "write straight quotes: 'text'"),
    ("´", "write straight quotes: 'text'"),
    ("`", "write straight quotes: 'text'"),
    ("{", "write the path by itself: `contact.score`"),
    ("}", "write the path by itself: `contact.score`"),
    (
        "+",
        "conditions do not calculate: write the number that you mean",
    ),
    (
        "-",
        "conditions do not calculate: write the number that you mean",
    ),
    (
        "−",
        "conditions do not calculate: write the number that you mean",
    ),
    (
        "*",
        "conditions do not calculate: write the number that you mean",
    ),
    (
        "/",
        "conditions do not calculate: write the number that you mean",
    ),
    (
        "%",
        "conditions do not calculate: write the number that you mean",
    ),
    (".", "write `0.5` for half, `contact.score` for a path"),
    (
        "?",
        "write `has(contact.city)` to ask whether something is there",
    ),
];
