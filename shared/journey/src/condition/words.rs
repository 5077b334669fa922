//! The words and letters that conditions are made of.

/// Returns whether a text is a path: names of letters, digits and `_`, with dots between them.
pub(crate) fn is_path(text: &str) -> bool {
    text.starts_with(starts_word) && text.chars().all(is_path_char) && {
        text.split('.').all(|name| !name.is_empty())
    }
}

/// Returns whether a path can have this character in it.
pub(crate) fn is_path_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.')
}

/// Returns whether a word can begin with this character.
pub(super) fn starts_word(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// Returns what to write for an operator or a value of another language.
pub(super) fn translate(word: &str) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    TRANSLATIONS
        .iter()
        .find(|(foreign, _)| *foreign == lower)
        .map(|(_, ours)| *ours)
}

/// The functions there are.
pub(super) const FUNCTIONS: [&str; 4] = ["clicked", "days_since", "has", "opened"];

/// Words, in lower case, that people bring along from elsewhere, and what to write here.
const TRANSLATIONS: [(&str, &str); 14] = [
    ("and", "write `and`, in small letters"),
    ("contains", "write the text first: `'vip' in contact.tags`"),
    ("equals", "write `==`"),
    ("false", "write `false`, in small letters"),
    ("in", "write `in`, in small letters"),
    ("includes", "write the text first: `'vip' in contact.tags`"),
    ("is", "write `==`"),
    (
        "nil",
        "write `has(contact.city)` or `not has(contact.city)`",
    ),
    (
        "none",
        "write `has(contact.city)` or `not has(contact.city)`",
    ),
    (
        "not",
        "write `not`, in small letters, before the whole comparison",
    ),
    (
        "null",
        "write `has(contact.city)` or `not has(contact.city)`",
    ),
    ("or", "write `or`, in small letters"),
    ("true", "write `true`, in small letters"),
    (
        "undefined",
        "write `has(contact.city)` or `not has(contact.city)`",
    ),
];
