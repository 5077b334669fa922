//! The pages for recipients can be used by everybody: axe-core finds nothing on any of them, in a real browser.
//!
//! axe-core comes from npm into cargo's folder for tests. Where there is no npm or no Chromium, a line that begins
//! with SKIPPED says that nobody looked.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    browsers,
    clients::{installed, npm},
    confirming::{confirm, press},
    http::{Answer, ask},
    laptop::Laptop,
    releases,
    time::eventually,
    tuning::say,
    unsubscribing::FORM,
};

#[test]
fn nothing_on_a_page_keeps_anybody_from_using_it() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("axe-core-{AXE_VERSION}"));
    let mut install = npm(&folder, &format!("axe-core@{AXE_VERSION}"));
    if !installed(
        &folder,
        "axe-core on the pages for recipients",
        &mut install,
    ) {
        return;
    }
    let Some(browser) = browsers::chromium() else {
        say("SKIPPED axe-core on the pages for recipients: there is no Chromium");
        return;
    };
    let axe = fs::read_to_string(folder.join("node_modules/axe-core/axe.min.js")).unwrap();
    let release = release();
    let laptop = Laptop::start(release.path());
    let mut pages = vec![("planted".to_owned(), PLANTED.to_owned())];
    for language in ["nl", "en"] {
        pages.extend(pages_in(language, &laptop));
    }
    for night in [false, true] {
        let mut found = found(&browser, &axe, &pages, night);
        // That it looks at all, and by which light.
        let planted: Vec<_> = found
            .extract_if(.., |one| one["page"] == "planted")
            .map(|one| one["rule"].as_str().unwrap().to_owned())
            .collect();
        let by_night = if night { "color-contrast" } else { "image-alt" };
        for rule in ["html-has-lang", "label", "reflow", by_night] {
            assert!(planted.iter().any(|one| one == rule), "{rule}: {planted:?}");
        }
        assert_eq!(planted.iter().any(|one| one == "color-contrast"), night);
        assert_eq!(found, Vec::<Value>::new(), "night: {night}");
    }
}

/// Reads every kind of page in a language, each with its name.
fn pages_in(language: &str, laptop: &Laptop) -> Vec<(String, String)> {
    let address = format!("{language}@example.org");
    let event = json!({
        "type": "SIGN_UP", "data": {},
        "people": [{
            "id": language, "email": address, "full_name": "Anna", "locale": language,
            "consent": { "news": { "at": "2026-01-01T10:00:00Z", "how": "form", "text": "Yes, please" } },
        }],
    });
    laptop.source().tell(language, &event);
    let link = confirm(&eventually("the mail is there", || {
        laptop.mail_to(&address)
    }));
    let speaks = ("accept-language", language);
    let mut pages = Vec::new();
    let mut keep = |name: &str, status: u16, answer: Answer| {
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        let lang = format!("<html lang=\"{language}\">");
        assert!(answer.body.contains(&lang), "{name}: {answer:?}");
        pages.push((format!("{name} in {language}"), answer.body));
    };
    keep("a question", 200, ask("GET", &link, &[], b"").unwrap());
    for (name, form) in [
        ("a yes", "do=return"),
        ("quiet", "do=quiet-30"),
        ("a choice", "do=save&topic=offers"),
        ("a no", "do=leave"),
    ] {
        keep(name, 200, press(&link, form.as_bytes()));
        let later = ask("GET", &link, &[], b"").unwrap();
        keep(&format!("after {name}"), 200, later);
    }
    let broken = &link[..link.len() - 1];
    let broken = ask("GET", broken, &[speaks], b"").unwrap();
    keep("a broken link", 404, broken);
    let nonsense = ask("POST", &link, &[FORM, speaks], b"do=explode").unwrap();
    keep("a broken form", 400, nonsense);
    let fault =
        json!({ "kind": "refuse", "status": 403, "code": "AccessDeniedException", "message": "" });
    laptop.cloud().fault("PutItem", 0, 20, fault);
    let later = ask("POST", &link, &[FORM, speaks], b"do=return").unwrap();
    laptop.cloud().heal();
    keep("a bad moment", 503, later);
    pages
}

/// Shows all pages to axe-core, each as wide as a telephone and as a desk, by day or by night.
fn found(browser: &Path, axe: &str, pages: &[(String, String)], night: bool) -> Vec<Value> {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("axe.js"), axe).unwrap();
    browsers::found(browser, folder.path(), (pages, LOOK), night)
}

/// A page with both kinds of topics behind a question.
fn release() -> TempDir {
    releases::of(&[
        (
            "waypost.yaml",
            "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\n\
             senders:\n  default: { name: School, address: mail@school.example }\n\
             topics:\n  news: { about: our news, opt_in: double }\n  offers: offers for schools\n",
        ),
        ("events.yaml", "SIGN_UP:\n  params: {}\n"),
        (
            "journeys/ask.yaml",
            "journey: ask\nkind: transactional\nconfirms: news\ntrigger: { event: SIGN_UP }\nreentry: unlimited\n\
             steps:\n  - send: ask\n",
        ),
        (
            "templates/ask.md",
            "---\nsubject: Do you want our news?\n---\n\n[Say yes or no]({{links.confirm}} \"button\")\n",
        ),
    ])
}

const AXE_VERSION: &str = "4.14.1";

/// A page that nobody should have to use.
const PLANTED: &str = r#"<!doctype html><html><head><title>Planted</title><meta name="viewport" content="width=device-width">
<style>:root{color-scheme:light dark}@media (prefers-color-scheme:dark){p{color:#333;background:#222}}</style></head>
<body><main><h1>Planted</h1><img src="data:,"><input><p style="width:900px">Hello</p></main></body></html>"#;

/// Shows each page in a frame, which has a width of its own, and writes what is found as JSON.
///
/// Content that is wider than the frame is WCAG 2.2, 1.4.10, which axe-core does not look for.
const LOOK: &str = r#"const loaded = (one) => new Promise((done) => { one.onload = done; });
async function look([page, html], width) {
  const frame = document.createElement("iframe");
  frame.width = width;
  frame.height = 900;
  frame.srcdoc = html;
  let ready = loaded(frame);
  document.body.append(frame);
  await ready;
  const inside = frame.contentDocument;
  const script = inside.createElement("script");
  script.src = "axe.js";
  ready = loaded(script);
  inside.head.append(script);
  await ready;
  const { violations, incomplete } = await frame.contentWindow.axe.run();
  const found = [...violations, ...incomplete].map(({ id, help, nodes }) => {
    const places = nodes.map((node) => node.target.join(" ") + ": " + node.failureSummary);
    return { page, width, rule: id, help, places };
  });
  const { scrollWidth, clientWidth } = inside.documentElement;
  if (scrollWidth > clientWidth) found.push({ page, width, rule: "reflow" });
  frame.remove();
  return found;
}
"#;
