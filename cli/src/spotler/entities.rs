//! Letters that are written by name or by number: `&rsquo;`, `&#8211;`, `&#x2013;`.

/// Writes every letter of a page in HTML out; what names none stays as it is.
pub(super) fn all(text: &str) -> String {
    written_out(text, |_| true)
}

/// Writes out those that mean nothing to Markdown: a `&lt;` in a text would become a tag.
pub(super) fn harmless(text: &str) -> String {
    written_out(text, |letter| !letter.is_ascii() || letter == ' ')
}

/// Goes through a text once, so that `&amp;lt;` becomes `&lt;` and nothing more.
fn written_out(text: &str, wanted: impl Fn(char) -> bool) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (letter, used) = match entity(rest).filter(|(letter, _)| wanted(*letter)) {
            Some((letter, used)) => (letter, used),
            None => ('&', 1),
        };
        plain.push(letter);
        rest = &rest[used..];
    }
    plain + rest
}

/// Reads the letter at the front of a text, and how long it is written.
fn entity(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix('&')?;
    let end = inner.bytes().take(NAME_MAX).position(|byte| byte == b';')?;
    let name = &inner[..end];
    let letter = match name.strip_prefix('#') {
        Some(number) => numbered(number)?,
        None => named(name)?,
    };
    Some((letter, end + 2))
}

fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    match code.ok()? {
        160 => Some(' '),
        // Where Windows put its quotes and dashes; browsers read them so.
        code @ 0x80..=0x9f => WINDOWS.chars().nth(code as usize - 0x80),
        code => char::from_u32(code).filter(|letter| !letter.is_control()),
    }
}

fn named(name: &str) -> Option<char> {
    if let Some(at) = LATIN.split_whitespace().position(|one| one == name) {
        return char::from_u32(0xa1 + u32::try_from(at).ok()?);
    }
    let found = OTHERS.iter().find(|(one, _)| *one == name);
    found.map(|(_, letter)| *letter)
}

/// The names of U+00A1 to U+00FF, in order.
const LATIN: &str = "\
    iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr \
    deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest \
    Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml \
    ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig \
    agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml \
    eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

/// The bytes 0x80 to 0x9f of Windows-1252; what none stands for is a question mark.
const WINDOWS: &str = "€?‚ƒ„…†‡ˆ‰Š‹Œ?Ž??‘’“”•–—˜™š›œ?žŸ";

const OTHERS: [(&str, char); 44] = [
    ("amp", '&'),
    ("apos", '\''),
    ("asymp", '≈'),
    ("bdquo", '„'),
    ("bull", '•'),
    ("check", '✓'),
    ("dagger", '†'),
    ("darr", '↓'),
    ("emsp", ' '),
    ("ensp", ' '),
    ("euro", '€'),
    ("ge", '≥'),
    ("gt", '>'),
    ("harr", '↔'),
    ("hearts", '♥'),
    ("hellip", '…'),
    ("infin", '∞'),
    ("larr", '←'),
    ("ldquo", '“'),
    ("le", '≤'),
    ("lsaquo", '‹'),
    ("lsquo", '‘'),
    ("lt", '<'),
    ("mdash", '—'),
    ("minus", '−'),
    ("nbsp", ' '),
    ("ndash", '–'),
    ("ne", '≠'),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("permil", '‰'),
    ("quot", '"'),
    ("rarr", '→'),
    ("rdquo", '”'),
    ("rsaquo", '›'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
    ("star", '☆'),
    ("thinsp", ' '),
    ("trade", '™'),
    ("uarr", '↑'),
    ("Yuml", 'Ÿ'),
];

/// How long a name or a number is at most.
const NAME_MAX: usize = 10;

#[cfg(test)]
mod tests {
    use super::{all, harmless};

    #[test]
    fn letters_are_written_out_once() {
        for (said, meant) in [
            ("Sam&rsquo;s &#8211; &#x2013; &ndash;", "Sam’s – – –"),
            ("&iexcl;&Agrave;&szlig;&yuml;&frac12;", "¡Àßÿ½"),
            ("&#146;&#128;", "’€"),
            ("a&nbsp;b&#160;c", "a b c"),
            ("&amp;lt; &amp;amp;", "&lt; &amp;"),
            (
                "R&D & &unheard; &; &#; &#xZZ; &#0; &#1114112; &",
                "R&D & &unheard; &; &#; &#xZZ; &#0; &#1114112; &",
            ),
            ("&é;&rsquo", "&é;&rsquo"),
        ] {
            assert_eq!(all(said), meant);
        }
    }

    #[test]
    fn what_markdown_would_heed_stays_by_name() {
        let said = "&lt;b&gt; &amp; &#42;&#x5b; &quot; &eacute;&nbsp;&rsquo;";
        assert_eq!(harmless(said), "&lt;b&gt; &amp; &#42;&#x5b; &quot; é ’");
    }
}
