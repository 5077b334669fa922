//! Keeps every line as short as a mail may have it.
//!
//! RFC 5322, 2.1.1, and RFC 5321, 4.5.3.1.6: no line has more than 998 octets. What carries a mail may break a longer
//! one anywhere, within a link as well; and whether the mail service encodes it so that none is left, nobody promises.

/// Breaks the long lines of HTML where nobody sees it: between the attributes of a tag, or else between two words.
pub(crate) fn html(html: &str) -> String {
    let mut at = At::Text;
    let mut kept = false;
    broken(html, |i, byte| {
        let spot = match (at, byte) {
            (At::Tag, b' ') => Spot::Best,
            (At::Text, b' ') if !kept => Spot::Good,
            (At::Markup | At::Quoted(_) | At::Tag | At::Text, _) => Spot::None,
        };
        at = match (at, byte) {
            (At::Text, b'<') => {
                let rest = &html[i + 1..];
                kept = keeps(rest).unwrap_or(kept);
                match rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                    true => At::Tag,
                    false => At::Markup,
                }
            }
            (At::Tag, b'"' | b'\'') => At::Quoted(byte),
            (At::Quoted(quote), _) if quote == byte => At::Tag,
            (At::Markup | At::Tag, b'>') => At::Text,
            (At::Markup | At::Quoted(_) | At::Tag | At::Text, _) => at,
        };
        spot
    })
}

/// Breaks the long lines of a text between two words.
pub(crate) fn text(text: &str) -> String {
    broken(text, |_, byte| match byte {
        b' ' => Spot::Good,
        _ => Spot::None,
    })
}

/// Where in HTML a byte stands.
#[derive(Clone, Copy)]
enum At {
    /// A comment, a declaration, or the end of an element.
    Markup,
    /// The value of an attribute, and what ends it.
    Quoted(u8),
    /// The beginning of an element.
    Tag,
    Text,
}

/// How well a line can be broken instead of a byte.
enum Spot {
    Best,
    Good,
    None,
}

/// Returns whether an element begins, or ends, within which every space and every line counts.
fn keeps(rest: &str) -> Option<bool> {
    let (begins, rest) = match rest.strip_prefix('/') {
        Some(rest) => (false, rest),
        None => (true, rest),
    };
    let name = rest.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    let kept = ["pre", "script", "style", "textarea"];
    kept.iter()
        .any(|kept| name.eq_ignore_ascii_case(kept))
        .then_some(begins)
}

/// Puts a line break instead of a byte into each long line, at the last of the best spots.
fn broken(text: &str, mut spot: impl FnMut(usize, u8) -> Spot) -> String {
    let mut lines = String::with_capacity(text.len());
    // Where the line begins, and where it could be broken.
    let (mut start, mut best, mut good) = (0, None, None);
    for (i, byte) in text.bytes().enumerate() {
        if i - start >= LINE_BYTES_MAX
            && let Some(end) = best.take().or_else(|| good.take())
        {
            lines.push_str(&text[start..end]);
            lines.push('\n');
            start = end + 1;
            good = good.filter(|good| *good >= start);
        }
        match spot(i, byte) {
            Spot::Best => best = Some(i),
            Spot::Good => good = Some(i),
            Spot::None => {}
        }
        if byte == b'\n' {
            lines.push_str(&text[start..=i]);
            (start, best, good) = (i + 1, None, None);
        }
    }
    lines.push_str(&text[start..]);
    lines
}

/// What is left to 998 octets is for what a mail service or a mail program adds.
const LINE_BYTES_MAX: usize = 900;

#[cfg(test)]
mod tests {
    use super::{LINE_BYTES_MAX, html, text};

    #[test]
    fn no_line_is_longer_than_a_mail_may_have_it() {
        let tag = r#"<!--[if mso | IE]><td style="a: b" align='left'>é word</td><![endif]-->"#;
        for many in [tag.repeat(200), "words ".repeat(999), tag.repeat(2)] {
            let folded = html(&many);
            assert!(
                folded.lines().all(|line| line.len() <= LINE_BYTES_MAX),
                "{folded}"
            );
            // What is in quotes and what is a comment stays whole, and nothing else is changed.
            assert_eq!(folded.replace('\n', " "), many);
            for whole in ["[if mso | IE]", r#""a: b""#, "<!--"] {
                assert_eq!(folded.matches(whole).count(), many.matches(whole).count());
            }
        }
        let folded = text(&"één woord ".repeat(300));
        assert!(
            folded.lines().all(|line| line.len() <= LINE_BYTES_MAX),
            "{folded}"
        );
    }

    #[test]
    fn what_is_short_or_has_no_good_spot_stays_as_it_is() {
        let word = "x".repeat(5000);
        let spaces = "a b ".repeat(500);
        for kept in [
            "<p>One\ntwo</p>\n".to_owned(),
            word.clone(),
            format!("<a>{word}</a>"),
            format!("<pre>{spaces}</pre>"),
            format!("<pre><b>{spaces}</b>{spaces}</pre>"),
            format!("<STYLE>{spaces}</STYLE>"),
            format!("<!-- {spaces} -->"),
        ] {
            assert_eq!(html(&kept), kept);
        }
        let after = html(&format!("<pre></pre>{spaces}"));
        assert!(after.contains('\n'), "{after}");
    }

    #[test]
    fn where_a_tag_can_be_broken_no_sentence_is() {
        let words = "word ".repeat(170);
        let long = format!("<p class=\"a\">{words}</p><p class=\"b\">{words}</p>");
        let folded = html(&long);
        let broken = folded.split_once('\n').unwrap();
        assert!(
            broken.0.ends_with("<p") && broken.1.starts_with("class=\"b\""),
            "{folded}"
        );
    }
}
