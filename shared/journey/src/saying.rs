//! Texts that show values: `Call {{contact.full_name}} back`.

/// A part of a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part<'a> {
    /// What stands there.
    Said(&'a str),
    /// The value to be shown, by its path.
    Shown(&'a str),
}

/// Reads a text, part by part; braces that nothing closes are said as they stand.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((said, shown)) = rest.split_once("{{") {
        let Some((path, after)) = shown.split_once("}}") else {
            break;
        };
        if !said.is_empty() {
            parts.push(Part::Said(said));
        }
        parts.push(Part::Shown(path.trim()));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Said(rest));
    }
    parts
}

/// Returns the paths of the values that a text shows.
pub fn shown(text: &str) -> impl Iterator<Item = &str> {
    let parts = parts(text).into_iter();
    parts.filter_map(|part| match part {
        Part::Said(_) => None,
        Part::Shown(path) => Some(path),
    })
}

#[cfg(test)]
mod tests {
    use super::Part::{Said, Shown};
    use super::parts;

    #[test]
    fn a_text_is_what_it_says_and_what_it_shows() {
        let read = |text| parts(text);
        assert_eq!(read("{{ contact.score }}"), [Shown("contact.score")]);
        assert_eq!(
            read("Call {{event.Name}}, {{contact.score}} points"),
            [
                Said("Call "),
                Shown("event.Name"),
                Said(", "),
                Shown("contact.score"),
                Said(" points"),
            ]
        );
        assert_eq!(read("a {{b"), [Said("a {{b")]);
        assert_eq!(read(""), []);
    }
}
