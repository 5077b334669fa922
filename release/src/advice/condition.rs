//! Advice on conditions.

use std::ops::Range;

use journey::{Mistake, Schema};

/// Says what to write instead of what is no condition.
pub(crate) fn read(text: &str, mistake: &Mistake) -> Option<String> {
    let word = text.get(mistake.at.clone())?;
    let (before, after) = (&text[..mistake.at.start], &text[mistake.at.end..]);
    let path = path_before(before);
    let alone = path.unwrap_or_default() == before.trim();
    if mistake.what.starts_with("there is no function") {
        // `contact.city.contains('dam')`, or `contains(contact.city, 'dam')`.
        let (path, function) = word.rsplit_once('.').unwrap_or(("", word));
        return match folded(function).as_str() {
            "contains" | "includes" if path.is_empty() => Some(as_a_whole("contact.city")),
            "contains" | "includes" => Some(contained(path, after, alone)),
            function if SEARCHES.contains(&function) => Some(as_a_whole(match path {
                "" => "contact.city",
                path => path,
            })),
            _ => None,
        };
    }
    // What no other value can follow, however it goes on.
    let path = path?;
    match folded(word).as_str() {
        "is" => there(path, after),
        "contains" | "includes" => Some(contained(path, after, alone)),
        "exists" => Some(format!("write `has({path})`")),
        "between" => Some(format!("write both bounds: `{path} >= 1 and {path} <= 5`")),
        folded if SEARCHES.contains(&folded) => Some(as_a_whole(path)),
        _ if mistake.what.starts_with("something is missing") && is_word(word) => Some(format!(
            "`{word}` is no operator: there are {OPERATORS}; between two conditions stands `and` or `or`"
        )),
        _ => None,
    }
}

/// Says what to write instead of what has no answer, and how much of the condition that is about.
pub(crate) fn asked(
    text: &str,
    mistake: &Mistake,
    schema: &Schema,
) -> Option<(Range<usize>, String, String)> {
    let word = text.get(mistake.at.clone())?;
    if !mistake.what.starts_with("nothing is called") {
        return None;
    }
    let signals = || schema.fields.keys().any(|path| path.starts_with("signal."));
    if word.starts_with("signal.") && !signals() {
        let help = "`signal` stands only in the `where` of a `wait_for` or of a goal: ask it there";
        return Some((mistake.at.clone(), mistake.what.clone(), help.to_owned()));
    }
    let rest = text[mistake.at.end..].trim_start();
    let name = rest.strip_prefix("in ")?.trim_start();
    let end = name.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')));
    let name = &name[..end.unwrap_or(name.len())];
    if !matches!(word, "contact" | "recipient") || !is_word(name) {
        return None;
    }
    let start = text.len() - text[mistake.at.end..].len();
    let end = start + text[start..].find(name)? + name.len();
    Some((
        mistake.at.start..end,
        "audiences are not for conditions".to_owned(),
        format!(
            "write the audience's own condition; for a list `\"'{name}' in contact.lists\"`, for a tag `\"'{name}' in contact.tags\"`"
        ),
    ))
}

/// Says what became of the rest of a condition that YAML took for a comment.
pub(crate) fn cut_off(what: &str) -> Option<(String, &'static str)> {
    if what != "this text has no closing quote" {
        return None;
    }
    let what = format!("{what}: YAML reads ` #` as the start of a comment");
    Some((
        what,
        "put the whole condition in quotes, and what is quoted inside in those of the other kind: `\"event.kind == 'a #1'\"`",
    ))
}

/// Says how to ask whether a path holds something.
fn there(path: &str, after: &str) -> Option<String> {
    let mut words = after.split_whitespace().map(str::to_lowercase);
    let first = words.next()?;
    let (not, word) = match first.as_str() {
        "not" => (true, words.next()?),
        _ => (false, first),
    };
    let absent = match word.as_str() {
        "empty" | "null" | "none" | "nil" | "blank" | "absent" | "missing" | "undefined"
        | "unknown" => !not,
        "set" | "present" | "known" | "filled" | "there" => not,
        _ => return None,
    };
    Some(match absent {
        true => format!("write `not has({path})`"),
        false => format!("write `has({path})`"),
    })
}

/// Says how to look for a text in a list; nothing is looked for in a text.
fn contained(path: &str, after: &str, alone: bool) -> String {
    let text = after.trim_start_matches([' ', '(']);
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let text = quote.and_then(|quote| text[1..].split(quote).next());
    let text = text.unwrap_or("vip");
    match path.rsplit('.').next() {
        // A line of YAML that begins with a quote is that quote.
        Some("tags" | "lists") if alone => {
            format!("write the text first, and all of it in quotes: `\"'{text}' in {path}\"`")
        }
        Some("tags" | "lists") => format!("write the text first: `'{text}' in {path}`"),
        Some(_) | None => as_a_whole(path),
    }
}

fn as_a_whole(path: &str) -> String {
    format!(
        "texts are compared as a whole: `{path} == 'text'`, or `{path} in ['one', 'another']`; the operators are {OPERATORS}"
    )
}

/// Returns the path that a text ends with.
fn path_before(text: &str) -> Option<&str> {
    let text = text.trim_end();
    let start = text
        .char_indices()
        .rev()
        .find(|(_, c)| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
        .map_or(0, |(at, c)| at + c.len_utf8());
    Some(&text[start..]).filter(|path| path.starts_with(char::is_alphabetic))
}

fn is_word(text: &str) -> bool {
    text.starts_with(char::is_alphabetic) && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn folded(word: &str) -> String {
    word.to_lowercase().replace('_', "")
}

/// The operators there are, as a message lists them.
const OPERATORS: &str = "`==`, `!=`, `<`, `<=`, `>`, `>=` and `in`";

/// Words, without case and `_`, with which other languages look into a text.
const SEARCHES: [&str; 9] = [
    "startswith",
    "beginswith",
    "endswith",
    "like",
    "ilike",
    "matches",
    "match",
    "regex",
    "regexp",
];
