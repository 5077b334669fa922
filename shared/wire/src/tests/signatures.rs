//! Who may post, by the Standard Webhooks scheme.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::{Secret, Signed};

/// The example of the scheme's own libraries.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const POSTED: &str = "1614265330";
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

#[test]
fn the_example_of_the_scheme_holds() {
    assert_eq!(secret(SECRET).sign(ID, posted(), BODY), SIGNATURE);
    assert_eq!(
        verify(&[SECRET], ID, POSTED, SIGNATURE, BODY, 0),
        Some(posted())
    );
}

#[test]
fn whatever_is_signed_holds_only_as_it_was_signed() {
    let good = (ID, POSTED, SIGNATURE, BODY);
    let other = "v1,h0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    for (id, timestamp, signature, body) in [
        ("msg_p5jXN8AQM9LWM0D4loKWxJel", good.1, good.2, good.3),
        (good.0, "1614265331", good.2, good.3),
        (good.0, "+1614265330", good.2, good.3),
        (good.0, " 1614265330", good.2, good.3),
        (good.0, "1614265330.0", good.2, good.3),
        (good.0, good.1, other, good.3),
        (good.0, good.1, good.2, &b"{\"test\": 2432232315}"[..]),
        (good.0, good.1, good.2, &b"{\"test\":2432232314}"[..]),
        (good.0, good.1, good.2, &b""[..]),
    ] {
        let held = verify(&[SECRET], id, timestamp, signature, body, 0);
        assert_eq!(held, None, "{id} {timestamp} {signature}");
    }
}

#[test]
fn a_header_that_is_not_what_it_should_be_does_not_hold() {
    let (_, bare) = SIGNATURE.split_once(',').unwrap();
    let long = "x".repeat(257);
    for (id, timestamp, signature) in [
        ("", POSTED, SIGNATURE),
        (long.as_str(), POSTED, SIGNATURE),
        ("a b", POSTED, SIGNATURE),
        ("a\nb", POSTED, SIGNATURE),
        ("é", POSTED, SIGNATURE),
        (ID, "", SIGNATURE),
        (ID, "now", SIGNATURE),
        (ID, "99999999999999999999", SIGNATURE),
        (ID, "-9223372036854775808", SIGNATURE),
        (ID, POSTED, ""),
        (ID, POSTED, "v1,"),
        (ID, POSTED, "v1"),
        (ID, POSTED, bare),
        (ID, POSTED, &SIGNATURE.replace("v1,", "v2,")),
        (ID, POSTED, &SIGNATURE.replace("v1,", "v1a,")),
        (ID, POSTED, SIGNATURE.trim_end_matches('=')),
        (ID, POSTED, &SIGNATURE[..20]),
    ] {
        let held = verify(&[SECRET], id, timestamp, signature, BODY, 0);
        assert_eq!(held, None, "{id:?} {timestamp:?} {signature:?}");
    }
}

#[test]
fn five_minutes_are_the_most_in_both_directions() {
    for (skew, holds) in [
        (-301, false),
        (-300, true),
        (0, true),
        (300, true),
        (301, false),
    ] {
        let held = verify(&[SECRET], ID, POSTED, SIGNATURE, BODY, skew);
        assert_eq!(held.is_some(), holds, "{skew} s");
    }
}

#[test]
fn one_good_signature_of_several_is_enough_and_only_so_many_are_tried() {
    let wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let among = |before: usize| {
        let list = [vec![wrong; before], vec![SIGNATURE]].concat();
        verify(&[SECRET], ID, POSTED, &list.join(" "), BODY, 0).is_some()
    };
    assert!(among(0) && among(1) && among(15));
    assert!(!among(16));
    let mixed = format!("v1a,{} v2,x {SIGNATURE} nonsense", "A".repeat(88));
    assert!(verify(&[SECRET], ID, POSTED, &mixed, BODY, 0).is_some());
}

#[test]
fn during_a_rotation_the_old_and_the_new_secret_hold() {
    let new = "whsec_bmV3IHNlY3JldCBvZiB0aGUgc291cmNl";
    let signed = secret(new).sign(ID, posted(), BODY);
    for signature in [SIGNATURE, &signed] {
        assert!(verify(&[new, SECRET], ID, POSTED, signature, BODY, 0).is_some());
    }
    assert!(verify(&[new], ID, POSTED, SIGNATURE, BODY, 0).is_none());
    assert!(verify(&[], ID, POSTED, SIGNATURE, BODY, 0).is_none());
}

#[test]
fn a_secret_is_base64_of_enough_bytes() {
    let (_, bare) = SECRET.split_once('_').unwrap();
    assert_eq!(secret(bare).sign(ID, posted(), BODY), SIGNATURE);
    assert_eq!(
        secret(&format!("  {SECRET}\n")).sign(ID, posted(), BODY),
        SIGNATURE
    );
    for text in [
        "",
        "whsec_",
        "whsec_MTIzNA==",
        "whsec_not base64",
        "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw!",
    ] {
        assert!(Secret::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_secret_and_its_mistakes_show_nothing_of_it() {
    assert_eq!(format!("{:?}", secret(SECRET)), "Secret(…)");
    let error = Secret::parse("whsec_s3cr3t but broken").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cr3t"));
}

proptest! {
    #[test]
    fn any_headers_hold_or_do_not(id in ".{0,20}", timestamp in "[-+0-9a-z]{0,22}", signatures in ".{0,80}", body in prop::collection::vec(any::<u8>(), 0..50)) {
        prop_assert!(verify(&[SECRET], &id, &timestamp, &signatures, &body, 0).is_none());
    }

    #[test]
    fn what_one_signs_the_same_one_verifies(id in "[!-~]{1,256}", body in prop::collection::vec(any::<u8>(), 0..300), flip in any::<prop::sample::Index>()) {
        let signature = secret(SECRET).sign(&id, posted(), &body);
        prop_assert!(verify(&[SECRET], &id, POSTED, &signature, &body, 0).is_some());
        if !body.is_empty() {
            let mut other = body.clone();
            other[flip.index(body.len())] ^= 1;
            prop_assert!(verify(&[SECRET], &id, POSTED, &signature, &other, 0).is_none());
        }
    }
}

fn verify(
    secrets: &[&str],
    id: &str,
    timestamp: &str,
    signatures: &str,
    body: &[u8],
    skew: i64,
) -> Option<Timestamp> {
    let secrets: Vec<_> = secrets.iter().map(|text| secret(text)).collect();
    let signed = Signed {
        id,
        timestamp,
        signatures,
    };
    signed.verify(&secrets, posted() + SignedDuration::from_secs(skew), body)
}

fn secret(text: &str) -> Secret {
    Secret::parse(text).unwrap()
}

fn posted() -> Timestamp {
    Timestamp::from_second(1_614_265_330).unwrap()
}
