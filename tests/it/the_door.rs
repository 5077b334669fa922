//! Taking events in: what is checked first, what is stored before the answer, and what is kept.

use engine::{Keyring, Post, Refusal};
use jiff::{SignedDuration, Timestamp};
use journey::{Field, FieldType, Plan, Purpose};
use serde_json::{Value as Json, json};
use wire::{Secret, Signed};

use crate::given::{self, Verb, chain, journey};
use crate::world::{Choose, Queue, World};

#[test]
fn what_is_wrong_is_found_in_this_order() {
    let world = world(&[plan()]);
    let large = "x".repeat(256 * 1024 + 1);
    let unknown = json!({ "type": "NOPE" }).to_string();
    for (body, signed, status) in [
        (large.as_str(), false, 413),
        (large.as_str(), true, 413),
        ("no JSON", false, 401),
        (unknown.as_str(), false, 401),
        ("no JSON", true, 400),
        ("[]", true, 400),
        (unknown.as_str(), true, 422),
    ] {
        let refusal = take(&world, body, signed).expect_err("it is refused");
        assert_eq!(refusal.problem.status, status, "{}", refusal.problem.detail);
        assert_eq!(refusal.retry_after_s, None);
    }
    assert!(world.state().queues.is_empty(), "nothing of it is stored");
}

#[test]
fn the_largest_post_that_may_come_is_read() {
    let world = world(&[plan()]);
    let refusal = take(&world, &" ".repeat(256 * 1024), true).expect_err("it is refused");
    assert_eq!(refusal.problem.status, 400);
}

#[test]
fn an_answer_to_a_wrong_signature_gives_no_hint() {
    let world = world(&[plan()]);
    let unsigned = take(&world, "no JSON", false).expect_err("it is refused");
    let good = good().to_string();
    let late = take_late(&world, &good, SignedDuration::from_mins(6)).expect_err("it is late");
    assert_eq!(unsigned, late);
    assert!(late.problem.errors.is_empty() && late.problem.pointer.is_none());
}

#[test]
fn yes_is_said_only_after_the_post_is_stored() {
    let world = world(&[plan()]);
    let ids = take(&world, &good().to_string(), true).expect("it is taken");
    assert_eq!(ids, ["w1"]);
    assert_eq!(world.state().queues[&Queue::Events].len(), 1);
    let both = json!([good(), good()]).to_string();
    assert_eq!(
        take(&world, &both, true).expect("it is taken"),
        ["w1.0", "w1.1"]
    );
    assert_eq!(
        world.state().queues[&Queue::Events].len(),
        2,
        "an array is one message"
    );
}

#[test]
fn a_queue_that_is_not_there_and_a_release_that_is_not_there_are_503_and_worth_another_try() {
    let mut reached = 0;
    let mut tape = crate::world::Tape::new(1, &[crate::world::Kind::Port]);
    loop {
        let world = World::new(given::publish(&[plan()]), Choose::Tape(tape.clone()));
        let refusal = world.try_now(take_as(
            &world,
            &good().to_string(),
            true,
            SignedDuration::ZERO,
        ));
        if let Some(Err(refusal)) = refusal {
            reached += 1;
            assert_eq!(refusal.problem.status, 503);
            assert!(refusal.retry_after_s.is_some());
        }
        let Choose::Tape(played) = world.state().choose.clone() else {
            panic!("the tape is gone");
        };
        match played.next() {
            Some(next) => tape = next,
            None => break,
        }
    }
    assert!(reached >= 3, "{reached}");
}

#[test]
fn what_the_release_refuses_is_kept_to_be_replayed_and_nothing_else_is() {
    let world = world(&[plan()]);
    for (body, signed) in [("no JSON", true), ("[]", true), ("{}", false)] {
        take(&world, body, signed).expect_err("it is refused");
    }
    assert!(world.state().exceptions.is_empty());
    let body = json!({ "type": "HELO", "people": [given::person("anna", "SOT")] }).to_string();
    take(&world, &body, true).expect_err("it is refused");
    let state = world.state();
    let [kept] = state.exceptions.values().collect::<Vec<_>>()[..] else {
        panic!("{:?}", state.exceptions);
    };
    assert_eq!(kept.body.as_deref(), Some(body.as_str()));
    assert_eq!(kept.event, "w1");
    expect_test::expect!["no event is called `HELO`: case counts; did you mean `HELLO`?"]
        .assert_eq(&kept.reason);
}

#[test]
fn what_is_kept_of_a_refused_post_holds_no_secret() {
    let world = world(&[plan()]);
    let event = json!({ "type": "HELO", "data": { "Code": "K7-PLANTED" } });
    for body in [event.clone(), json!([event])] {
        take(&world, &body.to_string(), true).expect_err("it is refused");
        let state = world.state();
        let kept = state.exceptions.values().last().expect("it is kept");
        let kept = kept.body.as_deref().expect("with its body");
        assert!(kept.contains("HELO") && !kept.contains("PLANTED"), "{kept}");
    }
}

#[test]
fn what_was_kept_is_held_against_the_release_in_force_when_it_is_replayed() {
    let mut renamed = plan();
    renamed.triggers = vec![given::trigger("HELO", None)];
    let body = json!({ "type": "HELO", "data": { "Code": "K7" }, "people": [] }).to_string();
    for (plan, passes) in [(plan(), false), (renamed, true)] {
        let world = world(&[plan]);
        let posted = world.state().now - SignedDuration::from_hours(24);
        let held = world.try_now(engine::hold(&world, body.as_bytes(), "w1", posted));
        let (declared, verdict) = held.expect("a calm world").expect("it is a post");
        assert_eq!(verdict.is_ok(), passes, "{verdict:?}");
        if let Ok(message) = verdict {
            assert_eq!(message.events[0].id, "w1");
            assert_eq!(message.events[0].timestamp, posted);
        }
        assert!(engine::lost_secrets(body.as_bytes(), &declared).is_empty());
        let kept = body.replace(r#""K7""#, "null");
        let lost = engine::lost_secrets(kept.as_bytes(), &declared);
        let places: Vec<_> = lost.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(places, ["/data/Code"]);
        let several = engine::lost_secrets(format!("[{kept}]").as_bytes(), &declared);
        assert_eq!(several[0].pointer, "/0/data/Code");
    }
}

#[test]
fn whoever_is_new_must_come_with_every_field_that_a_contact_must_have() {
    let mut plan = plan();
    let field = Field {
        ty: FieldType::String,
        optional: false,
        default: None,
        sensitive: false,
    };
    plan.settings.fields.insert("school".to_owned(), field);
    let published = given::publish_with(&[plan.clone()], plan.settings);
    let world = World::new(published, Choose::Calm);
    let named = |id: &str, school: Option<&str>| {
        let mut person = given::person(id, "SOT");
        if let Some(school) = school {
            person["fields"] = json!({ "school": school });
        }
        person
    };
    let event = |people: &[Json]| {
        let mut event = good();
        event["people"] = json!(people);
        event
    };
    let places = |body: Json| {
        let refusal = take(&world, &body.to_string(), true).expect_err("it is refused");
        let faults = refusal.problem.errors.into_iter();
        faults.map(|fault| fault.pointer).collect::<Vec<_>>()
    };
    let anna = || named("anna", Some("West"));
    assert_eq!(
        places(event(&[anna(), named("bram", None)])),
        ["/people/1/fields/school"]
    );
    let twice = event(&[named("bram", None), named("bram", None)]);
    assert_eq!(places(twice).len(), 2);
    let later = json!([event(&[named("anna", None)]), event(&[anna()])]);
    assert_eq!(places(later), ["/0/people/0/fields/school"]);
    let first = json!([event(&[anna()]), event(&[named("anna", None)])]);
    assert!(take(&world, &first.to_string(), true).is_ok());
}

#[test]
fn a_secret_is_valid_and_stops_being_so_within_five_minutes_of_its_change() {
    let world = world(&[plan()]);
    let source = Source::of(&world);
    let (old, new) = (given::secret(), other_secret());
    source.expect([(&old, 202), (&new, 401)]);
    world.state().store.secrets = vec![new.clone(), old.clone()];
    source.expect([(&old, 202), (&new, 401)]);
    source.wait(SignedDuration::from_mins(5));
    source.expect([(&old, 202), (&new, 202)]);
    world.state().store.secrets = vec![new.clone()];
    source.wait(SignedDuration::from_mins(5));
    source.expect([(&old, 401), (&new, 202)]);
    assert_eq!(world.state().store.reads, 3, "not for every post");
}

#[test]
fn secrets_that_cannot_be_read_again_stay_valid() {
    let world = world(&[plan()]);
    let source = Source::of(&world);
    let (old, new) = (given::secret(), other_secret());
    source.expect([(&old, 202)]);
    world.state().store.secrets = vec![new.clone()];
    world.state().store.down = true;
    for _ in 0..3 {
        source.wait(SignedDuration::from_mins(5));
        source.expect([(&old, 202), (&new, 401)]);
    }
    assert_eq!(world.state().store.reads, 4, "not for every post");
    // A parameter that somebody has emptied is no reason to turn every source away.
    world.state().store.down = false;
    world.state().store.secrets.clear();
    source.wait(SignedDuration::from_mins(5));
    source.expect([(&old, 202)]);
    world.state().store.secrets = vec![new.clone()];
    source.wait(SignedDuration::from_mins(1));
    source.expect([(&old, 401), (&new, 202)]);
}

#[test]
fn nothing_is_taken_while_no_secret_was_ever_read() {
    let world = world(&[plan()]);
    let source = Source::of(&world);
    world.state().store.down = true;
    source.expect([(&given::secret(), 503)]);
    world.state().store.down = false;
    world.state().store.secrets.clear();
    source.expect([(&given::secret(), 503)]);
    world.state().store.secrets = vec![given::secret()];
    source.expect([(&given::secret(), 202)]);
}

/// A source that posts to one process of intake.
struct Source<'a> {
    world: &'a World,
    keyring: Keyring,
}

impl<'a> Source<'a> {
    fn of(world: &'a World) -> Self {
        let keyring = Keyring::default();
        Self { world, keyring }
    }

    #[track_caller]
    fn expect<const N: usize>(&self, posts: [(&Secret, u16); N]) {
        for (secret, status) in posts {
            let (now, body) = (self.world.state().now, good().to_string());
            let post = take_by(self.world, &self.keyring, &body, Some(secret), now);
            let taken = self
                .world
                .try_now(post)
                .expect("a calm world does not crash");
            let got = taken.map_or_else(|refusal| refusal.problem.status, |_| 202);
            assert_eq!(got, status);
        }
    }

    fn wait(&self, length: SignedDuration) {
        self.world.state().now += length;
    }
}

fn other_secret() -> Secret {
    Secret::parse("whsec_YW5vdGhlciBzZWNyZXQsIG5ld2VyIHRoYW4gdGhlIG9uZQ==").expect("a secret")
}

fn plan() -> Plan {
    journey(Purpose::Transactional, chain(&[("one", Verb::Send)]))
}

fn good() -> Json {
    let body = given::post("HELLO", "w1", &[("anna", "SOT")]);
    serde_json::from_str(&body).expect("JSON")
}

fn world(plans: &[Plan]) -> World {
    World::new(given::publish(plans), Choose::Calm)
}

pub(crate) fn take(world: &World, body: &str, signed: bool) -> Result<Vec<String>, Box<Refusal>> {
    let taken = world.try_now(take_as(world, body, signed, SignedDuration::ZERO));
    taken.expect("a calm world does not crash")
}

fn take_late(world: &World, body: &str, late: SignedDuration) -> Result<Vec<String>, Box<Refusal>> {
    let taken = world.try_now(take_as(world, body, true, late));
    taken.expect("a calm world does not crash")
}

async fn take_as(
    world: &World,
    body: &str,
    signed: bool,
    late: SignedDuration,
) -> Result<Vec<String>, Box<Refusal>> {
    let posted = world.state().now - late;
    let secret = signed.then(given::secret);
    take_by(world, &Keyring::default(), body, secret.as_ref(), posted).await
}

async fn take_by(
    world: &World,
    keyring: &Keyring,
    body: &str,
    secret: Option<&Secret>,
    posted: Timestamp,
) -> Result<Vec<String>, Box<Refusal>> {
    let body = body.as_bytes();
    let signatures = match secret {
        Some(secret) => secret.sign("w1", posted, body),
        None => "v1,AAAA".to_owned(),
    };
    let timestamp = posted.as_second().to_string();
    let signed = Signed {
        id: "w1",
        timestamp: &timestamp,
        signatures: &signatures,
    };
    let taken = engine::intake(world, keyring, &Post { signed, body }).await;
    taken.map_err(Box::new)
}
