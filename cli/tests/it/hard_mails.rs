//! Mails of each kind that have everything that is hard to write down, byte by byte as `waypost run` writes them.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{command::said, releases};

/// What a mail is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Marketing,
    /// Whether somebody wants advertising, which is none itself.
    Question,
    Service,
}

/// Plays a release whose mails have everything that is hard to write down.
pub(crate) fn mails() -> Vec<(Kind, Vec<u8>)> {
    let release = release();
    let folder = TempDir::new().unwrap();
    let words = ["run", "--release", release.path().to_str().unwrap()];
    let played = said(folder.path(), &words);
    assert_eq!(played.code, 0, "{played:?}");
    let mail = |post: &str| {
        let start = format!("{post}-");
        let mut files: Vec<_> = fs::read_dir(folder.path().join("out/mail"))
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "eml"))
            .filter(|path| name(path).starts_with(&start))
            .collect();
        let file = files
            .pop()
            .unwrap_or_else(|| panic!("no mail of {post}: {played:?}"));
        fs::read(file).unwrap()
    };
    vec![
        (Kind::Marketing, mail("01")),
        (Kind::Service, mail("02")),
        (Kind::Question, mail("03")),
    ]
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn release() -> TempDir {
    let post = |event: &str| {
        json!({
            "type": event,
            "data": { "words": "één woord en nog een ".repeat(200), "name": "“Zoë” & <Co> 🎓" },
            "people": [{
                "id": "anna", "email": "anna@example.org", "full_name": "Anna\r\nBcc: bob@example.org",
                "locale": "en",
                "consent": { "news": { "at": "2026-01-01T10:00:00Z", "how": "form", "text": "Yes, please" } },
            }],
        })
    };
    let posts: Vec<(&str, Value)> = vec![
        ("posts/1-news.json", post("NEWS")),
        ("posts/2-receipt.json", post("RECEIPT")),
        ("posts/3-signed-up.json", post("SIGNED_UP")),
    ];
    let texts: Vec<_> = posts
        .iter()
        .map(|(file, post)| (*file, post.to_string()))
        .collect();
    let journey = |name: &str, event: &str, kind: &str| {
        format!(
            "journey: {name}\n{kind}trigger: {{ event: {event} }}\nreentry: unlimited\nsteps:\n  - send: {name}\n"
        )
    };
    let journeys = [
        (
            "journeys/news.yaml",
            journey("news", "NEWS", "kind: marketing\ntopic: news\n"),
        ),
        (
            "journeys/receipt.yaml",
            journey("receipt", "RECEIPT", "kind: transactional\n"),
        ),
        (
            "journeys/ask.yaml",
            journey(
                "ask",
                "SIGNED_UP",
                "kind: transactional\nconfirms: offers\n",
            ),
        ),
    ];
    let params =
        "  params: { words: text, name: string }\n  example: { words: Words, name: Zoë }\n";
    let events = format!("NEWS:\n{params}RECEIPT:\n{params}SIGNED_UP:\n{params}");
    let files = [
        ("waypost.yaml", PROJECT),
        ("events.yaml", events.as_str()),
        ("templates/news.md", NEWS),
        ("templates/receipt.md", NEWS),
        ("templates/ask.md", ASK),
    ];
    let made = texts.iter().map(|(file, text)| (*file, text.as_str()));
    let journeys = journeys.iter().map(|(file, text)| (*file, text.as_str()));
    releases::of(
        &files
            .into_iter()
            .chain(made)
            .chain(journeys)
            .collect::<Vec<_>>(),
    )
}

const PROJECT: &str = "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\n\
    senders:\n  default: { name: 'Coöperatie \"De Brug\" voor passend onderwijs in de regio, met een lange naam', address: mail@school.example, reply_to: help@school.example }\n\
    topics:\n  news: our news\n  offers: { about: our offers, opt_in: double }\n";
const NEWS: &str = "---\nsubject: '{{event.name}}: een onderwerp dat langer is dan op één regel van een mail past, met 🎓 erin'\npreheader: What it is about\n---\n\
    Hello {{recipient.full_name}},\n\n{{paragraphs event.words}}\n\n- [Look](https://school.example/a?b=1&c=2)\n\nThat was the last word.\n";
const ASK: &str = "---\nsubject: '{{event.name}}: do you want our offers?'\n---\n{{paragraphs event.words}}\n\n[Say yes or no]({{links.confirm}} \"button\"), and that is the last word.\n";
