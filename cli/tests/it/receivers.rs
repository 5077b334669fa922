//! Every header and every part of a mail is there by a rule, and keeps it: what no row here names fails.
//!
//! The mails are those that `waypost run` writes, byte by byte. What no mail can show, such as SPF, DKIM, DMARC, TLS
//! and how many complain, `waypost doctor` and `waypost domain` look at.

use crate::{
    hard_mails::{Kind, mails},
    letters::Letter,
    mime::{self, Mime},
};

#[test]
fn whatever_receivers_ask_of_a_mail_it_keeps_and_nothing_else_is_in_it() {
    for (kind, raw) in mails() {
        let wrong = wrong(kind, &raw);
        let shown = String::from_utf8_lossy(&raw);
        assert_eq!(wrong, Vec::<String>::new(), "{kind:?}\n{shown}");
    }
}

#[test]
fn whatever_is_wrong_with_a_mail_is_seen() {
    let mails = mails();
    let (_, good) = mails
        .iter()
        .find(|(kind, _)| *kind == Kind::Marketing)
        .unwrap();
    let good = String::from_utf8(good.clone()).unwrap();
    for (from, to, rule) in PLANTED {
        assert!(good.contains(from), "{from:?} is not in\n{good}");
        let bad = good.replacen(from, to, 1).into_bytes();
        let wrong = wrong(Kind::Marketing, &bad);
        assert!(
            wrong.iter().any(|one| one.contains(rule)),
            "{rule}: {wrong:?}"
        );
    }
    // What belongs to advertising does not belong to service.
    let wrong = wrong(Kind::Service, good.as_bytes());
    for rule in [
        "List-Id",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "no page to unsubscribe on",
    ] {
        assert!(
            wrong.iter().any(|one| one.contains(rule)),
            "{rule}: {wrong:?}"
        );
    }
}

/// Which mails a header is in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum On {
    Every,
    Marketing,
}

/// Returns each rule that a mail breaks.
fn wrong(kind: Kind, raw: &[u8]) -> Vec<String> {
    let mut wrong = mime::wrong(raw);
    if !wrong.is_empty() {
        return wrong;
    }
    let mime = Mime::read(raw);
    let belongs = |on: On| on == On::Every || kind == Kind::Marketing;
    for (name, on, source, rule, holds) in HEADERS {
        let values: Vec<_> = mime.values(name).collect();
        match (values.as_slice(), belongs(on)) {
            ([], false) => {}
            ([value], true) if holds(value) => {}
            _ => wrong.push(format!("{source}: {name}: {rule}: {values:?}")),
        }
    }
    for (name, value) in &mime.headers {
        if HEADERS.iter().all(|(known, ..)| known != name) {
            wrong.push(format!("no rule asks for {name}: {value}"));
        }
    }
    let letter = Letter::read(raw);
    for (source, rule, holds) in CONTENTS {
        if !holds(kind, &letter) {
            wrong.push(format!("{source}: {rule}"));
        }
    }
    wrong
}

type Header = (
    &'static str,
    On,
    &'static str,
    &'static str,
    fn(&str) -> bool,
);

const HEADERS: [Header; 12] = [
    (
        "Auto-Submitted",
        On::Every,
        "RFC 3834 5",
        "nobody's vacation answers a machine",
        |value| value == "auto-generated",
    ),
    (
        "Content-Type",
        On::Every,
        "RFC 2046 5.1.1 and 5.1.4",
        "the same in several forms, with a boundary of at most 70 characters",
        |value| {
            let boundary = mime::boundary(value).unwrap_or_default();
            let fits = |c: char| c.is_ascii_alphanumeric() || "'()+_,-./:=?".contains(c);
            value.starts_with("multipart/alternative;")
                && (1..=70).contains(&boundary.len())
                && boundary.chars().all(fits)
        },
    ),
    (
        "Date",
        On::Every,
        "RFC 5322 3.3 and 3.6.1",
        "when it was sent",
        |value| jiff::fmt::rfc2822::parse(value).is_ok(),
    ),
    (
        "From",
        On::Every,
        "RFC 5322 3.6.2; RFC 2047 5 (3); RFC 9989; Gmail, \"Email sender guidelines\"",
        "one mailbox, of the domain that signs",
        |value| mime::words_fit(value) && value.ends_with(" <mail@school.example>"),
    ),
    (
        "List-Id",
        On::Marketing,
        "RFC 2919 2 and 3; Gmail, \"Email subscription messages\"",
        "the same list for every mail about the topic",
        |value| value == "<news.school.example>",
    ),
    (
        "List-Unsubscribe",
        On::Marketing,
        "RFC 2369 2; RFC 8058 3.1; Gmail; Yahoo, \"Sender best practices\"; Microsoft, \"Requirements for high-volume senders\"",
        "one address of a page of ours, and nothing else",
        |value| {
            let link = value
                .strip_prefix('<')
                .and_then(|rest| rest.strip_suffix('>'));
            // On AWS it begins with https, as PAGES_URL in the template does.
            let page = link.and_then(|link| link.strip_prefix("http://127.0.0.1:"));
            let token = page.and_then(|page| page.split_once("/u/"));
            let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            token.is_some_and(|(_, token)| token.len() > 64 && token.chars().all(fits))
        },
    ),
    (
        "List-Unsubscribe-Post",
        On::Marketing,
        "RFC 8058 3.1; Gmail and Yahoo, as above",
        "one click is allowed, in these very words",
        |value| value == "List-Unsubscribe=One-Click",
    ),
    (
        "MIME-Version",
        On::Every,
        "RFC 2045 4",
        "these very characters",
        |value| value == "1.0",
    ),
    (
        "Message-ID",
        On::Every,
        "RFC 5322 3.6.4",
        "one name, with an @ in the midst",
        |value| {
            let name = value
                .strip_prefix('<')
                .and_then(|rest| rest.strip_suffix('>'));
            let halves = name.and_then(|name| name.split_once('@'));
            let atoms = |text: &str| {
                let fits = |c: char| c.is_ascii_alphanumeric() || "-_+=.".contains(c);
                !text.is_empty() && text.chars().all(fits)
            };
            halves.is_some_and(|(left, right)| atoms(left) && atoms(right))
        },
    ),
    (
        "Reply-To",
        On::Every,
        "RFC 5322 3.6.2",
        "the one mailbox where people answer",
        |value| value == "help@school.example",
    ),
    (
        "Subject",
        On::Every,
        "RFC 5322 3.6.5; RFC 2047 2; Gmail, \"Email sender guidelines\"",
        "it does not look like an answer",
        |value| {
            let start = value.to_ascii_lowercase();
            mime::words_fit(value)
                && !["re:", "fwd:", "fw:"]
                    .iter()
                    .any(|mark| start.starts_with(mark))
        },
    ),
    (
        "To",
        On::Every,
        "RFC 5322 3.6.3; GDPR 5 (1) (f)",
        "one mailbox: nobody sees who else is mailed",
        |value| value == "anna@example.org",
    ),
];

type Content = (&'static str, &'static str, fn(Kind, &Letter) -> bool);

const CONTENTS: [Content; 9] = [
    (
        "RFC 5322 2.1.1; RFC 5321 4.5.3.1.6",
        "no line of what is handed over is longer than 998 octets, however it is encoded then",
        |_, letter| {
            let mut lines = letter.html.lines().chain(letter.text.lines());
            lines.all(|line| line.len() <= 998)
        },
    ),
    (
        "Gmail clips what is longer",
        "less than 102 KB of HTML",
        |_, letter| letter.html.len() < 102 * 1024,
    ),
    ("RFC 2046 5.1.4", "both forms say it", |_, letter| {
        let last = "the last word";
        letter.html.contains(last) && letter.text.contains(last) && !letter.text.contains("</")
    }),
    (
        "RFC 2046 5.1.4",
        "both forms have the same links",
        |_, letter| {
            mime::links(&letter.html)
                .iter()
                .all(|link| letter.text.contains(link))
        },
    ),
    (
        "HTML, 3.2.6.2; WCAG 2.2, 3.1.1",
        "it says in which language it is",
        |_, letter| {
            letter.html.starts_with("<!DOCTYPE html>") && letter.html.contains("lang=\"en\"")
        },
    ),
    (
        "Gmail and Microsoft, as above; 16 CFR 316.5",
        "advertising shows where to unsubscribe, in both forms",
        |kind, letter| {
            kind != Kind::Marketing
                || letter.html.contains(">Unsubscribe</a>") && letter.text.contains("/u/")
        },
    ),
    (
        "Gmail, \"Email sender guidelines\": marketing and service are kept apart",
        "service has no page to unsubscribe on",
        |kind, letter| {
            kind != Kind::Service || !letter.html.contains("/u/") && !letter.text.contains("/u/")
        },
    ),
    (
        "UWG 7 (2); GDPR 7 (1)",
        "a question has one page to answer on, and no more",
        |kind, letter| {
            let pages = mime::links(&letter.html);
            kind != Kind::Question || pages.len() == 1 && pages[0].contains("/u/")
        },
    ),
    (
        "Directive 2002/58/EC 5 (3); EDPB Guidelines 2/2023",
        "no picture tells of an opening, and no link leads by way of somebody else",
        |_, letter| {
            let ours = |link: &String| {
                link.starts_with("http://127.0.0.1:") || link.starts_with("https://school.example/")
            };
            !letter.html.contains("<img") && mime::links(&letter.html).iter().all(ours)
        },
    ),
];

/// What is planted into a mail, and how the rule that sees it is called.
const PLANTED: [(&str, &str, &str); 13] = [
    ("auto-generated", "no", "RFC 3834"),
    (
        "MIME-Version",
        "X-Mailer: Waypost\r\nMIME-Version",
        "X-Mailer",
    ),
    (
        "List-Unsubscribe-Post",
        "List-Unsubscribe-Pos",
        "in these very words",
    ),
    (
        "\r\nList-Id",
        "\r\nList-Unsubscribe: <mailto:a@b.example>\r\nList-Id",
        "nothing else",
    ),
    ("List-Id: <news.", "List-Id: <anna.", "RFC 2919"),
    ("To: anna@example.org", "To: bob@example.org", "3.6.3"),
    (
        "To: anna@example.org",
        "To: anna@example.org\r\nBcc: bob@example.org",
        "Bcc",
    ),
    ("\r\nDate: ", "\r\nDate: yesterday, ", "3.6.1"),
    ("Subject: ", "Subject: Re: ", "look like an answer"),
    ("text/html", "text/enriched", "text, then HTML"),
    ("quoted-printable", "8bit", "as 7 bits"),
    ("\r\n\r\n", "\r\n\r\n\n", "CRLF"),
    ("charset=\"utf-8\"", "charset=\"latin1\"", "text, then HTML"),
];
