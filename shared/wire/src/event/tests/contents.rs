//! 422: what does not match what the release declares.

use expect_test::expect;
use journey::Value;
use serde_json::{Value as Json, json};

use super::{anna, good, put, take, told, told_places, with, without};

#[test]
fn an_event_must_be_declared_to_the_letter() {
    told(
        &with("/type", json!("TRACK_STRT")),
        &expect![[r#"
        422 The event is refused: no event is called `TRACK_STRT`: case counts; did you mean `TRACK_START`?
          /type: no event is called `TRACK_STRT`: case counts; did you mean `TRACK_START`?
    "#]],
    );
    told(
        &with("/type", json!("track_start")),
        &expect![[r#"
        422 The event is refused: no event is called `track_start`: case counts; did you mean `TRACK_START`?
          /type: no event is called `track_start`: case counts; did you mean `TRACK_START`?
    "#]],
    );
    told(
        &with("/type", json!("SOMETHING_ELSE")),
        &expect![[r#"
        422 The event is refused: no event is called `SOMETHING_ELSE`: case counts
          /type: no event is called `SOMETHING_ELSE`: case counts
    "#]],
    );
}

#[test]
fn every_parameter_must_be_there_and_be_known() {
    told(
        &without("/data"),
        &expect![[r#"
        422 The event is refused: `Hours` is missing; and 2 more
          /data/Hours: `Hours` is missing
          /data/Person/Birth: `Person.Birth` is missing
          /data/Person/FullName: `Person.FullName` is missing
    "#]],
    );
    told(
        &with("/data/Person/FullNam", json!("Sam")),
        &expect![[r#"
        422 The event is refused: nothing called `Person.FullNam` is declared; did you mean `Person.FullName`?
          /data/Person/FullNam: nothing called `Person.FullNam` is declared; did you mean `Person.FullName`?
    "#]],
    );
    told(
        &with("/data/Pupil", json!({ "FullName": "Sam" })),
        &expect![[r#"
            422 The event is refused: nothing called `Pupil` is declared
              /data/Pupil: nothing called `Pupil` is declared
        "#]],
    );
    told(
        &with("/data/Hours", json!(null)),
        &expect![[r#"
        422 The event is refused: `Hours` is missing
          /data/Hours: `Hours` is missing
    "#]],
    );
    told(
        &with("/subjcet", json!("x")),
        &expect![[r#"
        422 The event is refused: an event has no `subjcet`; did you mean `subject`?
          /subjcet: an event has no `subjcet`; did you mean `subject`?
    "#]],
    );
}

#[test]
fn a_value_that_stands_there_twice_is_refused() {
    let body = with("/data/Person.FullName", json!("Somebody else"));
    told(
        &body,
        &expect![[r#"
        422 The event is refused: `Person.FullName` stands here twice
          /data/Person.FullName: `Person.FullName` stands here twice
    "#]],
    );
}

#[test]
fn a_value_has_the_type_that_is_declared() {
    let bodies = [
        with("/data/Hours", json!("12")),
        with("/data/Hours", json!([12])),
        with("/data/Person/Birth", json!("2012-13-04")),
        with("/data/Person/Birth", json!("2012-02-30")),
        with("/data/Person/Birth", json!("04-03-2012")),
        with("/data/Person/Birth", json!("2012-W10-7")),
        with("/data/Person/Birth", json!("2012-03-04T00:00:00Z")),
        with("/data/At", json!("2026-12-01T09:00:00")),
        with("/data/Urgent", json!("true")),
        with("/data/Person", json!("Sam")),
        with("/data/Person/FullName", json!({ "First": "Sam" })),
    ];
    told_places(
        &bodies,
        &expect![[r#"
        422 /data/Hours: `Hours` is a number
        422 /data/Hours: `Hours` is a number
        422 /data/Person/Birth: `Person.Birth` is a date like 2026-12-01
        422 /data/Person/Birth: `Person.Birth` is a date like 2026-12-01
        422 /data/Person/Birth: `Person.Birth` is a date like 2026-12-01
        422 /data/Person/Birth: `Person.Birth` is a date like 2026-12-01
        422 /data/Person/Birth: `Person.Birth` is a date like 2026-12-01
        422 /data/At: `At` is a time with its offset, like 2026-12-01T09:00:00+01:00
        422 /data/Urgent: `Urgent` is true or false
        422 /data/Person: `Person` is an object, {…}
        422 /data/Person/Birth: `Person.Birth` is missing
        422 /data/Person/FullName: `Person.FullName` is missing
        422 /data/Person/FullName: `Person.FullName` is a text of at most 64 KiB
    "#]],
    );
}

#[test]
fn a_link_cannot_break_out_of_its_place() {
    for link in [
        "javascript:alert(1)",
        "//school.example",
        "https://",
        "https://school.example/a b",
        "https://school.example/\"onclick=",
        "https://school.example/<script>",
        "ftp://school.example",
    ] {
        let problem = take(with("/data/Link", json!(link)).to_string().as_bytes()).unwrap_err();
        assert_eq!(problem.pointer.as_deref(), Some("/data/Link"), "{link}");
    }
    told(
        &with("/data/Link", json!("https://school.example/a?b=c#d")),
        &expect![[r#"
            taken: 1 events
        "#]],
    );
}

#[test]
fn an_address_that_cannot_be_mailed_is_refused() {
    for address in [
        "",
        "anna",
        "anna@",
        "@school.example",
        "anna@school",
        "Anna <anna@school.example>",
        "\"an na\"@school.example",
        "anna@school.example\r\nBcc: x@y.example",
        "anna@[127.0.0.1]",
        "änna@school.example",
        "a,b@school.example",
        "anna@school.example, b@school.example",
    ] {
        let body = with("/data/Mail", json!(address));
        assert!(take(body.to_string().as_bytes()).is_err(), "{address}");
        let person = put(anna(), "/email", json!(address));
        let body = with("/people", json!([person]));
        assert!(take(body.to_string().as_bytes()).is_err(), "{address}");
    }
    let person = put(anna(), "/email", json!("änna@school.example"));
    told(
        &with("/people", json!([person])),
        &expect![[r#"
        422 The event is refused: SES can only mail ASCII addresses; write the domain in punycode (xn--…)
          /people/0/email: SES can only mail ASCII addresses; write the domain in punycode (xn--…)
    "#]],
    );
}

#[test]
fn a_person_has_only_what_is_declared() {
    let person = |key: &str, value| {
        let person = put(anna(), &format!("/{key}"), value);
        with("/people", json!([person]))
    };
    told(
        &person("fullname", json!("Anna")),
        &expect![[r#"
        422 The event is refused: a person has no `fullname`; declared fields go into `fields`; did you mean `full_name`?
          /people/0/fullname: a person has no `fullname`; declared fields go into `fields`; did you mean `full_name`?
    "#]],
    );
    told(
        &person("fields", json!({ "firstname": "Anna" })),
        &expect![[r#"
            422 The event is refused: nothing called `firstname` is declared; did you mean `first_name`?
              /people/0/fields/firstname: nothing called `firstname` is declared; did you mean `first_name`?
        "#]],
    );
    told(
        &person("fields", json!({ "score": "7" })),
        &expect![[r#"
        422 The event is refused: `score` is a number
          /people/0/fields/score: `score` is a number
    "#]],
    );
    told(
        &person("lists", json!({ "newz": true })),
        &expect![[r#"
        422 The event is refused: no list is called `newz`; did you mean `news`?
          /people/0/lists/newz: no list is called `newz`; did you mean `news`?
    "#]],
    );
    let proof = json!({ "at": "2026-11-22T10:15:00Z", "how": "form", "text": "Yes" });
    told(
        &person("consent", json!({ "offer": proof })),
        &expect![[r#"
            422 The event is refused: no topic is called `offer`; did you mean `offers`?
              /people/0/consent/offer: no topic is called `offer`; did you mean `offers`?
        "#]],
    );
    told(
        &person("tags", json!({ "whatever": true })),
        &expect![[r#"
        taken: 1 events
    "#]],
    );
}

#[test]
fn one_id_with_two_addresses_in_one_event_is_refused_where_the_second_stands() {
    let other = put(anna(), "/email", json!("b@school.example"));
    let broken = put(put(anna(), "/email", json!("b")), "/id", json!("b"));
    told(
        &with("/people", json!([anna(), other])),
        &expect![[r#"
        422 The event is refused: this id stands here with another address already
          /people/1/email: this id stands here with another address already
    "#]],
    );
    told(
        &with("/people", json!([broken, anna(), other])),
        &expect![[r#"
            422 The event is refused: this is not an e-mail address like anna@school.example; and 1 more
              /people/0/email: this is not an e-mail address like anna@school.example
              /people/2/email: this id stands here with another address already
        "#]],
    );
    let cased = put(
        put(anna(), "/email", json!("anna@school.EXAMPLE")),
        "/role",
        json!("COPA"),
    );
    told(
        &with("/people", json!([anna(), cased])),
        &expect![[r#"
        taken: 1 events
    "#]],
    );
}

#[test]
fn whoever_is_merged_into_somebody_is_nobody_besides() {
    let merged = |ids: Json| put(anna(), "/merged", ids);
    let bea = put(
        put(anna(), "/id", json!("b")),
        "/email",
        json!("b@school.example"),
    );
    let other = put(bea.clone(), "/merged", json!(["c"]));
    told(
        &with("/people", json!([merged(json!("b"))])),
        &expect![[r#"
            taken: 1 events
        "#]],
    );
    let itself = anna()["id"].clone();
    for people in [
        json!([merged(json!(["b"])), bea]),
        json!([merged(json!(["c"])), other]),
        json!([merged(json!([itself]))]),
    ] {
        let problem = take(with("/people", people).to_string().as_bytes()).unwrap_err();
        assert_eq!(problem.status, 422);
        assert_eq!(
            problem.errors[0].detail,
            "this id stands here for another person, too"
        );
    }
}

#[test]
fn one_id_for_two_events_of_a_post_is_refused_where_the_second_stands() {
    let quiet = |id: &str| json!({ "type": "QUIET", "id": id });
    told(
        &json!([quiet("a"), quiet("b"), quiet("a")]),
        &expect![[r#"
        422 The event is refused: another event of this post has the same id
          /2/id: another event of this post has the same id
    "#]],
    );
    told(
        &json!([{ "type": "NOPE" }, quiet("a"), quiet("a")]),
        &expect![[r#"
            422 The event is refused: another event of this post has the same id; and 1 more
              /2/id: another event of this post has the same id
              /0/type: no event is called `NOPE`: case counts
        "#]],
    );
    told(
        &json!([{ "type": "QUIET" }, quiet("w1.0")]),
        &expect![[r#"
        422 The event is refused: another event of this post has the same id
          /1/id: another event of this post has the same id
    "#]],
    );
}

#[test]
fn an_array_is_refused_as_a_whole_with_everything_that_is_wrong() {
    let body = json!([
        good(),
        with("/data/Hours", json!(true)),
        with("/type", json!("QUIT"))
    ]);
    told(
        &body,
        &expect![[r#"
        422 The event is refused: `Hours` is a number; and 1 more
          /1/data/Hours: `Hours` is a number
          /2/type: no event is called `QUIT`: case counts; did you mean `QUIET`?
    "#]],
    );
}

#[test]
fn faults_name_no_value() {
    let secret = "s3cr3t";
    let body = with("/data/Hours", json!(secret));
    let person = put(anna(), "/email", json!(secret));
    for body in [
        body,
        with("/people", json!([person])),
        with("/data/Link", json!(secret)),
    ] {
        let problem = take(body.to_string().as_bytes()).unwrap_err();
        assert!(!format!("{problem:?}").contains(secret));
    }
}

#[test]
fn what_is_taken_is_clean() {
    let body = with("/data/Link", json!(null));
    let [event] = take(body.to_string().as_bytes())
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(
        event.params["Urgent"],
        Value::Bool(false),
        "a default is filled in"
    );
    assert_eq!(event.params["Hours"], Value::Number(12.0));
    assert!(!event.params.contains_key("Link"));
    assert_eq!(event.people[0].address.as_str(), "anna@school.example");
}

#[test]
fn a_proof_of_consent_says_which_words_and_where_it_is_kept_and_may_be_its_end() {
    let proof = json!({
        "at": "2026-11-22T09:15:00Z", "how": "form", "text": "Yes", "version": "3", "proof": "form 4711",
    });
    let end = json!({ "at": "2026-11-22T09:16:00Z", "how": "phone", "withdrawn": true });
    let said = |proof: Json| {
        let person = put(anna(), "/consent", json!({ "offers": proof }));
        let post = with("/people", json!([person])).to_string();
        take(post.as_bytes()).unwrap()[0].people[0].consent["offers"].clone()
    };
    let given = said(proof);
    let kept = (given.version.as_deref(), given.proof.as_deref());
    assert_eq!(kept, (Some("3"), Some("form 4711")));
    assert!(given.is_given());
    let end = said(end);
    assert_eq!((end.withdrawn, end.text.as_str()), (Some(end.at), ""));
    assert!(!end.is_given());
}
