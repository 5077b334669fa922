//! What playing a release leaves: the mails, as a mail program reads them.

use std::{collections::BTreeMap, fs, path::Path};

use mail_parser::{MessageParser, MimeHeaders};
use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Said, said};

/// What playing a release has left.
pub(crate) struct Played {
    pub(crate) said: Said,
    /// By file, without the extension.
    pub(crate) letters: BTreeMap<String, Letter>,
}

/// A mail as a mail program reads it.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) headers: Vec<String>,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) reply_to: String,
    pub(crate) message_id: String,
    pub(crate) auto_submitted: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl Played {
    pub(crate) fn of(release: &Path, words: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let release = release.to_str().unwrap();
        let said = said(
            folder.path(),
            &[&["run", "--release", release], words].concat(),
        );
        let mut letters = BTreeMap::new();
        for file in fs::read_dir(folder.path().join("out/mail")).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|one| one == "eml") {
                let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
                let html = fs::read_to_string(path.with_extension("html")).unwrap();
                let letter = Letter::read(&fs::read(&path).unwrap());
                assert_eq!(html.trim_end(), letter.html.trim_end(), "{name}");
                letters.insert(name, letter);
            }
        }
        Self { said, letters }
    }

    /// Finds the first mail whose file's name begins like this, or that the event of this post sent.
    #[track_caller]
    pub(crate) fn letter(&self, start: &str) -> &Letter {
        let number = match start.split_once('-') {
            Some((number, rest)) if !rest.is_empty() => format!("{:0>2}-", number),
            _ => start.to_owned(),
        };
        let found = self
            .letters
            .iter()
            .find(|(name, _)| name.starts_with(&number));
        match found {
            Some((_, letter)) => letter,
            None => panic!(
                "no mail {number} among {:?}: {:?}",
                self.letters.keys(),
                self.said
            ),
        }
    }

    /// Returns what was told of an event, by its id.
    #[track_caller]
    pub(crate) fn told(&self, id: &str) -> Value {
        let told: Value = serde_json::from_str(&self.said.out).unwrap();
        let events = told["events"].as_array().unwrap();
        let found = events.iter().find(|event| event["id"] == id);
        found
            .cloned()
            .unwrap_or_else(|| panic!("{id} is not in {told:#}"))
    }
}

impl Letter {
    pub(crate) fn read(raw: &[u8]) -> Self {
        let message = MessageParser::default().parse(raw).unwrap();
        let mailbox = |address: Option<&mail_parser::Address<'_>>| {
            let all: Vec<_> = address
                .into_iter()
                .flat_map(|address| address.clone().into_list())
                .collect();
            let [one] = all.as_slice() else {
                panic!("not one mailbox: {all:?}")
            };
            let address = one.address().unwrap();
            match one.name() {
                Some(name) => format!("{name} <{address}>"),
                None => address.to_owned(),
            }
        };
        let mut headers: Vec<_> = message
            .headers()
            .iter()
            .map(|header| header.name().to_owned())
            .collect();
        headers.sort();
        assert_eq!(message.attachment_count(), 0);
        assert!(message.content_type().unwrap().subtype() == Some("alternative"));
        Self {
            headers,
            from: mailbox(message.from()),
            to: mailbox(message.to()),
            reply_to: mailbox(message.reply_to()),
            message_id: message.message_id().unwrap().to_owned(),
            auto_submitted: message
                .header_raw("Auto-Submitted")
                .unwrap()
                .trim()
                .to_owned(),
            subject: message.subject().unwrap().to_owned(),
            text: message.body_text(0).unwrap().replace('\r', ""),
            html: message.body_html(0).unwrap().replace('\r', ""),
        }
    }
}
