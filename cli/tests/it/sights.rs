//! What the mails of all examples look like, in a real browser: on a telephone and on a desk, by day and by night.
//!
//! And whatever Markdown can say, in each layout that is shipped and in the one that mails have who ask for none. Where
//! there is no Chromium, a line that begins with SKIPPED says that nobody looked.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    browsers,
    command::{said, sera},
    operator::json_of,
    releases,
    tuning::say,
};

#[test]
fn every_mail_is_read_with_ease_on_a_telephone_and_on_a_desk_by_day_and_by_night() {
    let Some(browser) = browsers::chromium() else {
        say("SKIPPED the looks of mails: there is no Chromium");
        return;
    };
    let mut mails = vec![("planted".to_owned(), PLANTED.to_owned())];
    for example in examples() {
        mails.extend(mails_of(&example));
    }
    mails.extend(mails_of(everything().path()));
    assert!(mails.len() > 35, "{}", mails.len());
    for (name, html) in &mails {
        assert!(html.len() < 102 * 1024, "Gmail clips {name}");
    }
    for night in [false, true] {
        let mut found = found(&browser, &mails, night);
        // That it looks at all, and by which light.
        let planted: BTreeSet<_> = found
            .extract_if(.., |one| one["page"] == "planted")
            .map(|one| one["rule"].as_str().unwrap().to_owned())
            .collect();
        let mut expected: BTreeSet<_> = SEEN.map(str::to_owned).into();
        if night {
            expected.insert("contrast".to_owned());
        }
        assert_eq!(planted, expected, "night: {night}");
        assert_eq!(found, Vec::<Value>::new(), "night: {night}");
    }
}

/// Shows all mails to a browser.
fn found(browser: &Path, mails: &[(String, String)], night: bool) -> Vec<Value> {
    let folder = TempDir::new().unwrap();
    let look = include_str!("sights.js");
    browsers::found(browser, folder.path(), (mails, look), night)
}

/// Makes every mail of a release, each with its name.
fn mails_of(release: &Path) -> Vec<(String, String)> {
    let folder = TempDir::new().unwrap();
    let words = ["preview", release.to_str().unwrap(), "--json"];
    let done = said(folder.path(), &words);
    assert_eq!(done.code, 0, "{}: {done:?}", release.display());
    let told = json_of(&done);
    let mails = told["mails"].as_array().unwrap().iter();
    let made = mails.map(|mail| {
        let file = mail["html"].as_str().unwrap();
        let html = fs::read_to_string(folder.path().join("out/preview").join(file)).unwrap();
        (format!("{}: {file}", release.display()), html)
    });
    made.collect()
}

/// Makes a release of every layout there is, each around everything that Markdown can say.
fn everything() -> TempDir {
    let mut files = vec![
        ("waypost.yaml".to_owned(), PROJECT.to_owned()),
        ("events.yaml".to_owned(), "NEWS:\n  params: {}\n".to_owned()),
    ];
    let mut add = |name: &str, layout: Option<&str>| {
        let (front, text) = match layout {
            Some(text) => (format!("layout: {name}\n"), text),
            None => (String::new(), "links.unsubscribe"),
        };
        // Where a layout has no way out, it is that of service.
        let kind = match text.contains("links.unsubscribe") {
            true => "marketing\ntopic: news",
            false => "transactional",
        };
        let journey = format!(
            "journey: {name}\nkind: {kind}\ntrigger: {{ event: NEWS }}\nreentry: unlimited\nsteps:\n  - send: {name}\n"
        );
        files.push((format!("journeys/{name}.yaml"), journey));
        files.push((
            format!("templates/{name}.md"),
            format!("---\n{front}{MARKDOWN}"),
        ));
        if let Some(layout) = layout {
            files.push((format!("layouts/{name}.mjml"), layout.to_owned()));
        }
    };
    add("none", None);
    for example in examples() {
        for file in fs::read_dir(example.join("layouts")).unwrap() {
            let file = file.unwrap().path();
            let name = file.file_stem().unwrap().to_str().unwrap();
            add(name, Some(&fs::read_to_string(&file).unwrap()));
        }
    }
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    releases::of(&files)
}

/// Finds every example that is a release.
fn examples() -> Vec<PathBuf> {
    let folders = fs::read_dir(sera().parent().unwrap()).unwrap();
    let folders = folders.map(|folder| folder.unwrap().path());
    let mut found: Vec<_> = folders
        .filter(|folder| folder.join("waypost.yaml").exists())
        .collect();
    found.sort();
    assert!(found.len() > 5, "{found:?}");
    found
}

const PROJECT: &str = "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\n\
    senders:\n  default: { name: School, address: mail@school.example }\n\
    topics: { news: our news }\n\
    vars: { brand: School, organisation: School, address: 'Street 1, Town', contact_address: help@school.example }\n";

/// All that a text can have, with words and pictures that are too large for a telephone.
const MARKDOWN: &str = r#"subject: Everything
preheader: In one mail
---
# A heading of the first level that is rather long

Hello {{recipient.full_name}}, this has a [link](https://school.example/a), **bold** and *italic* words, and `code`.

## A second heading

- one
- two with a [link](https://school.example/b)

1. first
2. second

> A quotation of somebody who said a little more than fits on one line of a telephone. And a [link](https://school.example/c).

| Name | Amount | A third column |
|---|---|---|
| One | 1,000 euros | something longer |
| Two | 2 | [link](https://school.example/d) |

---

### A third heading

![A picture of a school](https://school.example/a.png)

Averylongwordthatdoesnotfitonthelineofatelephoneandhasnowheretobreakitselfatallinanyway.

[Do it now](https://school.example/e "button")
"#;

/// A mail that nobody should get.
const PLANTED: &str = r##"<!doctype html><html><head><style>@import "a.css";
:root{color-scheme:light dark}@media (prefers-color-scheme:dark){p{color:#444}}</style></head><body>
<p style="width:900px">Hello</p><p style="font-size:13px">Small</p><img src="http://school.example/a.png">
<a href="#" style="display:inline-block">x</a><a href="https://school.example/"></a>
<p style="position:relative;left:-40px">Outside</p></body></html>"##;

/// What is wrong with it by day; by night its text is dark as well.
const SEEN: [&str; 12] = [
    "alt",
    "cut-off",
    "font-size",
    "foreign",
    "href",
    "lang",
    "link-name",
    "reflow",
    "src",
    "target",
    "target-spacing",
    "title",
];
