//! What a source says of consent is a record: when, how, to which words, where the proof is, and when it was taken back.

use serde_json::{Value, json};

use crate::{
    http::ask,
    laptop::Laptop,
    operator::{json_of, typed},
    unsubscribing::{FORM, link, mails, post, release},
};

#[test]
fn who_took_it_back_by_phone_gets_no_more_until_they_say_yes_themselves() {
    let release = release();
    let laptop = Laptop::start(release.path());
    let form = json!({
        "at": "2026-01-01T10:00:00Z", "how": "form", "text": "Yes, please",
        "version": "2026-01", "proof": "form 4711",
    });
    says(&laptop, "e1", form);
    let page = link(&mails(&laptop, 1).pop().unwrap());
    let phone = json!({ "at": "2026-02-01T10:00:00Z", "how": "phone", "withdrawn": true });
    says(&laptop, "e2", phone);
    // A source posts the same old consent again and again.
    post(&laptop, "e3", "NEWS");
    laptop.settle();
    mails(&laptop, 1);
    let profile = |laptop: &Laptop| {
        let words = ["contacts", "export", "anna@example.org"];
        json_of(&typed(laptop, laptop.folder(), &words))
    };
    let kept = profile(&laptop);
    let news = &kept["profile"]["consent"]["news"];
    assert_eq!(news["how"], "phone", "{kept:#}");
    assert_eq!(news["withdrawn"], "2026-02-01T10:00:00Z", "{kept:#}");

    let yes = ask("POST", &page, &[FORM], b"do=return").unwrap();
    assert_eq!(yes.status, 200, "{yes:?}");
    post(&laptop, "e4", "NEWS");
    mails(&laptop, 2);
    let kept = profile(&laptop);
    let choices = kept["choices"].to_string();
    // What they read before they said yes, and in which release it stands.
    assert!(choices.contains(r#""text":"our news""#), "{kept:#}");
    assert!(choices.contains(r#""release":""#), "{kept:#}");
    assert!(choices.contains(r#""how":"phone""#), "{kept:#}");
}

#[test]
fn a_slip_in_a_proof_of_consent_is_told_where_it_is() {
    let release = release();
    let laptop = Laptop::start(release.path());
    let proof =
        json!({ "at": "2026-01-01T10:00:00Z", "how": "form", "text": "Yes", "versoin": "3" });
    let said = laptop.source().post("e1", &body(proof));
    assert_eq!(said.status, 400, "{said:?}");
    let problem: Value = serde_json::from_str(&said.body).unwrap();
    let pointer = "/people/0/consent/news/versoin";
    assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    let detail = problem["errors"][0].to_string();
    assert!(detail.contains("version"), "{problem:#}");
}

fn says(laptop: &Laptop, id: &str, proof: Value) {
    laptop.source().tell(id, &body(proof));
}

fn body(proof: Value) -> Value {
    json!({
        "type": "NEWS", "data": {},
        "people": [{
            "id": "anna", "email": "anna@example.org", "full_name": "Anna", "locale": "en",
            "consent": { "news": proof },
        }],
    })
}
