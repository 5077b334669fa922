//! A mail byte by byte, as RFC 5322 and RFC 2045 to 2047 have it written: no program that forgives reads it for us.

/// A mail, taken apart.
pub(crate) struct Mime {
    /// In order, each on one line.
    pub(crate) headers: Vec<(String, String)>,
    /// The headers and the body of each part, still encoded.
    parts: Vec<(Vec<(String, String)>, String)>,
}

impl Mime {
    pub(crate) fn read(raw: &[u8]) -> Self {
        let text = String::from_utf8_lossy(raw);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let headers = headers(head);
        let kind = headers.iter().find(|(name, _)| name == "Content-Type");
        let boundary = kind.and_then(|(_, value)| boundary(value));
        let mark = format!("--{}", boundary.unwrap_or_default());
        let body = format!("\r\n{body}");
        let (inside, after) = body
            .split_once(&format!("\r\n{mark}--"))
            .unwrap_or((&body, "cut"));
        let separator = format!("\r\n{mark}\r\n");
        let mut parts = inside.split(&separator);
        let before = parts.next().unwrap_or_default();
        let nothing = before.trim().is_empty() && after.trim().is_empty();
        let parts = parts.filter(|_| nothing).map(|part| {
            let (head, body) = part.split_once("\r\n\r\n").unwrap_or((part, ""));
            (self::headers(head), body.to_owned())
        });
        Self {
            parts: parts.collect(),
            headers,
        }
    }

    /// Returns every value of a header.
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.headers.iter().filter(move |(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns whether it is a text and then the same as HTML, each with nothing but its two headers.
    fn is_text_then_html(&self) -> bool {
        let kinds: Vec<_> = self
            .parts
            .iter()
            .map(|(headers, _)| kind(headers))
            .collect();
        kinds
            == [
                Some("text/plain; charset=\"utf-8\""),
                Some("text/html; charset=\"utf-8\""),
            ]
    }

    /// Returns whether each part is written by its encoding.
    fn is_encoded(&self) -> bool {
        self.parts.iter().all(|(headers, body)| {
            let mut lines = body.split("\r\n");
            let short = body.split("\r\n").all(|line| line.len() <= 76);
            match encoding(headers) {
                Some("7bit") => body.is_ascii(),
                Some("base64") => {
                    let fits = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
                    short && lines.all(|line| line.chars().all(fits))
                }
                Some("quoted-printable") => {
                    let fits = |c: char| (' '..='~').contains(&c) || c == '\t';
                    short
                        && lines.all(|line| line.chars().all(fits) && !line.ends_with([' ', '\t']))
                }
                Some(_) | None => false,
            }
        })
    }
}

/// Returns each rule about its bytes that a mail breaks.
pub(crate) fn wrong(raw: &[u8]) -> Vec<String> {
    let mime = Mime::read(raw);
    let text = String::from_utf8_lossy(raw);
    let lines = || text.split("\r\n");
    let (head, _) = text.split_once("\r\n\r\n").unwrap_or_default();
    let printable = |c: char| (' '..='~').contains(&c) || c == '\t';
    let rules = [
        (
            "RFC 5322 2.1 and 2.3",
            "lines end with CRLF, and neither stands alone",
            lines().all(|line| !line.contains(['\r', '\n', '\0'])) && text.ends_with("\r\n"),
        ),
        (
            "RFC 5322 2.1.1",
            "no line has more than 998 octets",
            lines().all(|line| line.len() <= 998),
        ),
        (
            "RFC 5322 2.2",
            "headers are printable ASCII, each with a name",
            head.split("\r\n").all(|line| {
                line.chars().all(printable)
                    && (line.starts_with([' ', '\t']) || line.contains(": "))
            }),
        ),
        (
            "RFC 2046 5.1.4; RFC 2045 5.1",
            "text, then HTML, both in UTF-8, and nothing else",
            mime.is_text_then_html(),
        ),
        (
            "RFC 2045 2.7, 6.7 and 6.8",
            "each part travels as 7 bits, in lines as its encoding has them",
            mime.is_encoded() && raw.is_ascii(),
        ),
    ];
    let broken = rules.into_iter().filter(|(_, _, holds)| !holds);
    broken
        .map(|(source, rule, _)| format!("{source}: {rule}"))
        .collect()
}

/// Returns the boundary between parts.
pub(crate) fn boundary(content_type: &str) -> Option<&str> {
    let (_, rest) = content_type.split_once("boundary=\"")?;
    Some(rest.split_once('"')?.0)
}

/// Returns whether each encoded word is as RFC 2047 has it: at most 75 characters, and a word by itself.
pub(crate) fn words_fit(value: &str) -> bool {
    value.split([' ', '\t']).all(|word| {
        let encoded = word
            .strip_prefix("=?")
            .and_then(|rest| rest.strip_suffix("?="));
        match encoded {
            Some(inside) => {
                let fields: Vec<_> = inside.split('?').collect();
                let [charset, encoding, text] = fields[..] else {
                    return false;
                };
                word.len() <= 75
                    && charset.eq_ignore_ascii_case("utf-8")
                    && ["B", "Q"].contains(&encoding.to_ascii_uppercase().as_str())
                    && !text.is_empty()
            }
            None => word.is_ascii() && !word.contains("=?"),
        }
    })
}

/// Returns where the links of HTML lead, each once.
pub(crate) fn links(html: &str) -> Vec<String> {
    let mut links = Vec::new();
    for rest in html.split("href=\"").skip(1) {
        let link = rest.split('"').next().unwrap_or_default();
        let link = link.replace("&amp;", "&");
        if !links.contains(&link) {
            links.push(link);
        }
    }
    links
}

/// Unfolds headers.
fn headers(head: &str) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t'])
            && let Some((_, value)) = headers.last_mut()
        {
            value.push_str(line);
            continue;
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        headers.push((name.to_owned(), value.trim_start().to_owned()));
    }
    headers
}

/// Returns what a part is, unless it has a header that no part of ours has.
fn kind(headers: &[(String, String)]) -> Option<&str> {
    let [(first, kind), (second, _)] = headers else {
        return None;
    };
    let known = first == "Content-Type" && second == "Content-Transfer-Encoding";
    known.then_some(kind.as_str())
}

fn encoding(headers: &[(String, String)]) -> Option<&str> {
    headers
        .iter()
        .find(|(name, _)| name == "Content-Transfer-Encoding")
        .map(|(_, value)| value.as_str())
}
