//! Phrases that many messages share.

use crate::yaml::{At, quoted};
use crate::{Defect, Place};

pub(crate) use journey::nearest;

/// Says that no `kind` (such as "event") is called `word`, and which there are.
///
/// `declare` says where one is declared.
pub(crate) fn unknown<'a>(
    word: &At<String>,
    kind: &str,
    known: impl IntoIterator<Item = &'a str>,
    declare: &str,
) -> Defect {
    let known: Vec<&str> = known.into_iter().collect();
    let help = match nearest(&word.value, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => declare.to_owned(),
        None if declare.is_empty() => format!("there are {}", list_of(known)),
        None => format!("there are {}; {declare}", list_of(known)),
    };
    Defect::new(
        word.place.clone(),
        format!("no {kind} is called `{}`", quoted(&word.value)),
    )
    .label(format!("unknown {kind}"))
    .help(help)
}

/// Says that a name is taken.
pub(crate) fn twice(kind: &str, name: &str, again: Place, first: Place) -> Defect {
    Defect::new(again, format!("two {kind}s are called `{name}`"))
        .label("again here")
        .help("give one of them another name, or remove it")
        .also(first, "first here")
}

/// Says that something is understood and cannot be done by this version.
pub(crate) fn not_yet(place: Place, what: &str) -> Defect {
    Defect::new(
        place,
        format!("{what} is not available in this version yet"),
    )
    .label("not available yet")
    .help("leave it out for now: a journey must never do less than it says")
}

/// Lists words for a message: "`a`, `b` and `c`"; only the first ones of many.
pub(crate) fn list_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    let shown: Vec<String> = words
        .iter()
        .take(LISTED_MAX)
        .map(|word| format!("`{}`", quoted(word)))
        .collect();
    match shown.split_last() {
        None => "none".to_owned(),
        Some(_) if words.len() > LISTED_MAX => format!("{}, …", shown.join(", ")),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

const LISTED_MAX: usize = 20;
