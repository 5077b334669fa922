//! Says what is YAML and still cannot be read.

use super::At;
use crate::{Defect, Place};

/// A tag: nearly always a condition that begins with `!`.
pub(super) fn tag(place: Place, tag: &str) -> Defect {
    let help = match tag.strip_prefix('!') {
        Some(rest) if !rest.is_empty() && !rest.starts_with('!') => {
            format!("in a condition write `not {rest}`; a text that begins with `!` needs quotes")
        }
        _ => "leave it out; a text that looks like something else needs quotes".to_owned(),
    };
    Defect::new(
        place,
        format!("`{tag}` is a YAML tag, and those mean nothing here"),
    )
    .label("YAML reads `!` as the start of a tag")
    .help(help)
}

/// A second document after `---`.
pub(super) fn second_document(place: Place) -> Defect {
    let what = "a second document begins here, and only the first one is read";
    Defect::new(place, what).help("put it in a file of its own")
}

/// More than `max` values.
pub(super) fn too_many(place: Place, max: usize) -> Defect {
    Defect::new(place, format!("the file has more than {max} values"))
        .help("split it, and do not repeat large pieces with `*` aliases")
}

/// An alias inside the piece that it stands for.
pub(super) fn endless(place: Place) -> Defect {
    Defect::new(place, "this alias stands inside what it repeats").help("write the piece out")
}

/// A `:` without a key before it.
pub(super) fn no_key(place: Place) -> Defect {
    Defect::new(place, "a key is missing here")
        .help("write `key: value`; a text that contains `: ` needs quotes")
}

/// A list or a mapping where a key belongs: nearly always `{{…}}` without quotes.
pub(super) fn collection_as_key(place: Place, text: &str) -> Defect {
    let before = text.get(..place.span.start).unwrap_or_default();
    if before.ends_with('{') {
        Defect::new(place, "YAML reads `{{` as the start of a mapping")
            .help("put the whole text in quotes: \"{{…}}\"")
    } else {
        let what = "a key must be a word, and this is a list or a mapping";
        Defect::new(place, what).help("write `key: value`")
    }
}

/// A key that stands in its mapping already.
pub(super) fn again(again: Place, first: &At<String>) -> Defect {
    Defect::new(again, format!("`{}` stands here twice", first.value))
        .label("again here")
        .help("keep one of the two")
        .also(first.place.clone(), "first here")
}
