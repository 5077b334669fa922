//! Other systems hear what happens: over real HTTP, signed, again and again until they have taken it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use expect_test::expect;
use jiff::Timestamp;
use serde_json::Value;
use wire::{Secret, Signed};

use crate::{
    laptop::Laptop,
    operator::{EVENTS, HELLO, PROJECT, hello, json_of, typed},
    releases,
    time::eventually,
    tuning::say,
};

#[test]
fn a_crm_hears_what_becomes_of_everybody_and_answers_for_a_step() {
    // At first it is not well, and does not know that it has heard.
    let crm = Crm::start(vec![503, 500]);
    let laptop = crm.laptop("results: all", CALLING);
    laptop.source().tell("anna", &hello("anna"));
    eventually("the mail comes", || {
        // What is tried again later need not be waited for.
        laptop.cloud().pass(30);
        laptop.mail_to("anna@school.example")
    });
    eventually("the CRM has heard of everything", || {
        laptop.cloud().pass(30);
        let heard = crm.heard();
        (heard.len() == 5).then_some(())
    });
    let shown = typed(
        &laptop,
        laptop.folder(),
        &["secret", "--hook", "crm", "--json"],
    );
    let secret = json_of(&shown)["secret"].as_str().map(Secret::parse);
    let secret = secret.unwrap().unwrap();
    let mut told = Vec::new();
    let mut called = None;
    for post in crm.heard().values() {
        let signed = Signed {
            id: &post.headers["webhook-id"],
            timestamp: &post.headers["webhook-timestamp"],
            signatures: &post.headers["webhook-signature"],
        };
        let posted = post.headers["webhook-timestamp"].parse().unwrap();
        let at = Timestamp::from_second(posted).unwrap();
        let genuine = signed.verify(std::slice::from_ref(&secret), at, post.body.as_bytes());
        assert!(genuine.is_some(), "{:?}", post.headers);
        assert!(!post.body.contains("school.example"), "{}", post.body);
        let body: Value = serde_json::from_str(&post.body).unwrap();
        let (ty, data) = (body["type"].as_str().unwrap(), &body["data"]);
        assert_eq!(data["contact"], "anna", "{body}");
        told.push(format!("{ty} {} {}", data["journey"], data["step"]));
        if ty == "journey.call" {
            called = Some(data["with"].to_string());
        }
    }
    told.sort();
    expect![[r#"
        enrollment.entered "calling" null
        enrollment.left "calling" null
        journey.call "calling" "step.1"
        mail.delivered "calling" "hello"
        mail.sent "calling" "hello""#]]
    .assert_eq(&told.join("\n"));
    assert_eq!(called.as_deref(), Some(r#"{"who":"Somebody"}"#));
    laptop.assert_all_done();
}

#[test]
fn a_hook_that_refuses_parks_the_run_and_a_retry_calls_it_again() {
    let crm = Crm::start(vec![404]);
    let laptop = crm.laptop("secret: other", CALLING);
    laptop.source().tell("anna", &hello("anna"));
    parked(&laptop, "the hook `crm` answered 404 Not Found");
    let retried = typed(&laptop, laptop.folder(), &["retry", "--yes"]);
    assert_eq!(retried.code, 0, "{retried:?}");
    eventually("the mail comes", || laptop.mail_to("anna@school.example"));
    let heard = crm.heard();
    assert_eq!(heard.len(), 1, "a repeat has the same name: {heard:?}");
}

#[test]
fn a_redirect_is_not_followed() {
    let crm = Crm::start(vec![307]);
    let laptop = crm.laptop("secret: other", CALLING);
    laptop.source().tell("anna", &hello("anna"));
    parked(&laptop, "redirects are not followed");
    assert_eq!(crm.heard().len(), 1);
}

#[test]
fn the_crm_of_the_example_hears_and_checks() {
    let script = crate::command::sera()
        .parent()
        .unwrap()
        .join("crm/receive.py");
    let crm = Crm {
        port: 0,
        posts: Arc::default(),
    };
    // Which secret signs is known only once the laptop has its key, and the port before that.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let laptop = Crm { port, ..crm }.laptop("results: all", CALLING);
    let shown = typed(
        &laptop,
        laptop.folder(),
        &["secret", "--hook", "crm", "--json"],
    );
    let started = Command::new("python3")
        .arg(script)
        .arg(port.to_string())
        .env("SECRET", json_of(&shown)["secret"].as_str().unwrap())
        .stdout(Stdio::piped())
        .spawn();
    let mut python = match started {
        Ok(python) => python,
        Err(error) => return say(&format!("SKIPPED: no Python: {error}")),
    };
    let mut lines = BufReader::new(python.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("listening"));
    laptop.source().tell("anna", &hello("anna"));
    // A busy machine brings some of it twice, which the CRM sees through.
    let lines = lines.map(Result::unwrap);
    let new = lines.filter(|line| !line.ends_with("heard before"));
    let mut heard: Vec<_> = new.take(5).collect();
    python.kill().unwrap();
    python.wait().unwrap();
    heard.sort();
    expect![[r#"
        enrollment.entered: anna calling
        enrollment.left: anna calling finished
        journey.call: anna calling {'who': 'Somebody'}
        mail.delivered: anna calling hello
        mail.sent: anna calling hello"#]]
    .assert_eq(&heard.join("\n"));
}

/// Waits until somebody is parked, for a reason.
#[track_caller]
fn parked(laptop: &Laptop, reason: &str) {
    eventually("the run is parked", || {
        let list = typed(laptop, laptop.folder(), &["retry", "--json"]);
        list.out.contains(reason).then_some(())
    });
}

/// A CRM that is posted to.
struct Crm {
    port: u16,
    posts: Arc<Mutex<Vec<Post>>>,
}

/// A post that it got.
#[derive(Clone, Debug)]
struct Post {
    headers: BTreeMap<String, String>,
    body: String,
}

impl Crm {
    /// Starts one that first answers with these statuses, and then with 204.
    fn start(statuses: Vec<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let posts: Arc<Mutex<Vec<Post>>> = Arc::default();
        let kept = Arc::clone(&posts);
        std::thread::spawn(move || {
            let mut statuses = statuses.into_iter();
            for connection in listener.incoming() {
                let status = statuses.next().unwrap_or(204);
                if let Some(post) = connection.ok().and_then(|one| answer(one, status)) {
                    kept.lock().unwrap().push(post);
                }
            }
        });
        Self { port, posts }
    }

    /// Starts a laptop whose release posts to it.
    fn laptop(&self, more: &str, journey: &str) -> Laptop {
        let url = format!("http://127.0.0.1:{}/hook", self.port);
        let project = format!("{PROJECT}hooks:\n  crm: {{ url: \"{url}\", {more} }}\n");
        let release = releases::of(&[
            ("waypost.yaml", &project),
            ("events.yaml", EVENTS),
            ("journeys/calling.yaml", journey),
            ("templates/hello.md", HELLO),
        ]);
        Laptop::start(release.path())
    }

    /// Returns what it has heard, each once.
    fn heard(&self) -> BTreeMap<String, Post> {
        let posts = self.posts.lock().unwrap();
        let posts = posts
            .iter()
            .map(|post| (post.headers["webhook-id"].clone(), post.clone()));
        posts.collect()
    }
}

/// Reads a post and answers it.
fn answer(mut connection: TcpStream, status: u16) -> Option<Post> {
    let mut reader = BufReader::new(connection.try_clone().ok()?);
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    assert_eq!(line.trim_end(), "POST /hook HTTP/1.1");
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length: usize = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let reply = format!(
        "HTTP/1.1 {status} so\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    connection.write_all(reply.as_bytes()).ok()?;
    let body = String::from_utf8(body).ok()?;
    Some(Post { headers, body })
}

const CALLING: &str = "journey: calling
title: Calling
kind: transactional
trigger: { event: HELLO }
reentry: unlimited
steps:
  - call: crm
    with: { who: '{{contact.full_name}}' }
  - send: hello
";
