//! How much a post may hold.

use expect_test::expect;
use serde_json::{Value as Json, json};

use super::{anna, good, put, take, tell, told, with};

#[test]
fn each_limit_holds_at_its_last_value_and_not_beyond() {
    let long = |length: usize| json!("x".repeat(length));
    let people = |count: usize| {
        let people = (0..count).map(|n| put(anna(), "/id", json!(format!("p{n}"))));
        with("/people", people.collect())
    };
    let person = |key: &str, value| {
        let person = put(anna(), &format!("/{key}"), value);
        with("/people", json!([person]))
    };
    let names = |count: usize| -> Vec<_> { (0..count).map(|n| format!("n{n}")).collect() };
    let tags = |count| -> Json {
        names(count)
            .into_iter()
            .map(|name| (name, json!(true)))
            .collect()
    };
    let many = |key| {
        (
            key,
            person(key, json!(names(20))),
            person(key, json!(names(21))),
        )
    };
    let events = |count| Json::Array(vec![json!({ "type": "QUIET" }); count]);
    for (what, last, beyond) in [
        ("events", events(100), events(101)),
        (
            "subject",
            with("/subject", long(128)),
            with("/subject", long(129)),
        ),
        ("people", people(100), people(101)),
        (
            "name",
            person("full_name", long(1024)),
            person("full_name", long(1025)),
        ),
        (
            "locale",
            person("locale", long(35)),
            person("locale", long(36)),
        ),
        (
            "zone",
            person("time_zone", long(128)),
            person("time_zone", long(129)),
        ),
        many("role"),
        ("role", person("role", long(128)), person("role", long(129))),
        ("tags", person("tags", tags(100)), person("tags", tags(101))),
        many("merged"),
        (
            "id",
            json!([put(good(), "/id", long(256))]),
            json!([put(good(), "/id", long(257))]),
        ),
        (
            "text",
            with("/data/Note", long(65_536)),
            with("/data/Note", long(65_537)),
        ),
    ] {
        let last = take(last.to_string().as_bytes());
        assert!(
            last.is_ok(),
            "{what}: {}",
            last.map_or_else(|problem| tell(&problem), |_| String::new())
        );
        assert!(take(beyond.to_string().as_bytes()).is_err(), "{what}");
    }
}

#[test]
fn depth_has_a_limit() {
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    expect![[r#"
        400 The post is not an event: the body is not JSON: line 1, column 128
          : the body is not JSON: line 1, column 128
    "#]]
    .assert_eq(&tell(&take(deep.as_bytes()).unwrap_err()));
    let deep = format!("{}1{}", r#"{"a":"#.repeat(100), "}".repeat(100));
    let data: Json = serde_json::from_str(&deep).unwrap();
    told(
        &with("/data", data),
        &expect![[r#"
        422 The event is refused: nothing called `a` is declared; and 3 more
          /data/a: nothing called `a` is declared
          /data/Hours: `Hours` is missing
          /data/Person/Birth: `Person.Birth` is missing
          /data/Person/FullName: `Person.FullName` is missing
    "#]],
    );
}

#[test]
fn characters_count_not_bytes() {
    told(
        &with("/subject", json!("é".repeat(128))),
        &expect![[r#"
        taken: 1 events
    "#]],
    );
}

#[test]
fn of_very_many_faults_the_first_are_told_and_the_rest_are_counted() {
    let names = (0..5000).map(|n| (format!("n{n}"), json!(true)));
    let problem = take(with("/data", names.collect()).to_string().as_bytes()).unwrap_err();
    assert_eq!(problem.errors.len(), 1000);
    // Each unknown name, and the three parameters that are missing.
    assert!(
        problem.detail.ends_with("; and 5002 more"),
        "{}",
        problem.detail
    );
}
