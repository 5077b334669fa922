//! Double opt-in: nobody is advertised to whose address somebody else could have typed into a form.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    http::{Answer, ask},
    laptop::Laptop,
    operator::typed,
    releases,
    time::eventually,
};

#[test]
fn who_confirms_gets_mails_and_who_does_not_gets_none() {
    let release = release();
    let laptop = Laptop::start(release.path());
    sign_up(&laptop, "e1", "form");
    let asked = subjects(&laptop, &["Do you want our news?"]);
    let link = confirm(&asked[0]);

    // Pending is not subscribed: an issue in the meantime is left out, and says why.
    tell(&laptop, "e2", "ISSUE", "form");
    laptop.settle();
    subjects(&laptop, &["Do you want our news?"]);
    let explained = typed(&laptop, laptop.folder(), &["explain", "anna@example.org"]);
    let why = "not mailed: they have not confirmed that they want its topic";
    assert!(explained.out.contains(why), "{explained:?}");

    // A scanner that follows every link confirms nothing.
    for method in ["GET", "HEAD", "GET"] {
        assert_eq!(ask(method, &link, &[], b"").unwrap().status, 200);
    }
    let page = ask("GET", &link, &[], b"").unwrap();
    assert!(page.body.contains("Do you want these mails?"), "{page:?}");
    assert!(page.body.contains(">Yes, please</button>"), "{page:?}");
    tell(&laptop, "e3", "ISSUE", "form");
    laptop.settle();
    subjects(&laptop, &["Do you want our news?"]);

    // One press begins the welcome series, and lets later issues through.
    let done = press(&link, b"do=return");
    assert!(
        done.body.contains("Thank you: you get these mails"),
        "{done:?}"
    );
    press(&link, b"do=return");
    laptop.settle();
    subjects(&laptop, &["Do you want our news?", "Welcome"]);
    tell(&laptop, "e4", "ISSUE", "form");
    laptop.settle();
    subjects(&laptop, &["Do you want our news?", "Welcome", "Issue"]);

    // Whoever has said yes is not asked again; whoever leaves is, by a new form, and gets nothing until then.
    sign_up(&laptop, "e5", "form");
    laptop.settle();
    subjects(&laptop, &["Do you want our news?", "Welcome", "Issue"]);
    press(&link, b"do=leave");
    laptop.cloud().pass(60);
    sign_up_at(&laptop, "e6", "form", "2099-01-01T00:00:00Z");
    laptop.settle();
    subjects(&laptop, &["Do you want our news?", "Welcome", "Issue"]);
    laptop.assert_all_done();
}

#[test]
fn what_a_source_had_confirmed_itself_is_enough() {
    let release = release();
    let laptop = Laptop::start(release.path());
    tell(&laptop, "e1", "ISSUE", "double-opt-in");
    subjects(&laptop, &["Issue"]);
    sign_up(&laptop, "e2", "double-opt-in");
    laptop.settle();
    subjects(&laptop, &["Issue"]);
    laptop.assert_all_done();
}

pub(crate) fn press(link: &str, body: &[u8]) -> Answer {
    let form = ("content-type", "application/x-www-form-urlencoded");
    let done = ask("POST", link, &[form], body).unwrap();
    assert_eq!(done.status, 200, "{done:?}");
    done
}

/// Returns the link of the mail that asks.
pub(crate) fn confirm(mail: &Value) -> String {
    let html = mail["html"].as_str().unwrap();
    let (_, after) = html.split_once("href=\"http").unwrap();
    let (link, _) = after.split_once('"').unwrap();
    assert!(
        mail["headers"]["List-Unsubscribe"].is_null(),
        "a question is no advertising"
    );
    format!("http{link}")
}

/// Waits until mails have come with exactly these subjects, in this order.
pub(crate) fn subjects(laptop: &Laptop, expected: &[&str]) -> Vec<Value> {
    let mails = eventually("the mails are there", || {
        let mails = laptop.inbox();
        (mails.len() >= expected.len()).then_some(mails)
    });
    let found: Vec<_> = mails.iter().map(|mail| mail["subject"].clone()).collect();
    assert_eq!(found, expected);
    mails
}

pub(crate) fn sign_up(laptop: &Laptop, id: &str, how: &str) {
    sign_up_at(laptop, id, how, "2026-01-01T10:00:00Z");
}

fn sign_up_at(laptop: &Laptop, id: &str, how: &str, at: &str) {
    post(laptop, id, "SIGN_UP", (how, at));
}

fn tell(laptop: &Laptop, id: &str, event: &str, how: &str) {
    post(laptop, id, event, (how, "2026-01-01T10:00:00Z"));
}

fn post(laptop: &Laptop, id: &str, event: &str, (how, at): (&str, &str)) {
    let body = json!({
        "type": event, "data": {},
        "people": [{
            "id": "anna", "email": "anna@example.org", "full_name": "Anna", "locale": "en",
            "consent": { "news": { "at": at, "how": how, "text": "Yes, please" } },
        }],
    });
    laptop.source().tell(id, &body);
}

pub(crate) fn release() -> TempDir {
    releases::of(&[
        (
            "waypost.yaml",
            "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\n\
             senders:\n  default: { name: School, address: mail@school.example }\n\
             topics:\n  news: { about: our news, opt_in: double }\n",
        ),
        (
            "events.yaml",
            "SIGN_UP:\n  params: {}\nISSUE:\n  params: {}\n",
        ),
        (
            "journeys/ask.yaml",
            "journey: ask\nkind: transactional\nconfirms: news\ntrigger: { event: SIGN_UP }\nreentry: unlimited\n\
             steps:\n  - send: ask\n",
        ),
        (
            "journeys/welcome.yaml",
            "journey: welcome\nkind: marketing\ntopic: news\ntrigger: { opted_in: news }\nreentry: never\n\
             steps:\n  - send: welcome\n",
        ),
        (
            "journeys/issue.yaml",
            "journey: issue\nkind: marketing\ntopic: news\ntrigger: { event: ISSUE }\nreentry: unlimited\n\
             steps:\n  - send: issue\n",
        ),
        (
            "templates/ask.md",
            "---\nsubject: Do you want our news?\n---\n\n[Say yes or no]({{links.confirm}} \"button\")\n",
        ),
        (
            "templates/welcome.md",
            "---\nsubject: Welcome\n---\n\nHello.\n",
        ),
        ("templates/issue.md", "---\nsubject: Issue\n---\n\nNews.\n"),
    ])
}
