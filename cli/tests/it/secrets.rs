//! A signing secret is replaced without a pause, and kept from others.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::json;
use wire::Secret;

use crate::{command::sera, laptop::Laptop, time::eventually};

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

const NEW: &str = "whsec_bmV3IHNlY3JldCBuZXcgc2VjcmV0IG5ldyBzZWM=";
