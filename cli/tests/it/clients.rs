//! The official client libraries of the Standard Webhooks scheme work as they are.
//!
//! They come from the registries of their languages into cargo's folder for tests. Where an interpreter or a registry
//! cannot be reached, a line that begins with SKIPPED says so.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use crate::{laptop::Laptop, time::eventually, tuning::say};

#[test]
fn the_python_library_signs_posts_that_are_taken() {
    let folder = folder("python");
    let mut install = Command::new("python3");
    install
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
        ])
        .args(["--retries", "1", "--timeout", "15", "--target"])
        .arg(folder.join("packages"))
        .arg(format!("standardwebhooks=={VERSION}"));
    if !installed(&folder, &library("Python"), &mut install) {
        return;
    }
    fs::write(folder.join("post.py"), PYTHON).unwrap();
    let mut python = Command::new("python3");
    python
        .arg("post.py")
        .current_dir(&folder)
        .env("PYTHONPATH", folder.join("packages"));
    assert_taken("python", &mut python);
}

#[test]
fn the_javascript_library_signs_posts_that_are_taken() {
    let folder = folder("javascript");
    let mut install = npm(&folder, &format!("standardwebhooks@{VERSION}"));
    if !installed(&folder, &library("JavaScript"), &mut install) {
        return;
    }
    fs::write(folder.join("post.cjs"), JAVASCRIPT).unwrap();
    let mut node = Command::new("node");
    node.arg("post.cjs").current_dir(&folder);
    assert_taken("javascript", &mut node);
}

/// Lets a library sign an event and post it whole, changed, and under another id.
fn assert_taken(name: &str, script: &mut Command) {
    let laptop = Laptop::shared();
    let secret = fs::read_to_string(laptop.folder().join(".waypost/secret")).unwrap();
    let address = format!("{name}@client.example");
    // With letters beyond ASCII: what is signed are bytes.
    let event = json!({
        "type": "TRACK_END",
        "data": { "Person": { "FullName": "Zoë 🌿" } },
        "people": [{ "id": name, "role": "SOT", "email": address, "full_name": "Renée" }],
    });
    script
        .env("EVENTS_URL", laptop.source().url)
        .env("SECRET", secret.trim())
        .env("ID", format!("client-{name}"))
        .env("BODY", event.to_string());
    let ended = script.output().unwrap();
    let out = String::from_utf8_lossy(&ended.stdout);
    assert!(
        ended.status.success(),
        "{out}{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    let answers: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        answers,
        json!({ "signed": 202, "body changed": 401, "id changed": 401 })
    );
    let mail = eventually("the event becomes a mail", || laptop.mail_to(&address));
    assert_eq!(mail["subject"], "Het traject van Zoë 🌿 is gestopt");
}

/// Prepares the installation of a package of JavaScript.
pub(crate) fn npm(folder: &Path, package: &str) -> Command {
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
    ])
    .args([
        "--fetch-retries",
        "1",
        "--fetch-timeout",
        "15000",
        "--prefix",
    ])
    .arg(folder)
    .arg(package);
    npm
}

/// Installs something once; says aloud when that cannot be done here.
pub(crate) fn installed(folder: &Path, what: &str, install: &mut Command) -> bool {
    let done = folder.join("installed");
    if done.exists() {
        return true;
    }
    fs::create_dir_all(folder).unwrap();
    let why = match install.output() {
        Ok(ended) if ended.status.success() => {
            fs::write(done, "").unwrap();
            return true;
        }
        Ok(ended) => String::from_utf8_lossy(&ended.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    let why = why.lines().last().unwrap_or("it did not say why");
    say(&format!("SKIPPED {what}: {why}"));
    false
}

fn library(language: &str) -> String {
    format!("the {language} library of Standard Webhooks {VERSION}")
}

fn folder(language: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("standardwebhooks-{VERSION}-{language}"))
}

/// The same for both languages.
const VERSION: &str = "1.0.0";

const PYTHON: &str = r#"
import json, os, urllib.error, urllib.request
from datetime import datetime, timezone
from standardwebhooks import Webhook

now = datetime.now(timezone.utc)
body, id = os.environ["BODY"], os.environ["ID"]
signature = Webhook(os.environ["SECRET"]).sign(msg_id=id, timestamp=now, data=body)

def post(id, body):
    headers = {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    request = urllib.request.Request(os.environ["EVENTS_URL"], body.encode(), headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        return opener.open(request).status
    except urllib.error.HTTPError as error:
        return error.code

print(json.dumps({
    "signed": post(id, body),
    "body changed": post(id, body + " "),
    "id changed": post(id + "x", body),
}))
"#;

const JAVASCRIPT: &str = r#"
const { Webhook } = require("standardwebhooks");

const now = new Date();
const { BODY: body, ID: id, SECRET: secret, EVENTS_URL: url } = process.env;
const signature = new Webhook(secret).sign(id, now, body);

async function post(id, body) {
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": signature,
  };
  return (await fetch(url, { method: "POST", headers, body })).status;
}

(async () => console.log(JSON.stringify({
  "signed": await post(id, body),
  "body changed": await post(id, body + " "),
  "id changed": await post(id + "x", body),
})))();
"#;
