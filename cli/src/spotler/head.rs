//! Parts a message into the lines `Key: value` at its top and its text.

use super::Note;
use super::message::note;

/// A message in its parts.
pub(super) struct Head<'a> {
    /// Each line of the head: its number, its key in small letters, its value.
    lines: Vec<(usize, String, String)>,
    pub(super) body: &'a str,
    /// The line on which the body begins.
    pub(super) body_line: usize,
    /// What may have been meant otherwise.
    pub(super) notes: Vec<Note>,
}

impl Head<'_> {
    /// Returns what is said under the first of these names, and on which line.
    pub(super) fn said(&self, names: &[&str]) -> Option<(usize, String)> {
        let mut lines = self.lines.iter();
        let found = lines.find(|(_, key, _)| names.contains(&key.as_str()));
        found.map(|(line, _, value)| (*line, value.clone()))
    }
}

/// Parts a message.
///
/// What is said a second time is no longer its head, but its text; unless more of the head follows at once.
pub(super) fn split<'a>(file: &str, text: &'a str) -> Head<'a> {
    let mut head = Head {
        lines: Vec::new(),
        body: "",
        body_line: 1,
        notes: Vec::new(),
    };
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let number = number + 1;
        match key(line) {
            Some((key, value)) if is_new(&key, &head.lines) => {
                head.lines.push((number, key, value.trim().to_owned()));
            }
            Some((key, value))
                if is_key(&key) && goes_on(&text[at + line.len()..], &head.lines) =>
            {
                let (first, value) = (first(&key, &head.lines), value.trim());
                let what = format!(
                    "says `{value}` where line {first} has said something: line {first} holds, and this is left out"
                );
                head.notes.push(note(file, number, what, true));
            }
            _ if line.trim().is_empty() => (),
            found => {
                if let Some(meant) = found.and_then(|(key, _)| misspelled(&key, &head.lines)) {
                    let what = format!(
                        "begins the text; did you mean `{meant}:`? Then write it so, and import again"
                    );
                    head.notes.push(note(file, number, what, true));
                }
                head.body_line = number;
                head.body = &text[at..];
                return head;
            }
        }
        at += line.len();
    }
    head
}

/// Reads a line as a key, in small letters, and a value.
fn key(line: &str) -> Option<(String, &str)> {
    let (key, value) = line.split_once(':')?;
    Some((key.trim().to_lowercase(), value))
}

fn is_key(key: &str) -> bool {
    KEYS.iter().any(|group| group.contains(&key))
}

/// Returns whether a key is one of the head's that has not been said yet.
fn is_new(key: &str, said: &[(usize, String, String)]) -> bool {
    is_key(key) && first(key, said) == 0
}

/// Returns the line on which a key, or another that says the same, has been said; 0 where there is none.
fn first(key: &str, said: &[(usize, String, String)]) -> usize {
    let group = KEYS.iter().find(|group| group.contains(&key));
    let mut lines = said.iter();
    let found = lines.find(|(_, one, _)| group.is_some_and(|group| group.contains(&one.as_str())));
    found.map_or(0, |(line, ..)| *line)
}

/// Returns whether lines of the head follow at once, of which one is new.
fn goes_on(rest: &str, said: &[(usize, String, String)]) -> bool {
    let keys = rest.lines().map_while(key).map(|(key, _)| key);
    let mut keys = keys.take_while(|key| is_key(key));
    keys.any(|key| is_new(&key, said))
}

/// Returns the key that is most probably meant, as people write it.
fn misspelled(key: &str, said: &[(usize, String, String)]) -> Option<String> {
    let fresh = KEYS.iter().copied().flatten().copied();
    let meant = journey::nearest(key, fresh.filter(|one| is_new(one, said)))?;
    let (front, rest) = meant.split_at(1);
    Some(front.to_uppercase() + rest)
}

/// What may be said above a text; those of a group say the same.
const KEYS: [&[&str]; 5] = [
    &["naam", "name", "bericht", "message"],
    &["tag", "trigger"],
    &["onderwerp", "subject"],
    &["snippet", "preheader"],
    &["titel", "title"],
];
