//! A signing secret is replaced without a pause, and kept from others.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::{Value, json};
use wire::Secret;

use crate::{
    command::{Said, operated, sera},
    laptop::Laptop,
    time::eventually,
};

#[test]
fn a_secret_is_replaced_while_posts_keep_coming() {
    let laptop = Laptop::start(&sera());
    let event = json!({ "type": "REGISTRATION_NEW", "data": {} });
    let old = laptop.source();
    old.tell("old-alone", &event);
    let file = laptop.folder().join(".waypost/secret");
    let old_line = fs::read_to_string(&file).unwrap();
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let mut new = old.clone();
    new.secret = Secret::parse(NEW).unwrap();
    assert_eq!(new.post("too-early", &event).status, 401);

    // Both are valid while the source changes over.
    let (mut laptop, _) = laptop.stop();
    fs::write(&file, format!("{NEW}\n{old_line}")).unwrap();
    laptop.start_again();
    old.tell("old-among-two", &event);
    new.tell("new-among-two", &event);

    let (mut laptop, _) = laptop.stop();
    fs::write(&file, NEW).unwrap();
    laptop.start_again();
    new.tell("new-alone", &event);
    assert_eq!(old.post("too-late", &event).status, 401);
}

#[test]
fn no_secret_is_printed_or_logged() {
    let laptop = Laptop::start_logging(&sera(), Some("trace"));
    let source = laptop.source();
    let event = json!({ "type": "REGISTRATION_NEW", "data": {} });
    source.tell("signed", &event);
    assert_eq!(source.post_with(&[], b"{}").status, 401);
    laptop
        .cloud()
        .fault("SendMessage", 0, 20, json!({ "kind": "fail" }));
    assert_eq!(source.post("in-vain", &event).status, 503);
    eventually("that is logged", || {
        laptop.log().contains("could not be stored").then_some(())
    });
    for name in ["secret", "address-key"] {
        let key = fs::read_to_string(laptop.folder().join(".waypost").join(name)).unwrap();
        let key = key.trim().trim_start_matches("whsec_");
        assert!(key.len() >= 32, "{name}");
        assert!(!laptop.output().contains(key), "{name} is printed");
        assert!(!laptop.log().contains(key), "{name} is logged");
    }
}

#[test]
fn a_secret_is_replaced_in_ssm_while_everything_runs() {
    let laptop = Laptop::start(&sera());
    let event = json!({ "type": "REGISTRATION_NEW", "data": {} });
    let old_line = fs::read_to_string(laptop.folder().join(".waypost/secret")).unwrap();
    let put = |value: &str| {
        let put = json!({ "Name": SIGNING_SECRETS, "Value": value, "Overwrite": true });
        laptop.cloud().call("AmazonSSM.PutParameter", &put);
        laptop.cloud().pass(FIVE_MINUTES_S);
    };
    let sources = || {
        let old = laptop.source();
        let mut new = old.clone();
        new.secret = Secret::parse(NEW).unwrap();
        (old, new)
    };
    let (old, new) = sources();
    old.tell("old-alone", &event);
    assert_eq!(new.post("too-early", &event).status, 401);
    put(&format!("{NEW}\n{old_line}"));
    let (old, new) = sources();
    old.tell("old-among-two", &event);
    new.tell("new-among-two", &event);
    put(NEW);
    let (old, new) = sources();
    new.tell("new-alone", &event);
    assert_eq!(old.post("too-late", &event).status, 401);
}

#[test]
fn an_operator_rotates_and_retires_secrets_by_command() {
    let laptop = Laptop::start(&sera());
    let event = json!({ "type": "REGISTRATION_NEW", "data": {} });
    let endpoint = laptop.cloud().endpoint.clone();
    let secret = |words: &[&str]| {
        let words = [&["secret", "--stack", "laptop"], words].concat();
        operated(&endpoint, &words)
    };
    let posted = |secret: &str, id: &str| {
        let mut source = laptop.source();
        source.secret = Secret::parse(secret).unwrap();
        source.post(id, &event).status
    };
    let first = fs::read_to_string(laptop.folder().join(".waypost/secret")).unwrap();
    let said = secret(&[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("nothing to do"), "{said:?}");
    assert!(!said.out.contains("whsec_"), "{said:?}");

    let rotated = json(&secret(&["--rotate", "--json"]));
    assert_eq!(
        (&rotated["valid"], &rotated["address_key"]),
        (&json!(2), &json!("kept"))
    );
    let second = rotated["secret"].as_str().unwrap();
    laptop.cloud().pass(FIVE_MINUTES_S);
    assert_eq!(posted(&first, "first-of-two"), 202);
    assert_eq!(posted(second, "second-of-two"), 202);

    let said = secret(&["--retire"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.out.contains("this will end the older signing secret"),
        "{said:?}"
    );
    laptop.cloud().pass(FIVE_MINUTES_S);
    assert_eq!(posted(&first, "first-retired"), 401);
    assert_eq!(posted(second, "second-alone"), 202);
    let again = json(&secret(&["--retire", "--json"]));
    assert_eq!((&again["valid"], &again["retired"]), (&json!(1), &json!(0)));
}

#[test]
fn the_first_secrets_of_a_stack_are_made_once_and_never_overwritten() {
    let laptop = Laptop::start(&sera());
    let cloud = laptop.cloud();
    let parameter = |name: &str| {
        let name = format!("/waypost/laptop/{name}");
        let get = json!({ "Name": name, "WithDecryption": true });
        let got = cloud.call("AmazonSSM.GetParameter", &get);
        got["Parameter"]["Value"].as_str().unwrap().to_owned()
    };
    for name in ["signing-secrets", "address-key"] {
        let name = format!("/waypost/laptop/{name}");
        cloud.call("AmazonSSM.DeleteParameter", &json!({ "Name": name }));
    }
    let made = operated(&cloud.endpoint, &["secret", "--stack", "laptop"]);
    assert_eq!(made.code, 0, "{made:?}");
    let secret = parameter("signing-secrets");
    assert_eq!(made.out.matches(&secret).count(), 1, "{made:?}");
    let key = parameter("address-key");
    assert!(!made.out.contains(&key), "{made:?}");
    let again = operated(&cloud.endpoint, &["secret", "--stack", "laptop", "--json"]);
    assert_eq!(json(&again)["secret"], Value::Null);
    assert_eq!(
        (parameter("signing-secrets"), parameter("address-key")),
        (secret, key)
    );

    // What somebody has put there by hand is not overwritten.
    let put = json!({ "Name": SIGNING_SECRETS, "Value": "hello", "Overwrite": true });
    cloud.call("AmazonSSM.PutParameter", &put);
    let broken = operated(
        &cloud.endpoint,
        &["secret", "--stack", "laptop", "--rotate"],
    );
    assert_eq!(broken.code, 2, "{broken:?}");
    assert!(broken.err.contains(SIGNING_SECRETS), "{broken:?}");
    assert_eq!(parameter("signing-secrets"), "hello");
}

#[test]
fn a_stack_that_is_not_there_is_told_so() {
    let laptop = Laptop::shared();
    let endpoint = &laptop.cloud().endpoint;
    let said = operated(endpoint, &["secret", "--stack", "nowhere"]);
    assert_eq!(said.code, 2, "{said:?}");
    let expected =
        "there is no stack `nowhere` in eu-west-1 (no parameter /waypost/nowhere/wiring)";
    assert!(said.err.contains(expected), "{said:?}");
}

#[track_caller]
fn json(said: &Said) -> Value {
    assert_eq!(said.code, 0, "{said:?}");
    serde_json::from_str(&said.out).unwrap()
}

const SIGNING_SECRETS: &str = "/waypost/laptop/signing-secrets";
const FIVE_MINUTES_S: i64 = 5 * 60;
const NEW: &str = "whsec_bmV3IHNlY3JldCBuZXcgc2VjcmV0IG5ldyBzZWM=";
