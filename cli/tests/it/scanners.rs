//! Programs that fetch whatever stands in a mail, to see whether it is dangerous, change nothing: not one attribute.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    confirming::{confirm, press, sign_up, subjects},
    http::ask,
    laptop::Laptop,
    releases,
    unsubscribing::{FORM, ONE_CLICK},
};

#[test]
fn whoever_fetches_everything_in_a_mail_changes_nothing() {
    let release = release();
    let laptop = Laptop::start(release.path());
    sign_up(&laptop, "e1", "form");
    let asked = subjects(&laptop, &["Do you want our news?"]);
    // Before a yes, a look is none.
    scan(&laptop, &asked[0], 1);
    press(&confirm(&asked[0]), b"do=return");
    laptop.settle_soon();
    let mails = subjects(&laptop, &["Do you want our news?", "Welcome"]);
    // After it, a look is no no; the question is looked at again as well.
    scan(&laptop, &mails[0], 1);
    scan(&laptop, &mails[1], 1);
    laptop.assert_all_done();

    // That a change would be seen, and that the page was there all the time.
    let before = everything(&laptop);
    let link = pages(&laptop, &mails[1]).pop_first().unwrap();
    let done = ask("POST", &link, &[FORM], ONE_CLICK).unwrap();
    assert!(done.body.contains("You are unsubscribed"), "{done:?}");
    laptop.settle_soon();
    let after = everything(&laptop);
    assert_ne!(before["contacts"], after["contacts"]);
    assert_ne!(before["sends"], after["sends"]);
}

/// Does to a mail's links whatever scanners, prefetchers and previews do, twice.
fn scan(laptop: &Laptop, mail: &Value, count: usize) {
    laptop.settle_soon();
    let pages = pages(laptop, mail);
    assert_eq!(pages.len(), count, "{pages:?} in {mail:#}");
    let before = everything(laptop);
    assert!(!before["contacts"].is_empty() && !before["sends"].is_empty());
    for page in pages.iter().chain(&pages) {
        for agent in AGENTS {
            for method in ["GET", "HEAD", "GET"] {
                let looked = ask(method, page, &[("user-agent", agent)], b"").unwrap();
                assert_eq!(looked.status, 200, "{method} by {agent:?}: {looked:?}");
                for name in ["location", "set-cookie", "refresh", "link"] {
                    assert_eq!(looked.header(name), "", "{name}: {looked:?}");
                }
                // Who goes on from there finds nothing to follow.
                for way in ["href=", "src=", "action=", "http-equiv", "<script"] {
                    assert!(!looked.body.contains(way), "{way}: {looked:?}");
                }
            }
        }
        for header in HEADERS {
            let looked = ask("GET", page, &[header, FORM], b"").unwrap();
            assert_eq!(looked.status, 200, "{header:?}: {looked:?}");
        }
        for (before, after) in ODD {
            let odd = page.replace("/u/", before) + after;
            for method in ["GET", "HEAD"] {
                let looked = ask(method, &odd, &[], b"").unwrap();
                assert!(looked.status < 500, "{method} {odd}: {looked:?}");
            }
        }
        for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PROPFIND"] {
            for body in ["do=leave", "do=return", "List-Unsubscribe=One-Click"] {
                let status = with_body(method, page, FORM.1, body);
                assert!((200..500).contains(&status), "{method} {body}: {status}");
            }
        }
        for (kind, body) in POSTED {
            let status = with_body("POST", page, kind, body);
            assert!((400..500).contains(&status), "{kind} {body}: {status}");
        }
    }
    laptop.settle_soon();
    let after = everything(laptop);
    for (name, was) in &before {
        assert_eq!(was, &after[name], "{name} is not what it was");
    }
    assert_eq!(before.len(), after.len());
}

/// Reads all there is: every item of every table, and what waits or is set beside them.
fn everything(laptop: &Laptop) -> BTreeMap<String, Vec<String>> {
    let cloud = laptop.cloud();
    let listed = cloud.call("DynamoDB_20120810.ListTables", &json!({}));
    let names = listed["TableNames"].as_array().unwrap().iter();
    let mut all: BTreeMap<_, _> = names
        .map(|name| {
            let name = name.as_str().unwrap();
            let items = cloud.scan(name).into_iter();
            let mut items: Vec<_> = items.map(|item| json!(item).to_string()).collect();
            items.sort();
            (name.to_owned(), items)
        })
        .collect();
    assert!(all.len() >= 5, "{:?}", all.keys());
    let texts = |values: Vec<Value>| values.iter().map(Value::to_string).collect();
    all.insert("(mails)".to_owned(), texts(laptop.inbox()));
    all.insert("(schedules)".to_owned(), texts(cloud.schedules()));
    all.insert("(queues)".to_owned(), vec![format!("{:?}", cloud.queues())]);
    all
}

/// Finds every address of ours in a mail's headers and in both its forms.
fn pages(laptop: &Laptop, mail: &Value) -> BTreeSet<String> {
    let headers = mail["headers"].as_object().unwrap().values();
    let texts = headers.chain([&mail["html"], &mail["text"]]);
    let mut pages = BTreeSet::new();
    for text in texts.filter_map(Value::as_str) {
        for (at, _) in text.match_indices(&laptop.url()) {
            let end = |c: char| c.is_whitespace() || "\"'<>()[]".contains(c);
            let page = text[at..].split(end).next().unwrap_or_default();
            pages.insert(page.replace("&amp;", "&"));
        }
    }
    pages
}

/// Sends a body with any method, which clients that know better refuse to; returns the status.
fn with_body(method: &str, url: &str, kind: &str, body: &str) -> u16 {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {kind}\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok());
    status.unwrap_or_else(|| panic!("{method} {body}: {answer}"))
}

/// A question, and advertising that leads to the page in every way there is.
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
            "journeys/welcome.yaml",
            "journey: welcome\nkind: marketing\ntopic: news\ntrigger: { opted_in: news }\nreentry: never\n\
             steps:\n  - send: welcome\n",
        ),
        (
            "templates/ask.md",
            "---\nsubject: Do you want our news?\n---\n\n[Say yes or no]({{links.confirm}} \"button\")\n",
        ),
        (
            "templates/welcome.md",
            "---\nsubject: Welcome\n---\n\nHello. [Fewer mails]({{links.preferences}}) [None]({{links.unsubscribe}})\n",
        ),
    ])
}

/// What scanners, proxies of pictures, previews of chats and old programs call themselves.
const AGENTS: [&str; 10] = [
    "",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Microsoft Office/16.0 (Microsoft Outlook 16.0; Pro)",
    "Barracuda Sentinel (EE)",
    "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "WhatsApp/2.23",
    "python-requests/2.31",
    "curl/8.5.0",
];

/// What says that nobody looks yet, or that a look is meant for something else.
const HEADERS: [(&str, &str); 7] = [
    ("purpose", "prefetch"),
    ("sec-purpose", "prefetch;prerender"),
    ("x-purpose", "preview"),
    ("x-http-method-override", "POST"),
    ("x-method-override", "POST"),
    ("range", "bytes=0-0"),
    ("referer", "https://mail.example/"),
];

/// How addresses come out of programs that take them apart: what stands for `/u/`, and behind the token.
const ODD: [(&str, &str); 12] = [
    ("/u/", "?do=leave"),
    ("/u/", "?do=return"),
    ("/u/", "?List-Unsubscribe=One-Click"),
    ("/u/", "?utm_source=mail&do=save&topic=offers"),
    ("/u/", "?_method=POST&do=leave"),
    ("/u/", "/"),
    ("/u/", "/?do=leave"),
    ("/u/", "%20"),
    ("/u/", "%0d%0a"),
    ("/u/", "&amp;do=leave"),
    ("//u//", ""),
    ("/U/", ""),
];

/// What a program posts that presses buttons without knowing what they say.
const POSTED: [(&str, &str); 7] = [
    ("application/x-www-form-urlencoded", ""),
    ("application/x-www-form-urlencoded", "do="),
    ("application/x-www-form-urlencoded", "submit=1"),
    ("application/x-www-form-urlencoded", "List-Unsubscribe="),
    ("application/json", "{\"do\":\"leave\"}"),
    ("text/plain", "do=leave"),
    ("multipart/form-data; boundary=x", "--x--"),
];
