//! Reads pieces of a tree as what they should be, and says what they are instead.

use std::ops::Range;

use super::{At, Data, Entry, Mapping, Node, Phrase};
use crate::words::{list_of, nearest};
use crate::{Defect, Place};

/// A mapping that is read by its keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys<'a> {
    /// What the mapping is, with an article: "a journey".
    what: &'a str,
    place: &'a Place,
    mapping: &'a Mapping,
    /// The keys that it can have; none where they are the author's own.
    known: &'a [&'a str],
}

impl<'a> Keys<'a> {
    /// Reads `node` as `what`, a mapping that can have the keys `known` and no others.
    pub(crate) fn of(
        node: &'a Node,
        what: &'a str,
        known: &'a [&'a str],
        defects: &mut Vec<Defect>,
    ) -> Option<Self> {
        Self::guided(node, what, known, |_| None, defects)
    }

    /// Reads `node` as [`of`](Self::of) does; `guide` says what to write instead of a key that there is not, where it
    /// knows.
    pub(crate) fn guided(
        node: &'a Node,
        what: &'a str,
        known: &'a [&'a str],
        guide: impl Fn(&str) -> Option<String>,
        defects: &mut Vec<Defect>,
    ) -> Option<Self> {
        let mapping = node.mapping(what, defects)?;
        for Entry { key, .. } in &mapping.entries {
            if !known.contains(&key.value.as_str()) {
                let defect = unknown_key(key, what, known);
                defects.push(match guide(&key.value) {
                    Some(help) => defect.help(help),
                    None => defect,
                });
            }
        }
        Some(Self {
            what,
            place: &node.place,
            mapping,
            known,
        })
    }

    /// Reads `node` as `what`, a mapping with keys of the author's own.
    pub(crate) fn of_any(node: &'a Node, what: &'a str, defects: &mut Vec<Defect>) -> Option<Self> {
        Some(Self {
            what,
            place: &node.place,
            mapping: node.mapping(what, defects)?,
            known: &[],
        })
    }

    /// Returns what stands under `key`, if it was written.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Node> {
        self.mapping.get(key)
    }

    /// Returns the entry of `key`, if it was written.
    pub(crate) fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.mapping.entry(key)
    }

    /// Returns what stands under `key`; a defect with `help` when it is missing.
    pub(crate) fn required(
        &self,
        key: &str,
        help: &str,
        defects: &mut Vec<Defect>,
    ) -> Option<&'a Node> {
        let node = self.mapping.get(key);
        if node.is_none() && !self.mapping.cut_off && !self.misspelled(key) {
            defects.push(
                Defect::new(self.place.clone(), format!("{} needs `{key}`", self.what))
                    .label(format!("has no `{key}`"))
                    .help(help),
            );
        }
        node
    }

    /// Tells whether a key that means nothing here was surely meant as `key`.
    pub(crate) fn misspelled(&self, key: &str) -> bool {
        self.mapping.entries.iter().any(|entry| {
            let word = entry.key.value.as_str();
            !self.known.contains(&word) && meant(word, self.known) == Some(key)
        })
    }

    /// Tells whether every key that was written is one that it can have.
    pub(crate) fn all_known(&self) -> bool {
        let mut entries = self.mapping.entries.iter();
        entries.all(|entry| self.known.contains(&entry.key.value.as_str()))
    }

    /// Returns where the mapping stands.
    pub(crate) fn place(&self) -> &'a Place {
        self.place
    }

    /// Returns everything that was written.
    pub(crate) fn entries(&self) -> &'a [Entry] {
        &self.mapping.entries
    }

    /// Tells whether the file could not be read up to the mapping's end.
    pub(crate) fn cut_off(&self) -> bool {
        self.mapping.cut_off
    }
}

impl Node {
    /// Reads a mapping; `what` is what it should describe.
    pub(crate) fn mapping(&self, what: &str, defects: &mut Vec<Defect>) -> Option<&Mapping> {
        let mapping = self.data.mapping();
        if mapping.is_none() {
            self.wrong(what, "a mapping; write lines of `key: value`", defects);
        }
        mapping
    }

    /// Returns what stands under `key` if somebody put the whole file under it, after saying so.
    pub(crate) fn unwrapped(&self, key: &str, defects: &mut Vec<Defect>) -> &Self {
        let Some([entry]) = self
            .data
            .mapping()
            .map(|mapping| mapping.entries.as_slice())
        else {
            return self;
        };
        let inner = entry.value.data.mapping();
        let wraps = inner.is_some_and(|inner| {
            // These would be the keys of one thing that happens to have that name.
            let own = ["example", "not", "params"];
            let named = |inner: &Entry| {
                inner.value.data.mapping().is_some() && !own.contains(&inner.key.value.as_str())
            };
            !inner.entries.is_empty() && inner.entries.iter().all(named)
        });
        if entry.key.value != key || !wraps {
            return self;
        }
        let what = format!("the file holds {key} alone, and needs no `{key}:` around them");
        let defect = Defect::new(entry.key.place.clone(), what);
        defects.push(defect.help("remove this line, and the spaces before the others"));
        &entry.value
    }

    /// Reads a list, or one item that stands for a list of itself.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.data {
            Data::List(items) => items,
            Data::Broken => &[],
            Data::Mapping(_) | Data::Null | Data::Plain(_) | Data::Quoted(_) => {
                std::slice::from_ref(self)
            }
        }
    }

    /// Reads a list.
    pub(crate) fn list(&self, what: &str, defects: &mut Vec<Defect>) -> Option<&[Self]> {
        let items = self.data.list();
        if items.is_none() {
            self.wrong(what, "a list; begin each item with `- `", defects);
        }
        items
    }

    /// Reads a text of one line that is not empty.
    pub(crate) fn line(&self, what: &str, defects: &mut Vec<Defect>) -> Option<At<String>> {
        // A block such as `title: >` ends in a line break that nobody means.
        let text = self
            .text(what, defects)?
            .map(|text| text.trim_end_matches('\n').to_owned());
        let trouble = if text.value.trim().is_empty() {
            "is empty"
        } else if text.value.chars().any(char::is_control) {
            "must be one line without control characters"
        } else if text.value.chars().count() > LINE_CHARS_MAX {
            "has more than 500 characters"
        } else {
            return Some(text);
        };
        defects
            .push(Defect::new(text.place, format!("{what} {trouble}")).help("write a short text"));
        None
    }

    /// Reads a text, of any length and with any number of lines.
    pub(crate) fn text(&self, what: &str, defects: &mut Vec<Defect>) -> Option<At<String>> {
        let text = self.data.word();
        if text.is_none() {
            self.wrong(what, TEXT, defects);
        }
        text.map(|text| At::new(text.to_owned(), self.place.clone()))
    }

    /// Reads a text in a language of its own.
    pub(crate) fn phrase(
        &self,
        what: &str,
        expected: &str,
        defects: &mut Vec<Defect>,
    ) -> Option<Phrase> {
        let text = self.data.word();
        if text.is_none() {
            self.wrong(what, expected, defects);
        }
        text.map(|text| Phrase {
            text: text.to_owned(),
            place: self.place.clone(),
            verbatim: self.verbatim,
        })
    }

    /// Reads `true` or `false`.
    pub(crate) fn bool(&self, what: &str, defects: &mut Vec<Defect>) -> Option<At<bool>> {
        let text = self.data.plain().filter(|text| is_bool(text));
        if text.is_none() {
            self.wrong(what, "`true` or `false`", defects);
        }
        text.map(|text| At::new(text.eq_ignore_ascii_case("true"), self.place.clone()))
    }

    /// Reads a number.
    pub(crate) fn number(&self, what: &str, defects: &mut Vec<Defect>) -> Option<At<f64>> {
        if let Data::Plain(text) = &self.data
            && let Some(number) = parse_number(text)
        {
            return Some(At::new(number, self.place.clone()));
        }
        self.wrong(what, "a number", defects);
        None
    }

    /// Reads a whole number from `range`.
    pub(crate) fn whole(
        &self,
        what: &str,
        range: Range<i64>,
        defects: &mut Vec<Defect>,
    ) -> Option<At<i64>> {
        self.number(what, defects)?;
        let whole = self.data.plain().and_then(|text| text.parse::<i64>().ok());
        let whole = whole.filter(|whole| range.contains(whole));
        if whole.is_none() {
            let (first, last) = (range.start, range.end - 1);
            defects.push(
                Defect::new(self.place.clone(), format!("{what} is out of range"))
                    .help(format!("write a whole number from {first} to {last}")),
            );
        }
        whole.map(|whole| At::new(whole, self.place.clone()))
    }

    /// Says that this is not what was expected; silent about what was reported before.
    pub(crate) fn wrong(&self, what: &str, expected: &str, defects: &mut Vec<Defect>) {
        if matches!(self.data, Data::Broken) {
            return;
        }
        let (expected, help) = match expected.split_once("; ") {
            Some((expected, help)) => (expected, help.to_owned()),
            None => (expected, format!("write {expected}")),
        };
        let found = self.data.name();
        defects.push(
            Defect::new(
                self.place.clone(),
                format!("{what} must be {expected}, and this is {found}"),
            )
            .help(help),
        );
    }

    /// Reads one of a few words.
    pub(crate) fn one_of<'w>(
        &self,
        what: &str,
        words: &[&'w str],
        defects: &mut Vec<Defect>,
    ) -> Option<&'w str> {
        let listed = || {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            words.join(" or ")
        };
        let Some(word) = self.data.word() else {
            self.wrong(what, &listed(), defects);
            return None;
        };
        let found = words.iter().copied().find(|known| *known == word);
        if found.is_none() {
            let help = match nearest(word, words.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write {}", listed()),
            };
            let shown = quoted(word);
            defects.push(
                Defect::new(
                    self.place.clone(),
                    format!("{what} must be {}, and this is `{shown}`", listed()),
                )
                .help(help),
            );
        }
        found
    }
}

impl Data {
    /// Returns what it is, with an article.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Broken => "unreadable",
            Self::List(_) => "a list",
            Self::Mapping(_) => "a mapping of keys to values",
            Self::Null => "nothing",
            Self::Plain(text) if is_bool(text) => "a yes-or-no",
            Self::Plain(text) if parse_number(text).is_some() => "a number",
            Self::Plain(_) | Self::Quoted(_) => "a text",
        }
    }
}

/// Says that `key` means nothing in `what`.
pub(crate) fn unknown_key(key: &At<String>, what: &str, known: &[&str]) -> Defect {
    let help = match meant(&key.value, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{what} can have {}", list_of(known.iter().copied())),
    };
    Defect::new(
        key.place.clone(),
        format!("{what} has no key `{}`", quoted(&key.value)),
    )
    .label("unknown key")
    .help(help)
}

/// Returns the key that was surely meant by a word that is none.
pub(crate) fn meant<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    // A case has `steps` where an `if` has `then`, which looks like `when`.
    let own = |wanted: &str| known.iter().copied().find(|known| *known == wanted);
    match word {
        "then" if own("steps").is_some() => own("steps"),
        "when" | "filter" | "condition" if own("where").is_some() => own("where"),
        _ => nearest(word, known.iter().copied()),
    }
}

/// Shortens what somebody wrote so that it can stand in a message.
pub(crate) fn quoted(text: &str) -> String {
    let mut short: String = text
        .chars()
        .map(|found| if found.is_control() { ' ' } else { found })
        .take(QUOTED_CHARS_MAX)
        .collect();
    if text.chars().nth(QUOTED_CHARS_MAX).is_some() {
        short.push('…');
    }
    short
}

/// Reads a number as YAML 1.2 writes it in decimals.
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let decimal = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits.ends_with(|last: char| last.is_ascii_digit());
    if !decimal {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn is_bool(text: &str) -> bool {
    matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
}

/// How long a text of one line may be.
const LINE_CHARS_MAX: usize = 500;

/// What a text must be, and what to write where YAML saw something else.
const TEXT: &str = "a text; write one, in quotes where it begins with a sign such as `#` or `{`";

const QUOTED_CHARS_MAX: usize = 60;
