//! Who unsubscribes by the button of a mail program, or on the page, gets no more; who only looks changes nothing.

use std::fs;

use journey::Phase;
use serde_json::{Value, json};
use tempfile::TempDir;

use wire::TicketKeys;

use crate::{
    cloud::text,
    command::operated,
    http::ask,
    laptop::Laptop,
    operator::{json_of, typed},
    releases,
    time::eventually,
};

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

    // RFC 8058 3.1: no redirect, no cookie.
    let done = ask("POST", &link, &[FORM], ONE_CLICK).unwrap();
    assert_eq!(done.status, 200);
    assert_eq!(
        (done.header("location"), done.header("set-cookie")),
        ("", "")
    );
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
    // Whichever comes first: the look before the claim, or the word that whoever is on their way is to leave.
    let runs = laptop.cloud().enrollments();
    let stopped = runs.iter().filter(|record| {
        let mut path = record.enrollment.path.iter();
        path.any(|taken| taken.outcome == "opted_out")
            || matches!(&record.enrollment.phase, Phase::Left { reason, .. } if reason == "unsubscribed")
    });
    assert_eq!(stopped.count(), 1, "{runs:?}");

    // The page brings them back, and says what nobody may ask.
    let back = ask("POST", &link, &[FORM], b"do=return").unwrap();
    assert_eq!(back.status, 200);
    post(&laptop, "e5", "NEWS");
    mails(&laptop, 4);
    assert_eq!(
        ask("POST", &link, &[FORM], b"do=explode").unwrap().status,
        400
    );
    let forged = link.replace(".news.", ".else.");
    assert_eq!(
        ask("POST", &forged, &[FORM], ONE_CLICK).unwrap().status,
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

    // It was said by the first mail, whose run had ended long before; once, however often it was said.
    let words = ["stats", "news", "--json"];
    let told = json_of(&typed(&laptop, laptop.folder(), &words));
    let step = &told["journeys"][0]["steps"][0];
    assert_eq!(step["mails"]["unsubscribed"], 1, "{told:#}");
}

#[test]
fn a_link_that_was_sealed_with_a_key_added_since_works_at_once_and_old_links_go_on() {
    let release = release();
    let laptop = Laptop::start(release.path());
    post(&laptop, "e1", "NEWS");
    let old = link(&mails(&laptop, 1).pop().unwrap());
    assert_eq!(ask("GET", &old, &[], b"").unwrap().status, 200);
    let rotate = || {
        let words = ["secret", "--stack", "laptop", "--rotate-pages", "--json"];
        operated(&laptop.cloud().endpoint, &words)
    };
    let said = rotate();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains(r#""address_key": "added""#), "{said:?}");

    let (pages, token) = old.rsplit_once('/').unwrap();
    let name = json!({ "Name": "/waypost/laptop/address-key", "WithDecryption": true });
    let keys = || {
        let got = laptop.cloud().call("AmazonSSM.GetParameter", &name);
        TicketKeys::parse(got["Parameter"]["Value"].as_str().unwrap()).unwrap()
    };
    let newer = keys().seal(&keys().open(token).unwrap());
    assert!(newer.starts_with("1.") && token.starts_with("0."));
    let newer = format!("{pages}/{newer}");
    let done = ask("POST", &newer, &[FORM], ONE_CLICK).unwrap();
    assert_eq!(done.status, 200, "{done:?}");
    assert!(done.body.contains("You are unsubscribed"), "{done:?}");
    let again = ask("POST", &old, &[FORM], ONE_CLICK).unwrap();
    assert_eq!(again.status, 200, "{again:?}");

    // As many as fit, and not one more: a function that cannot read its keys does nothing at all.
    while keys().have_room() {
        assert_eq!(rotate().code, 0);
    }
    let full = rotate();
    assert_eq!(full.code, 2, "{full:?}");
    assert!(full.err.contains("as many keys"), "{full:?}");
    assert!(keys().open(token).is_some());
}

#[test]
fn what_a_mail_program_asks_for_needs_nothing_but_its_token() {
    let release = release();
    let laptop = Laptop::start(release.path());
    post(&laptop, "e1", "NEWS");
    let link = link(&mails(&laptop, 1).pop().unwrap());
    let cloud = laptop.cloud();
    let everything = |table: &str, key: &[&str]| {
        for item in cloud.scan(table) {
            let key = key
                .iter()
                .map(|name| ((*name).to_owned(), json!({ "S": text(&item, name) })));
            let key: serde_json::Map<String, Value> = key.collect();
            cloud.call(
                "DynamoDB_20120810.DeleteItem",
                &json!({ "TableName": table, "Key": key }),
            );
        }
    };
    everything("releases", &["hash"]);
    everything("contacts", &["contact", "item"]);
    cloud.pass(60);

    let done = ask("POST", &link, &[FORM], ONE_CLICK).unwrap();
    assert_eq!(done.status, 200, "{done:?}");
    assert!(done.body.contains("<h1>Your mails</h1>"), "{done:?}");
    assert!(done.body.contains("You are unsubscribed"), "{done:?}");
    let kept = cloud.scan("contacts");
    let kept: Vec<_> = kept.iter().map(|item| text(item, "item")).collect();
    assert_eq!(kept, ["topic#news", "topic#news"]);
}

/// What somebody presses on the page is kept although the release that the page is made of cannot be read.
#[test]
fn a_no_on_the_page_is_kept_whether_or_not_its_words_can_be_read() {
    let release = release();
    let laptop = Laptop::start(release.path());
    post(&laptop, "e1", "NEWS");
    let link = link(&mails(&laptop, 1).pop().unwrap());
    let nowhere = json!({
        "TableName": "releases", "Key": { "hash": { "S": "current" } },
        "UpdateExpression": "SET #r = :r", "ExpressionAttributeNames": { "#r": "release" },
        "ExpressionAttributeValues": { ":r": { "S": "gone" } },
    });
    laptop
        .cloud()
        .call("DynamoDB_20120810.UpdateItem", &nowhere);
    laptop.cloud().pass(60);
    let done = ask("POST", &link, &[FORM], b"do=leave").unwrap();
    assert_eq!(done.status, 200, "{done:?}");
    assert!(done.body.contains("You are unsubscribed"), "{done:?}");
    let kept = laptop.cloud().scan("contacts").into_iter();
    let kept = kept.filter(|item| text(item, "item") == "topic#news");
    let kept: Vec<_> = kept.map(|item| text(&item, "doc").to_owned()).collect();
    assert_eq!(kept.len(), 2);
    assert!(
        kept.iter().all(|doc| doc.contains(r#""what":"out""#)),
        "{kept:?}"
    );
    // Which boxes there are is not known then.
    let boxes = ask("POST", &link, &[FORM], b"do=save").unwrap();
    assert_eq!(boxes.status, 503, "{boxes:?}");
}

#[test]
fn a_request_that_makes_no_sense_is_told_so_and_changes_nothing() {
    let release = release();
    let laptop = Laptop::start(release.path());
    post(&laptop, "e1", "NEWS");
    let link = link(&mails(&laptop, 1).pop().unwrap());
    let large = vec![b'a'; 20_000];
    let json = ("content-type", "application/json");
    for (headers, body, status) in [
        (FORM, b"do=explode".as_slice(), 400),
        (FORM, b"", 400),
        (FORM, b"List-Unsubscribe=Two-Clicks", 400),
        (FORM, &large, 413),
        (json, br#"{"List-Unsubscribe":"One-Click"}"#, 415),
    ] {
        let said = ask("POST", &link, &[headers], body).unwrap();
        assert_eq!(said.status, status, "{said:?}");
        assert_eq!(said.header("cache-control"), "no-store");
        assert!(said.body.contains("<h1>That did not work</h1>"), "{said:?}");
    }
    for method in ["DELETE", "OPTIONS", "PATCH", "PUT", "TRACE"] {
        let said = ask(method, &link, &[FORM], ONE_CLICK).unwrap();
        assert_eq!(said.status, 405, "{method}: {said:?}");
        assert_eq!(said.header("allow"), "GET, HEAD, POST", "{method}");
        assert!(said.body.contains("<h1>That did not work</h1>"), "{said:?}");
    }
    let chosen = laptop.cloud().scan("contacts");
    assert!(
        !chosen
            .iter()
            .any(|item| text(item, "item").starts_with("topic#"))
    );

    // Who has quiet can leave for good.
    let quiet = ask("POST", &link, &[FORM], b"do=quiet-30").unwrap();
    assert!(
        quiet.body.contains("You get no mails about this until"),
        "{quiet:?}"
    );
    assert!(quiet.body.contains("value=\"leave\""), "{quiet:?}");
    let explained = typed(&laptop, laptop.folder(), &["explain", "anna@example.org"]);
    let until = "About news they chose quiet until 20";
    assert!(explained.out.contains(until), "{explained:?}");
    let left = ask("POST", &link, &[FORM], b"do=leave").unwrap();
    assert!(left.body.contains("You are unsubscribed"), "{left:?}");
}

#[test]
fn a_colleague_is_told_with_a_template_of_advertising() {
    let release = release();
    let tell = "journey: tell\nkind: marketing\ntopic: news\ntrigger: { event: TELL }\nto: { role: GUEST }\nreentry: unlimited\n\
        steps:\n  - send: { template: told, to: { role: BOARD } }\n";
    let told = "---\nsubject: Told\n---\nAnna reads. [No more]({{links.unsubscribe}})\n";
    for (file, text) in [("journeys/tell.yaml", tell), ("templates/told.md", told)] {
        fs::write(release.path().join(file), text).unwrap();
    }
    let events = "NEWS:\n  params: {}\nRECEIPT:\n  params: {}\nTELL:\n  params: {}\n";
    fs::write(release.path().join("events.yaml"), events).unwrap();
    let laptop = Laptop::start(release.path());
    let person = |name: &str, role: &str| json!({ "id": name, "email": format!("{name}@example.org"), "full_name": name, "role": role });
    let people = [person("anna", "GUEST"), person("chair", "BOARD")];
    let body = json!({ "type": "TELL", "subject": "s", "data": {}, "people": people });
    laptop.source().tell("e1", &body);
    // It is service: nothing forbids it, and its headers offer nothing.
    let mail = mails(&laptop, 1).pop().unwrap();
    assert_eq!(mail["subject"], "Told");
    assert!(mail["headers"]["List-Unsubscribe"].is_null(), "{mail:#}");
    assert!(mail["html"].as_str().unwrap().contains("/u/"), "{mail:#}");
    laptop.settle();
    laptop.assert_all_done();
}

/// Holds the headers of a marketing mail to what the standards and the large receivers ask, and returns the link.
pub(crate) fn link(mail: &Value) -> String {
    let header = |name: &str| {
        mail["headers"][name]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let unsubscribe = header("List-Unsubscribe");
    let link = unsubscribe.trim_matches(['<', '>']).to_owned();
    let (_, token) = link.rsplit_once('/').unwrap();
    let one_click = "List-Unsubscribe=One-Click";
    for (source, rule, holds) in [
        (
            "RFC 2369 2; RFC 8058 3.1",
            "one web address, in angle brackets",
            unsubscribe == format!("<{link}>") && !link.contains(['<', '>', ',', ' ']),
        ),
        // On AWS it begins with https, as PAGES_URL in the template does.
        (
            "RFC 8058 3.1; Gmail, \"Email sender guidelines\"; Yahoo, \"Sender best practices\"",
            "the address of a page",
            link.starts_with("http://127.0.0.1:"),
        ),
        (
            "RFC 8058 3.1; Gmail and Yahoo, as above",
            "one click is allowed, in these very words",
            header("List-Unsubscribe-Post") == one_click,
        ),
        (
            "RFC 8058 3.1",
            "the address tells nobody who it is about",
            !link.contains("anna") && !link.contains("example.org"),
        ),
        (
            "RFC 3986 2.3",
            "nothing in the token needs an escape",
            token
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)),
        ),
        (
            "Gmail, \"Email sender guidelines\"; Microsoft, \"Requirements for high-volume senders\"",
            "the body shows the link as well",
            mail["html"].as_str().unwrap().contains(&link),
        ),
        (
            "RFC 2919 2 and 3; Gmail, \"Email subscription messages\"",
            "the same list for every mail about the topic",
            header("List-Id") == "<news.school.example>",
        ),
        (
            "RFC 3834 5",
            "nobody's vacation answers a machine",
            header("Auto-Submitted") == "auto-generated",
        ),
        (
            "SES API v2, MessageHeader",
            "a header of at most 995 printable characters",
            unsubscribe.len() <= 995 && unsubscribe.chars().all(|c| (' '..='~').contains(&c)),
        ),
    ] {
        assert!(holds, "{source}: {rule}: {mail:#}");
    }
    link
}

pub(crate) fn mails(laptop: &Laptop, count: usize) -> Vec<Value> {
    eventually("the mails are there", || {
        let mails = laptop.inbox();
        (mails.len() == count).then_some(mails)
    })
}

pub(crate) fn post(laptop: &Laptop, id: &str, event: &str) {
    let body = json!({
        "type": event, "data": {},
        "people": [{
            "id": "anna", "email": "anna@example.org", "full_name": "Anna", "locale": "en",
            "consent": { "news": { "at": "2026-01-01T10:00:00Z", "how": "form", "text": "Yes, please" } },
        }],
    });
    laptop.source().tell(id, &body);
}

pub(crate) fn release() -> TempDir {
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

pub(crate) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
pub(crate) const ONE_CLICK: &[u8] = b"List-Unsubscribe=One-Click";
