//! Who unsubscribes by the button of a mail program, or on the page, gets no more; who only looks changes nothing.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{http::ask, laptop::Laptop, releases, time::eventually};

#[test]
fn one_click_in_a_mail_ends_mails_about_its_topic_and_no_others() {
    let release = release();
    let laptop = Laptop::start(release.path());
    post(&laptop, "e1", "NEWS");
    let first = mails(&laptop, 1).pop().unwrap();

    let link = link(&first);

    // A scanner asks for everything that it finds, and changes nothing.
    for method in ["GET", "HEAD", "GET"] {
        let looked = ask(method, &link, &[], b"").unwrap();
        assert_eq!(looked.status, 200, "{method}");
        assert_eq!(looked.header("cache-control"), "no-store");
        assert_eq!(looked.header("referrer-policy"), "no-referrer");
    }
    post(&laptop, "e2", "NEWS");
    mails(&laptop, 2);

    let form = [("content-type", "application/x-www-form-urlencoded")];
    let done = ask("POST", &link, &form, b"List-Unsubscribe=One-Click").unwrap();
    assert_eq!(done.status, 200);
    assert!(done.body.contains("You are unsubscribed"), "{}", done.body);
    post(&laptop, "e3", "NEWS");
    post(&laptop, "e4", "RECEIPT");
    let third = mails(&laptop, 3).pop().unwrap();
    assert_eq!(third["subject"], "Your receipt");
    for name in ["List-Unsubscribe", "List-Unsubscribe-Post", "List-Id"] {
        assert!(
            third["headers"][name].is_null(),
            "service cannot be unsubscribed from"
        );
    }
    laptop.settle();
    let outcomes: Vec<_> = laptop
        .cloud()
        .enrollments()
        .into_iter()
        .flat_map(|record| record.enrollment.path)
        .map(|taken| taken.outcome)
        .filter(|outcome| outcome != "sent")
        .collect();
    assert_eq!(outcomes, ["opted_out"]);

    // The page brings them back, and says what nobody may ask.
    let back = ask("POST", &link, &form, b"do=return").unwrap();
    assert_eq!(back.status, 200);
    post(&laptop, "e5", "NEWS");
    mails(&laptop, 4);
    assert_eq!(
        ask("POST", &link, &form, b"do=explode").unwrap().status,
        400
    );
    let forged = link.replace(".news.", ".else.");
    assert_eq!(
        ask("POST", &forged, &form, b"List-Unsubscribe=One-Click")
            .unwrap()
            .status,
        404
    );
    assert_eq!(
        ask("GET", &link[..link.len() - 1], &[], b"")
            .unwrap()
            .status,
        404
    );
    laptop.settle();
    laptop.assert_all_done();
}

/// Holds the headers of a marketing mail to what Gmail, Yahoo and Microsoft look for, and returns the link in them.
fn link(mail: &Value) -> String {
    // RFC 8058, 2369 and 2919 define them.
    let header = |name: &str| {
        mail["headers"][name]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let link = header("List-Unsubscribe");
    let link = link
        .trim_start_matches('<')
        .trim_end_matches('>')
        .to_owned();
    assert!(link.starts_with("http://127.0.0.1:"), "{link}");
    assert_eq!(
        header("List-Unsubscribe-Post"),
        "List-Unsubscribe=One-Click"
    );
    assert_eq!(header("List-Id"), "<news.school.example>");
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert!(
        mail["html"].as_str().unwrap().contains(&link),
        "the body has the link too"
    );
    link
}

fn mails(laptop: &Laptop, count: usize) -> Vec<Value> {
    eventually("the mails are there", || {
        let mails = laptop.inbox();
        (mails.len() == count).then_some(mails)
    })
}

fn post(laptop: &Laptop, id: &str, event: &str) {
    let body = json!({
        "type": event, "data": {},
        "people": [{
            "id": "anna", "email": "anna@example.org", "full_name": "Anna", "locale": "en",
            "consent": { "news": { "at": "2026-01-01T10:00:00Z", "how": "form", "text": "Yes, please" } },
        }],
    });
    laptop.source().tell(id, &body);
}

fn release() -> TempDir {
    let layout = "<mjml><mj-body><mj-section><mj-column><mj-text>{{> content}}{{#if links.unsubscribe}}
        <a href=\"{{links.unsubscribe}}\">Unsubscribe</a>{{/if}}</mj-text></mj-column></mj-section></mj-body></mjml>";
    releases::of(&[
        (
            "waypost.yaml",
            "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\n\
             senders:\n  default: { name: School, address: mail@school.example }\n\
             topics: { news: our news, offers: offers for schools }\n",
        ),
        (
            "events.yaml",
            "NEWS:\n  params: {}\nRECEIPT:\n  params: {}\n",
        ),
        ("layouts/plain.mjml", layout),
        (
            "journeys/news.yaml",
            "journey: news\nkind: marketing\ntopic: news\ntrigger: { event: NEWS }\nreentry: unlimited\n\
             steps:\n  - send: news\n",
        ),
        (
            "journeys/receipt.yaml",
            "journey: receipt\nkind: transactional\ntrigger: { event: RECEIPT }\nreentry: unlimited\n\
             steps:\n  - send: receipt\n",
        ),
        (
            "templates/news.md",
            "---\nsubject: News\nlayout: plain\n---\nHello {{recipient.full_name}}\n",
        ),
        (
            "templates/receipt.md",
            "---\nsubject: Your receipt\nlayout: plain\n---\nHello {{recipient.full_name}}\n",
        ),
    ])
}
